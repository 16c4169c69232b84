"""Text with a record a line: decoded, cut into columns, every line numbered."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from recli import errors, registry
from recli.data.description import TableSource
from recli.data.formats._base import Format, Malformed, Source, TextTable
from recli.data.formats._text.decoding import decoded
from recli.data.sources.location import Location

_BLOCK_BYTES = 1 << 22


class Recognised(Format):
    """A format of text that is known by what stands in the file; that it was taken for it is told."""

    def complete(self, file: Location, source: Source) -> tuple[Source, list[str]]:
        if source.format:
            return source, []
        return dataclasses.replace(source, format=registry.name_of(type(self))), ["format"]

    def read(self, file: Location, source: TableSource) -> TextTable:
        text, encoding, undecoded = decoded(file, file.read_bytes(), source.encoding)
        lines = text.content.decode().removesuffix("\n").split("\n") if undecoded else []
        for row in undecoded:
            lines.insert(row.line - 1, "")  # so that the numbers of the others stay
        table = self.table(file, "\n".join(lines) if lines else text.content.decode())
        table.malformed = sorted([*undecoded, *table.malformed], key=lambda row: row.line)
        if source.encoding is None:
            table.found["encoding"] = encoding
        return table

    def table(self, file: Location, text: str) -> TextTable:
        """The table that the text of the file is, lines ended by LF.

        Args:
            file: where the table is
            text: the text to read
        """
        raise NotImplementedError


def comments(text: str, sign: str = "%") -> tuple[list[str], str]:
    """The lines at the beginning that start with `sign`, and the rest.

    Args:
        text: the text to read
        sign: how a comment begins
    """
    end = re.match(f"(?:{sign}[^\n]*(?:\n|$))*", text)
    assert end
    return end[0].splitlines(), text[end.end() :]


def spaced(text: str) -> str:
    """The text with a tab for any run of spaces and tabs, and none around a line.

    Args:
        text: the text to read
    """
    text = text.replace(" ", "\t").strip("\t")
    if any(pair in text for pair in ("\t\t", "\t\n", "\n\t")):
        text = re.sub("^\t+|\t+$", "", text, flags=re.MULTILINE)
        text = re.sub("\t+", "\t", text)
    return text


def cut(
    text: str, delimiter: str, columns: tuple[str, ...], first: int = 1, threads: bool = True
) -> TextTable:
    """The lines cut at a delimiter of one character; quotes are text, blank lines are left out.

    Lines with more or fewer cells than `columns`, two or more, are malformed.

    Args:
        text: the text to read
        delimiter: what stands between two cells
        columns: names of columns
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
    blank = np.ones(table.num_rows, dtype=bool)
    for column in table.columns:
        if blank.any():
            blank &= pa.compute.equal(column, "").to_numpy()
    if blank.any():
        table, lines = table.filter(pa.array(~blank)), lines[~blank]
    return TextTable(dict(zip(columns, table.columns, strict=True)), lines, placed)


def nothing_fits(file: Location, table: TextTable, layout: str) -> None:
    """Raise DataError if no line is of the layout of the format; `layout` says what that is.

    Args:
        file: where the table is
        table: the columns, as text
        layout: what a line should look like
    """
    if table.malformed and not len(table):
        row = table.malformed[0]
        raise errors.DataError(f"{file}: no line is {layout}; line {row.line:,} has {row.reason}.")


def set_aside(table: TextTable, failed: np.ndarray, reason: Callable[[int], str]) -> TextTable:
    """The table less the rows of bool[n] `failed`, which are malformed for what `reason` says of each.

    Args:
        table: the columns, as text
        failed: bool[n], which lines are set aside
        reason: why, by the place of the line
    """
    if not failed.any():
        return table
    bad = [
        Malformed(
            int(table.lines[row]),
            reason(int(row)),
            ",".join(column[int(row)].as_py() for column in table.columns.values()),
        )
        for row in np.flatnonzero(failed)
    ]
    chosen = pa.array(~failed)
    columns = {name: column.filter(chosen) for name, column in table.columns.items()}
    malformed = sorted([*table.malformed, *bad], key=lambda row: row.line)
    return TextTable(columns, table.lines[~failed], malformed, table.notes)


def blocks(
    table: TextTable, header: re.Pattern[str]
) -> tuple[TextTable, list[Malformed], np.ndarray]:
    """Rows that belong to a line above them, which was not cut because it is of another layout.

    Returns the table, where rows above the first such line are malformed; those lines; and int64[n],
    which of them each row belongs to.

    Args:
        table: the columns, as text
        header: what such a line is
    """
    headers = [row for row in table.malformed if header.fullmatch(row.text.strip())]
    others = [row for row in table.malformed if not header.fullmatch(row.text.strip())]
    starts = np.array([row.line for row in headers], dtype=np.int64)
    table = TextTable(table.columns, table.lines, others, table.notes)
    above = np.searchsorted(starts, table.lines) == 0
    table = set_aside(table, above, lambda _: "it stands above the first line that begins a block")
    return table, headers, np.searchsorted(starts, table.lines) - 1
