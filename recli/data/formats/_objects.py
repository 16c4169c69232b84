"""Objects of JSON as rows: nested keys become `a.b`, lists stay JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute

from recli.data.columns import sniff

EXACT = 2.0**53  # the first whole number that float64 cannot tell from the next
LINES_SUFFIXES = (".jsonl", ".ndjson")
_TYPE = re.compile(r"(\.\$\w+)+$")
_DOCUMENT = re.compile(rb"\s*(\[\s*\{|\{\s*[\"\'u}])")


def is_json(head: bytes) -> bool:
    """Whether a file that begins so holds objects of JSON, or dictionaries of Python.

    Args:
        head: the first bytes of the file
    """
    return bool(_DOCUMENT.match(head))


def is_lines(head: bytes, suffix: str) -> bool:
    """Whether each line of a file that begins so is an object of its own.

    Args:
        head: the first bytes of the file
        suffix: how the name of the file ends
    """
    first, _, rest = head.strip().partition(b"\n")
    several = first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")
    return is_json(head) and first.startswith(b"{") and (several or suffix in LINES_SUFFIXES)


def problem(error: ValueError, line: bool = False) -> str:
    """What the parser says of broken JSON, with the column and, if it matters, the `line`.

    Args:
        error: what the parser of JSON raised
        line: whether the text is a single line
    """
    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    return f"{error.msg} ({f'line {error.lineno:,}, ' * line}column {error.colno:,})"


def half_a_character(value: Any) -> bool:
    """Whether a text in the value has half a surrogate pair, and so cannot be written anywhere.

    Args:
        value: a value of JSON
    """
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return True
    return False


def columns(objects: Iterable[dict[str, Any]]) -> dict[str, pa.ChunkedArray]:
    """A row of text for each object.

    Absent values and null are the empty text, truth values are `1` and `0`, a whole number has no
    point. A list is JSON, an empty one the empty text.

    Args:
        objects: one for each row
    """
    found: dict[str, list[str]] = {}
    n_rows = 0
    for row, one in enumerate(objects):
        n_rows = row + 1
        for name, text in _cells(one, ""):
            column = found.setdefault(name, [])
            if len(column) < row:
                column.extend([""] * (row - len(column)))
            column[row:] = [text]
    names = sniff.names([list(found)], header=True) if found else ()
    return {
        name: pa.chunked_array([pa.array(texts + [""] * (n_rows - len(texts)), pa.string())])
        for name, texts in zip(names, found.values(), strict=True)
    }


def _cells(one: dict[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in one.items():
        if isinstance(value, dict):
            yield from _cells(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", cell_text(value)


def cell_text(value: Any) -> str:
    """A value as a file would have it, the empty text for none.

    Args:
        value: a value of JSON
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    if isinstance(value, (list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str) if value else ""
    return str(value)


def flat(table: pa.Table) -> pa.Table:
    """The table with a column for each key of its structures, and lists as JSON.

    Args:
        table: a table of Arrow
    """
    while any(pa.types.is_struct(kind) for kind in table.schema.types):
        table = table.flatten()
    for place, name in enumerate(table.column_names):
        if pa.types.is_list(table.column(place).type):
            table = table.set_column(place, name, _lists(table.column(place)))
    return table


def without_types(columns: dict[str, pa.ChunkedArray]) -> dict[str, pa.ChunkedArray]:
    """Columns such as `rating.$numberInt` and `rating.$numberDouble` as the one `rating`.

    A key with a dollar only names the type of what stands below it, in the Extended JSON that MongoDB
    exports: https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/

    Args:
        columns: columns by name
    """
    of_types: dict[str, list[pa.ChunkedArray]] = {}
    for name, column in columns.items():
        of_types.setdefault(_TYPE.sub("", name) or name, []).append(column)
    return {
        name: pa.compute.binary_join_element_wise(*several, "") if len(several) > 1 else several[0]
        for name, several in of_types.items()
    }


def _lists(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists as JSON; each distinct element is written once."""
    lists = column.combine_chunks()
    elements = lists.flatten()
    if pa.types.is_nested(elements.type):
        return pa.chunked_array([[cell_text(cell) for cell in lists.to_pylist()]], pa.string())
    distinct = elements.dictionary_encode()
    written = [json.dumps(value, ensure_ascii=False) for value in distinct.dictionary.to_pylist()]
    texts = pa.array([*written, "null"]).take(pa.compute.fill_null(distinct.indices, len(written)))
    sizes = pa.compute.fill_null(pa.compute.list_value_length(lists), 0)
    ends = pa.concat_arrays([pa.array([0], pa.int32()), pa.compute.cumulative_sum(sizes)])
    joined = pa.compute.binary_join(pa.ListArray.from_arrays(ends, texts), ", ")
    whole = pa.compute.binary_join_element_wise("[", joined, "]", "")
    return pa.chunked_array([pa.compute.if_else(pa.compute.equal(sizes, 0), "", whole)])
