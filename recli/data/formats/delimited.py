"""Text with a row a line: CSV, TSV, `::` and their like, plain or packed with gzip."""

from __future__ import annotations

import codecs
import dataclasses
import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from recli import errors
from recli.data import sniff
from recli.data.description import TableSource
from recli.data.formats._base import Format, Malformed, Source, TextTable, read_bytes

_SNIFFED_BYTES = 1 << 16
_UNIT_SEPARATOR = (
    "\x1f"  # stands in for a delimiter of two characters, which the parser cannot take
)


class Delimited(Format):
    """A delimiter of one character, or `::`; quoted with double quotes; LF, CRLF or CR line ends."""

    suffixes = (".csv", ".tsv", ".tab", ".txt", ".dat", ".data", ".base", ".test", ".item", ".user")
    summary = "text with a row a line: CSV, TSV, '::', also gzip"

    def complete(self, path: Path, source: Source) -> tuple[Source, list[str]]:
        """Delimiter, header, encoding and column names, sniffed from the first 64 KiB."""
        head = read_bytes(path, _SNIFFED_BYTES)
        guesses: dict[str, object] = {}
        encoding = source.encoding or guesses.setdefault("encoding", sniff.encoding(head))
        assert isinstance(encoding, str)
        lines = _lines(_decode(path, head, encoding, cut=True), complete=len(head) < _SNIFFED_BYTES)
        delimiter = source.delimiter or guesses.setdefault("delimiter", sniff.delimiter(lines))
        assert isinstance(delimiter, str)
        rows = sniff.cells(lines, delimiter)
        header = source.header
        if header is None:
            header = source.columns is None and sniff.header(rows)
            guesses["header"] = header
        columns = source.columns
        if columns is None:
            columns = sniff.names(rows, header)
        filled = dataclasses.replace(
            source, encoding=encoding, delimiter=delimiter, header=header, columns=columns
        )
        return filled, list(guesses)

    def read(self, path: Path, source: TableSource) -> TextTable:
        source, _ = self.complete(path, source)
        assert source.delimiter and source.encoding and source.columns
        text = _decode(path, read_bytes(path), source.encoding)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        delimiter = source.delimiter
        if len(delimiter) > 1:
            text, delimiter = text.replace(delimiter, _UNIT_SEPARATOR), _UNIT_SEPARATOR
        content = text.encode()
        malformed: list[Malformed] = []
        table = _parse(content, source, delimiter, malformed, threads=True)
        if malformed:  # only a single thread knows the line of each
            malformed = []
            table = _parse(content, source, delimiter, malformed, threads=False)
        n_rows = table.num_rows + len(malformed)
        lines = np.arange(n_rows, dtype=np.int64) + (2 if source.header else 1)
        lines = np.setdiff1d(lines, [row.line for row in malformed], assume_unique=True)
        columns = dict(zip(table.column_names, table.columns, strict=True))
        return _without_blank(TextTable(columns, lines, malformed))


def _parse(
    content: bytes,
    source: TableSource,
    delimiter: str,
    malformed: list[Malformed],
    threads: bool,
) -> pa.Table:
    assert source.columns

    def set_aside(row: pa.csv.InvalidRow) -> str:
        reason = f"{row.actual_columns} columns where {row.expected_columns} are expected"
        text = row.text.replace(_UNIT_SEPARATOR, source.delimiter or "")
        malformed.append(Malformed(row.number or 0, reason, text))
        return "skip"

    return pa.csv.read_csv(
        io.BytesIO(content),
        read_options=pa.csv.ReadOptions(
            column_names=list(source.columns),
            skip_rows=int(bool(source.header)),
            use_threads=threads,
        ),
        parse_options=pa.csv.ParseOptions(
            delimiter=delimiter,
            quote_char=False if delimiter == _UNIT_SEPARATOR else '"',
            ignore_empty_lines=False,
            invalid_row_handler=set_aside,
        ),
        convert_options=pa.csv.ConvertOptions(
            column_types={name: pa.string() for name in source.columns}, strings_can_be_null=False
        ),
    )


def _without_blank(table: TextTable) -> TextTable:
    """The table less the lines with nothing on them."""
    filled = np.zeros(len(table), dtype=bool)
    for column in table.columns.values():
        filled |= pa.compute.utf8_length(column).to_numpy() > 0
        if filled.all():
            return table
    columns = {name: column.filter(pa.array(filled)) for name, column in table.columns.items()}
    return TextTable(columns, table.lines[filled], table.malformed)


def _decode(path: Path, content: bytes, encoding: str, cut: bool = False) -> str:
    try:
        codec = codecs.lookup(encoding)
    except LookupError:
        raise errors.UsageError(
            f"'{encoding}' is not an encoding; utf-8 and latin-1 are usual."
        ) from None
    try:
        if cut:
            return codec.incrementaldecoder().decode(content).removeprefix("\ufeff")
        return codec.decode(content)[0].removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise errors.DataError(
            f"{path}: line {line:,} is not {encoding} (byte 0x{content[error.start]:02x}). "
            "Say which encoding it is, as in '--encoding latin-1'."
        ) from None


def _lines(text: str, complete: bool) -> list[str]:
    lines = text.splitlines()
    return lines if complete or len(lines) < 2 else lines[:-1]
