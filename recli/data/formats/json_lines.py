"""JSON with an object a line."""

from __future__ import annotations

import ast
import io
import json
import re
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json

from recli.data.formats._arrow import text_columns
from recli.data.formats._base import Malformed, TextTable
from recli.data.formats._objects import (
    EXACT,
    LINES_SUFFIXES,
    columns,
    flat,
    half_a_character,
    is_lines,
    problem,
    without_types,
)
from recli.data.formats._text.lines import Recognised, nothing_fits
from recli.data.sources.location import Location

_BLOCK_BYTES = 1 << 22
_SHORT = 1 << 18
_NO_OBJECT = (ValueError, SyntaxError, RecursionError, MemoryError)  # what a broken line raises


class JsonLines(Recognised):
    """An object a line; keys are columns, nested ones `a.b`; lists are JSON, null is empty.

    Lines that are dictionaries of Python, as some old files have it, are parsed as literals. Lines with
    nothing on them are left out.
    """

    suffixes = LINES_SUFFIXES
    summary = "JSON with an object a line, also dictionaries of Python"

    def recognises(self, head: bytes, file: Location) -> bool:
        return is_lines(head, file.suffix)

    def table(self, file: Location, text: str) -> TextTable:
        table, n_literals = _table(text)
        table = replace(table, columns=without_types(table.columns))
        nothing_fits(file, table, "an object of JSON")
        if n_literals:
            table.notes.append(
                f"{n_literals:,} of {len(table):,} lines are dictionaries of Python, not JSON; they "
                "were read as literals."
            )
        return table


def _table(text: str) -> tuple[TextTable, int]:
    """The table, and how many of its rows are dictionaries of Python.

    What pyarrow cannot read is halved until only the pieces around the lines in question, each short, are
    left to the slower way.
    """
    if (quick := _quickly(text)) is not None:
        return quick, 0
    middle = text.find("\n", len(text) // 2) + 1
    if len(text) <= _SHORT or middle in (0, len(text)):
        return _line_by_line(text)
    (first, some), (second, others) = _table(text[:middle]), _table(text[middle:])
    return _joined(first, second, text.count("\n", 0, middle)), some + others


def _joined(first: TextTable, second: TextTable, n_lines: int) -> TextTable:
    """Both, the second `n_lines` below the first; a column that one of them lacks is empty there."""
    columns = {
        name: pa.chunked_array(
            [
                *first.columns.get(name, _empty(len(first))).chunks,
                *second.columns.get(name, _empty(len(second))).chunks,
            ],
            pa.string(),
        )
        for name in dict.fromkeys([*first.names, *second.names])
    }
    below = [replace(row, line=row.line + n_lines) for row in second.malformed]
    lines = np.concatenate([first.lines, second.lines + n_lines])
    return TextTable(columns, lines, [*first.malformed, *below])


def _empty(n: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.repeat("", n)])


def _quickly(text: str) -> TextTable | None:
    """The table by pyarrow; None where that would change a value, or has a line that it refuses."""
    content = text.encode()
    # Of a list that begins with null pyarrow loses elements (apache/arrow issue 51305).
    if re.search(rb"\[\s*null", content):
        return None
    head = content[: content.rfind(b"\n", 0, _BLOCK_BYTES) + 1] or content
    try:
        # pyarrow takes any text that looks like a date for one, unless it is told that it is text.
        names, texts = (schema := _parsed(head).schema).names, _dates_as_texts(schema)
        table = _parsed(content, texts)
        if unforeseen := _dates_as_texts(table.schema):
            table = _parsed(content, [*texts, *unforeseen])
            if _dates_as_texts(table.schema):
                return None
        if any(map(_inexact, table.columns)):
            return None
        table = flat(table.select([*names, *(n for n in table.column_names if n not in names)]))
    except pa.ArrowInvalid:
        return None
    lines = _filled(text)
    if len(lines) != table.num_rows:
        return None
    return TextTable(text_columns(table), lines)


def _filled(text: str) -> np.ndarray:
    """int64[n], the numbers of the lines with something on them."""
    n_lines = text.count("\n") + (not text.endswith("\n"))
    if text.count("\n{") + text.startswith("{") == n_lines:
        return np.arange(1, n_lines + 1)
    return np.flatnonzero([bool(line.strip()) for line in text.split("\n")]) + 1


def _parsed(content: bytes, fields: Sequence[pa.Field] = ()) -> pa.Table:
    return pa.json.read_json(
        io.BytesIO(content),
        read_options=pa.json.ReadOptions(block_size=_BLOCK_BYTES),
        parse_options=pa.json.ParseOptions(explicit_schema=pa.schema(fields) if fields else None),
    )


def _dates_as_texts(schema: pa.Schema) -> list[pa.Field]:
    """The fields with dates in them, with text for these."""
    fields = [field.with_type(_without_dates(field.type)) for field in schema]
    return [new for new, old in zip(fields, schema, strict=True) if new.type != old.type]


def _without_dates(kind: Any) -> Any:
    """The type with text for dates, which may stand deep in it."""
    if pa.types.is_timestamp(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_without_dates(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_without_dates(field.type)) for field in kind.fields])
    return kind


def _inexact(column: pa.ChunkedArray) -> bool:
    """Whether whole numbers in the column, or in its lists, may have lost digits."""
    while pa.types.is_list(column.type):
        column = pa.compute.list_flatten(column)
    if pa.types.is_struct(column.type):
        return any(map(_inexact, column.flatten()))
    if not pa.types.is_floating(column.type):
        return False
    largest = pa.compute.max(pa.compute.abs(column)).as_py()
    return largest is not None and not largest < EXACT


def _line_by_line(text: str) -> tuple[TextTable, int]:
    objects: list[dict[str, Any]] = []
    lines: list[int] = []
    malformed: list[Malformed] = []
    n_literals = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            found, literal = _object(line)
        except _NO_OBJECT as error:
            malformed.append(Malformed(number, f"no object of JSON: {error}", line))
            continue
        n_literals += literal
        objects.append(found)
        lines.append(number)
    return TextTable(columns(objects), np.array(lines, np.int64), malformed), n_literals


def _object(line: str) -> tuple[dict[str, Any], bool]:
    """The object on a line, and whether it is a literal of Python. Raises one of `_NO_OBJECT`."""
    try:
        found, literal = json.loads(line), False
    except ValueError as error:
        try:
            with warnings.catch_warnings(action="ignore"):  # about backslashes in texts
                found, literal = ast.literal_eval(line.strip()), True
        except (ValueError, SyntaxError):
            raise ValueError(problem(error)) from None
    if not isinstance(found, dict):
        raise ValueError(f"it is a {type(found).__name__}")
    if "\\" in line and half_a_character(found):
        raise ValueError("a text has half a character of two, such as \\ud800")
    return found, literal
