"""Text with a row a line: CSV, TSV, `::` and their like, plain or packed with gzip."""

from __future__ import annotations

import codecs
import dataclasses
import io
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from recli import errors
from recli.data import sniff
from recli.data.description import TableSource
from recli.data.formats._base import Format, Malformed, Source, TextTable
from recli.data.location import Location

_SNIFFED_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 22
_UNIT_SEPARATOR = "\x1f"  # stands in for a delimiter that the parser cannot take


class Delimited(Format):
    """A delimiter of one character, or `::`; quoted with double quotes; LF, CRLF or CR line ends.

    Lines with nothing on them are left out.
    """

    suffixes = (".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".base", ".test", ".item", ".user")
    summary = "text with a row a line: CSV, TSV, '::', also gzip"

    def complete(self, file: Location, source: Source) -> tuple[Source, list[str]]:
        """Delimiter, header, encoding and column names, sniffed from the first 64 KiB."""
        head = file.read_bytes(_SNIFFED_BYTES)
        cut = len(head) == _SNIFFED_BYTES
        guesses: dict[str, object] = {}
        encoding = source.encoding or guesses.setdefault("encoding", sniff.encoding(head, cut))
        assert isinstance(encoding, str)
        text = _decode(file, head, encoding, cut)
        lines = sniff.filled(text.split("\n"))
        if cut and len(lines) > 1:
            lines.pop()
        delimiter = source.delimiter or guesses.setdefault("delimiter", sniff.delimiter(lines))
        assert isinstance(delimiter, str)
        rows = sniff.cells(lines, delimiter)
        header = source.header
        if header is None:
            # A column may be called by its number as well, which says nothing about a header.
            names = {name for name in source.used if not name.isdigit()}
            called = not names.isdisjoint(map(str.strip, rows[0]))
            header = source.columns is None and (called or sniff.header(rows))
            guesses["header"] = header
        columns = source.columns
        if columns is None:
            columns = sniff.names(rows, header)
        filled = dataclasses.replace(
            source, encoding=encoding, delimiter=delimiter, header=header, columns=columns
        )
        return filled, list(guesses)

    def read(self, file: Location, source: TableSource) -> TextTable:
        source, _ = self.complete(file, source)
        assert source.delimiter and source.encoding and source.columns
        text = _decode(file, file.read_bytes(), source.encoding)
        blank = re.match("(?: *\n)*", text)
        assert blank
        first, text = 1 + blank[0].count("\n"), text[blank.end() :]
        malformed: list[Malformed] = []
        try:
            table = _parse(text, source, malformed, threads=True)
            if malformed:  # only a single thread knows the row of each
                malformed = []
                table = _parse(text, source, malformed, threads=False)
        except pa.ArrowInvalid as error:
            raise errors.DataError(f"{file}: cannot be cut into rows: {error}.") from None
        result = _numbered(table, malformed, first + bool(source.header))
        result = _without_blank(result, text, first)
        if result.malformed and not len(result):
            names = f"{', '.join(source.columns[:10])}{', …' * (len(source.columns) > 10)}"
            raise errors.DataError(
                f"{file}: no row has the {len(source.columns)} columns {names}; "
                f"line {result.malformed[0].line:,} has {result.malformed[0].reason}. Is a column "
                "without a name in the header? Does a text or number hold the delimiter, as with "
                "a decimal comma? It belongs in double quotes then."
            )
        return result


def _parse(text: str, source: TableSource, malformed: list[Malformed], threads: bool) -> pa.Table:
    """The rows below the header; `line` of those that become malformed is their place among all."""
    assert source.columns and source.delimiter
    delimiter, header = source.delimiter, bool(source.header)
    if len(delimiter) > 1 or not delimiter.isascii():
        text, delimiter = text.replace(delimiter, _UNIT_SEPARATOR), _UNIT_SEPARATOR
    quotes = delimiter != _UNIT_SEPARATOR and '"' in text
    content = (text if text.endswith("\n") else text + "\n").encode()

    def set_aside(row: pa.csv.InvalidRow) -> str:
        reason = f"{row.actual_columns} columns where {row.expected_columns} are expected"
        if "\n" in row.text:
            reason += "; a quote that opens there is closed on a later line or never"
        cut = row.text.replace(_UNIT_SEPARATOR, source.delimiter or "")
        malformed.append(Malformed((row.number or 0) - 1 - header, reason, cut))
        return "skip"

    return pa.csv.read_csv(
        io.BytesIO(content),
        read_options=pa.csv.ReadOptions(
            column_names=list(source.columns),
            skip_rows_after_names=int(header),
            use_threads=threads,
            # What is quoted may go over any number of lines, but not over the end of a block.
            block_size=min(len(content) + 1, 2**31 - 1) if quotes else _BLOCK_BYTES,
        ),
        parse_options=pa.csv.ParseOptions(
            delimiter=delimiter,
            quote_char='"' if quotes else False,
            newlines_in_values=quotes,
            ignore_empty_lines=False,
            invalid_row_handler=set_aside,
        ),
        convert_options=pa.csv.ConvertOptions(
            column_types={name: pa.string() for name in source.columns}, strings_can_be_null=False
        ),
    )


def _numbered(table: pa.Table, malformed: list[Malformed], first: int) -> TextTable:
    """The table with the line of every row, the first of them being `first`."""
    n_rows = table.num_rows + len(malformed)
    bad = np.array([row.line for row in malformed], dtype=np.int64)
    good = np.setdiff1d(np.arange(n_rows), bad, assume_unique=True)
    heights = np.ones(n_rows, dtype=np.int64)
    heights[bad] += np.array([row.text.count("\n") for row in malformed], dtype=np.int64)
    for column in table.columns:
        heights[good] += pa.compute.count_substring(column, "\n").to_numpy()
    lines = first + np.cumsum(heights) - heights
    placed = [
        dataclasses.replace(row, line=int(line))
        for row, line in zip(malformed, lines[bad], strict=True)
    ]
    return TextTable(dict(zip(table.column_names, table.columns, strict=True)), lines[good], placed)


def _without_blank(table: TextTable, text: str, first: int) -> TextTable:
    """The table less the lines of `text` with nothing on them, not even a delimiter."""
    empty_cells = np.ones(len(table), dtype=bool)
    for column in table.columns.values():
        empty_cells &= pa.compute.utf8_length(column).to_numpy() == 0
        if not empty_cells.any():
            break
    malformed = [row for row in table.malformed if row.text.strip(" ")]
    if not empty_cells.any():
        return TextTable(table.columns, table.lines, malformed)
    lines = text.split("\n")
    filled = ~empty_cells
    for row in np.flatnonzero(empty_cells):
        filled[row] = lines[table.lines[row] - first] != ""
    columns = {name: column.filter(pa.array(filled)) for name, column in table.columns.items()}
    return TextTable(columns, table.lines[filled], malformed)


def _decode(file: Location, content: bytes, encoding: str, cut: bool = False) -> str:
    """The text, lines ended by LF; with `cut`, bytes of half a character at the end are left out.

    Raises UsageError for an unknown encoding, DataError for what is not text or has nothing in it.
    """
    try:
        "a".encode(encoding)  # unlike the next line, this refuses an encoding of bytes
        text = codecs.getincrementaldecoder(encoding)().decode(content, final=not cut)
    except LookupError:
        raise errors.UsageError(
            f"'{encoding}' is not an encoding; utf-8 and latin-1 are usual."
        ) from None
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = max(before.count(b"\n"), before.count(b"\r")) + 1
        raise errors.DataError(
            f"{file}: line {line:,} is not {encoding} (byte 0x{content[error.start]:02x}). "
            "Say which encoding it is, as in '--encoding latin-1'."
        ) from None
    if "\0" in text:
        raise errors.DataError(
            f"{file}: is no text, or not {encoding}: there is a character 0 in it. Save a sheet of "
            "Excel as CSV; for another encoding say '--encoding utf-16-le', for instance."
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip(" \n"):
        raise file.empty()
    return text
