"""Text with a row a line: CSV, TSV, `::` and their like, plain or packed with gzip."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.csv

from recli import errors
from recli.data.columns import sniff
from recli.data.columns.cells import Cutter
from recli.data.description import TableSource
from recli.data.formats._base import Format, Malformed, Source, TextTable
from recli.data.formats._text import comments, decoding
from recli.data.formats._text.clean import Clean, clean, first_lines
from recli.data.sources.location import Location

_SNIFFED_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 22


class Delimited(Format):
    """A delimiter of some characters, or runs of spaces and tabs; LF, CRLF or CR line ends.

    Comments and lines with nothing but delimiters on them are left out.
    """

    suffixes = (".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".base", ".test", ".item", ".user")
    summary = "text with a row a line: CSV, TSV, '::', also gzip"

    def expected_rows(self, file: Location) -> int | None:
        if file.size is None:
            return None
        head = file.read_bytes(_SNIFFED_BYTES)
        return file.size * max(head.count(b"\n"), head.count(b"\r"), 1) // len(head)

    def complete(self, file: Location, source: Source) -> tuple[Source, list[str]]:
        """Delimiter, header and column names, sniffed from the first 64 KiB.

        Args:
            file: where the table is
            source: how the table is read
        """
        head = file.read_bytes(_SNIFFED_BYTES)
        if cut := len(head) == _SNIFFED_BYTES:
            head = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1] or head
        text, _, _ = decoding.decoded(file, head, source.encoding, cut)
        if source.format is None and (other := comments.other_format(text)):
            raise errors.DataError(
                f'{file}: begins like {other}: read it with `format="{other}"`, or as text all the '
                'same with `format="delimited"`.'
            )
        lines = first_lines(text)
        guesses: dict[str, object] = {}
        delimiter = source.delimiter or guesses.setdefault(
            "delimiter", sniff.delimiter(comments.unmarked(lines))
        )
        assert isinstance(delimiter, str)
        rows = comments.rows(lines, Cutter(delimiter, source.escape))
        header = source.header
        if header is None:
            # A column may be called by its number as well, which says nothing about a header.
            names = {name for name in source.used if not name.isdigit()}
            called = not names.isdisjoint(map(str.strip, rows[0]))
            header = source.columns is None and (called or sniff.header(rows))
            guesses["header"] = header
        columns = source.columns or sniff.names(rows, header)
        filled = dataclasses.replace(source, delimiter=delimiter, header=header, columns=columns)
        return filled, list(guesses)

    def read(self, file: Location, source: TableSource) -> TextTable:
        """The table; `found` in it are encoding and quotes, which only the whole file tells.

        Args:
            file: where the table is
            source: how the table is read
        """
        source, _ = self.complete(file, source)
        assert source.columns
        table = self.cut(file, source)
        if table.malformed and not len(table):
            names = f"{', '.join(source.columns[:10])}{', …' * (len(source.columns) > 10)}"
            raise errors.DataError(
                f"{file}: no row has the {len(source.columns)} columns {names}; "
                f"line {table.malformed[0].line:,} has {table.malformed[0].reason}. Is a column "
                "without a name in the header? Does a text or number hold the delimiter, as with "
                "a decimal comma? It belongs in double quotes then."
            )
        return table

    def cut(self, file: Location, source: TableSource) -> TextTable:
        """As `read`, of some lines, none of which need be a row.

        Args:
            file: where they are
            source: how they are read, complete
        """
        text, encoding, undecoded = decoding.decoded(file, file.read_bytes(), source.encoding)
        if source.header and undecoded and undecoded[0].line == 1:
            raise errors.DataError(f"{file}: line 1, the header, {undecoded[0].reason}.")
        made = clean(text, source)
        del text
        try:
            table = _parsed(made, source)
        except pa.ArrowInvalid as error:
            raise errors.DataError(f"{file}: cannot be cut into rows: {error}.") from None
        table.malformed = sorted(
            [*undecoded, *made.malformed, *table.malformed], key=lambda row: row.line
        )
        table.notes, table.found = made.notes, made.found
        if source.encoding is None:
            table.found["encoding"] = encoding
        return table


def _parsed(made: Clean, source: TableSource) -> TextTable:
    """The rows below the header, less those with nothing in any cell."""
    if not made.text.content:
        none = pa.chunked_array([], pa.string())
        return TextTable(dict.fromkeys(source.columns or (), none), np.empty(0, np.int64))
    uneven: list[pa.csv.InvalidRow] = []
    table = _cut(made, source, uneven, threads=True)
    if uneven:  # only a single thread knows the row of each
        uneven = []
        table = _cut(made, source, uneven, threads=False)
    lines = made.text.numbers(table.num_rows + len(uneven) + bool(source.header))
    lines = lines[int(bool(source.header)) :]
    places = [(row.number or 0) - 1 - bool(source.header) for row in uneven]
    malformed = [
        _malformed(row, int(lines[place]), made.delimiter, source.delimiter or "")
        for row, place in zip(uneven, places, strict=True)
        if row.text.strip(f" {made.delimiter}")
    ]
    lines = np.delete(lines, places) if places else lines
    columns = dict(zip(table.column_names, table.columns, strict=True))
    blank = _blank(table.columns)
    if len(blank):
        kept = np.delete(np.arange(len(lines)), blank)
        columns = {name: column.take(pa.array(kept)) for name, column in columns.items()}
        lines = lines[kept]
    return TextTable(columns, lines, malformed)


def _malformed(row: pa.csv.InvalidRow, line: int, one: str, delimiter: str) -> Malformed:
    reason = f"{row.actual_columns} columns where {row.expected_columns} are expected"
    return Malformed(line, reason, row.text.replace(one, delimiter))


def _blank(columns: list[pa.ChunkedArray]) -> np.ndarray:
    """The rows, int64[n], that have nothing in any cell."""
    rows = np.flatnonzero(pa.compute.equal(columns[0], "").to_numpy())
    for column in columns[1:]:
        if len(rows):
            rows = rows[pa.compute.equal(column.take(pa.array(rows)), "").to_numpy()]
    return rows


def _cut(
    made: Clean, source: TableSource, uneven: list[pa.csv.InvalidRow], threads: bool
) -> pa.Table:
    """The rows below the header as text; those with too many or few cells are in `uneven`."""
    assert source.columns

    def set_aside(row: pa.csv.InvalidRow) -> str:
        uneven.append(row)
        return "skip"

    return pa.csv.read_csv(
        pa.BufferReader(made.text.content),
        read_options=pa.csv.ReadOptions(
            column_names=list(source.columns),
            skip_rows_after_names=int(bool(source.header)),
            use_threads=threads,
            # A record may go over any number of lines, but not over the end of a block.
            block_size=min(max(_BLOCK_BYTES, 2 * made.longest), 2**31 - 1),
        ),
        parse_options=pa.csv.ParseOptions(
            delimiter=made.delimiter,
            quote_char='"' if made.quoted else False,
            escape_char=source.escape if source.escape and source.quote == "none" else False,
            newlines_in_values=made.longest > 0,
            ignore_empty_lines=False,
            invalid_row_handler=set_aside,
        ),
        convert_options=pa.csv.ConvertOptions(
            column_types={name: pa.string() for name in source.columns},
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
