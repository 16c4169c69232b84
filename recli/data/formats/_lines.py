"""Text with a record a line: decoded, cut into columns, every line numbered."""

from __future__ import annotations

import io
import re

import numpy as np
import pyarrow as pa
import pyarrow.csv

from recli import errors
from recli.data import sniff
from recli.data.description import TableSource
from recli.data.formats._base import Malformed, TextTable
from recli.data.formats.delimited import _decode
from recli.data.location import Location

_BLOCK_BYTES = 1 << 22


def decoded(file: Location, source: TableSource) -> str:
    """The content of a file as text, lines ended by LF.

    Raises DataError for what is no text in the encoding of `source`, or has nothing in it.
    """
    content = file.read_bytes()
    return _decode(file, content, source.encoding or sniff.encoding(content))


def comments(text: str, sign: str = "%") -> tuple[list[str], str]:
    """The lines at the beginning that start with `sign`, and the rest."""
    end = re.match(f"(?:{sign}[^\n]*(?:\n|$))*", text)
    assert end
    return end[0].splitlines(), text[end.end() :]


def spaced(text: str) -> str:
    """The text with a tab for any run of spaces and tabs, and none around a line."""
    if re.search("[ \t](?:[ \t]|$)|^[ \t]", text, re.MULTILINE):
        text = re.sub("^[ \t]+|[ \t]+$", "", text, flags=re.MULTILINE)
        return re.sub("[ \t]+", "\t", text)
    return text.replace(" ", "\t")


def cut(
    text: str, delimiter: str, columns: tuple[str, ...], first: int = 1, threads: bool = True
) -> TextTable:
    """The lines cut at a delimiter of one character; quotes are text, lines without any are left out.

    Lines with more or fewer cells than `columns`, two or more, are malformed.
    first: the number of the first line of `text` in its file
    threads: False where many lines are known to be malformed, which then saves a second pass
    """
    malformed: list[Malformed] = []

    def set_aside(row: pa.csv.InvalidRow) -> str:
        reason = f"{row.actual_columns} columns where {row.expected_columns} are expected"
        malformed.append(Malformed(row.number or 0, reason, row.text))
        return "skip"

    def parsed(threads: bool) -> pa.Table:
        malformed.clear()
        return pa.csv.read_csv(
            io.BytesIO(text.encode()),
            read_options=pa.csv.ReadOptions(
                column_names=list(columns), use_threads=threads, block_size=_BLOCK_BYTES
            ),
            parse_options=pa.csv.ParseOptions(
                delimiter=delimiter,
                quote_char=False,
                ignore_empty_lines=False,
                invalid_row_handler=set_aside,
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types={name: pa.string() for name in columns}, strings_can_be_null=False
            ),
        )

    if not text.strip():
        none = pa.chunked_array([], pa.string())
        return TextTable(dict.fromkeys(columns, none), np.empty(0, np.int64))
    table = parsed(threads)
    if malformed and threads:  # only a single thread knows the row of each
        table = parsed(threads=False)
    places = np.array([row.line - 1 for row in malformed], dtype=np.int64)
    good = np.ones(table.num_rows + len(malformed), dtype=bool)
    good[places] = False
    placed = [
        Malformed(int(place) + first, row.reason, row.text)
        for place, row in zip(places, malformed, strict=True)
        if row.text.strip()
    ]
    lines = np.flatnonzero(good) + first
    return TextTable(dict(zip(columns, table.columns, strict=True)), lines, placed)


def nothing_fits(file: Location, table: TextTable, layout: str) -> None:
    """Raise DataError if no line is of the layout of the format; `layout` says what that is."""
    if table.malformed and not len(table):
        row = table.malformed[0]
        raise errors.DataError(f"{file}: no line is {layout}; line {row.line:,} has {row.reason}.")
