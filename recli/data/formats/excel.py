"""Sheets of Excel and LibreOffice."""

from __future__ import annotations

import dataclasses
import datetime
import importlib
import io
import struct
from typing import Any

import numpy as np
import pyarrow as pa

from recli import errors, registry
from recli.data.columns import sniff
from recli.data.description import TableSource
from recli.data.formats._base import Format, Source, TextTable
from recli.data.formats._choice import chosen
from recli.data.sources.location import Location

_SNIFFED_ROWS = 200
_XLS = b"\xd0\xcf\x11\xe0"  # its first bytes
_DAMAGED = (struct.error, LookupError, AssertionError, ValueError, TypeError, OverflowError)

Sheets = dict[str, list[list[object]]]


class Excel(Format):
    """A sheet with a row a row, the only one with anything in it or the one that is named.

    Rows without a value are left out; a line is the number of a row in the sheet. Numbers are as
    they are stored, not as they are shown; of a formula, the value that was last computed.
    """

    suffixes = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
    summary = "a sheet of Excel or LibreOffice, also .xls and .ods"

    def complete(self, file: Location, source: Source) -> tuple[Source, list[str]]:
        """Header and column names, by the first rows.

        Args:
            file: where the table is
            source: how the table is read
        """
        return _completed(source, _filled(file)[0])

    def read(self, file: Location, source: TableSource) -> TextTable:
        rows, lines = _filled(file)
        source, _ = _completed(source, rows)
        assert source.columns is not None
        start = int(bool(source.header))
        if len(source.columns) != len(rows[0]):
            raise errors.DataError(
                f"{file}: the sheet has {len(rows[0])} columns, not the {len(source.columns)} that "
                f"are said: {', '.join(source.columns)}."
            )
        cells = zip(*rows[start:], strict=True) if rows[start:] else ([] for _ in source.columns)
        columns = {
            name: pa.chunked_array([pa.array(texts, pa.string())])
            for name, texts in zip(source.columns, cells, strict=True)
        }
        return TextTable(columns, lines[start:])


def sheet(file: Location) -> list[list[str]]:
    """The cells of the sheet that is meant as text, from the row 1 and the column A on.

    Args:
        file: where the table is

    Raises:
        MissingExtraError: without the extra `excel`
        DataError: for a file that cannot be read
    """
    content = file.read_bytes()
    sheets = (_of_xls if content.startswith(_XLS) else _of_archive)(file, content)
    rows = sheets[chosen(file, list(sheets), "sheet")]
    return [[_text(cell) for cell in row] for row in rows]


def _of_archive(file: Location, content: bytes) -> Sheets:
    """The sheets with anything in them of an .xlsx, .xlsb or .ods."""
    calamine = _package(file, "python_calamine")
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
            return {
                name: found.to_python(skip_empty_area=False)
                for name, found in sheets.items()
                if found.height
            }
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise _damaged(file, error) from None


def _of_xls(file: Location, content: bytes) -> Sheets:
    """The sheets with anything in them of an .xls, for which calamine trusts the file too much."""
    xlrd = _package(file, "xlrd")
    try:
        book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO())
        return {
            found.name: [[_cell(xlrd, book, cell) for cell in row] for row in found.get_rows()]
            for found in book.sheets()
            if found.nrows
        }
    # xlrd checks little: in a damaged file it reads beyond the end or what is no text.
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, *_DAMAGED) as error:
        raise _damaged(file, error) from None


def _cell(xlrd: Any, book: Any, cell: Any) -> object:
    if cell.ctype == xlrd.XL_CELL_DATE:
        moment: datetime.datetime = xlrd.xldate_as_datetime(cell.value, book.datemode)
        return moment if moment.time() != datetime.time() else moment.date()
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return "" if cell.ctype == xlrd.XL_CELL_ERROR else cell.value


def _package(file: Location, name: str) -> Any:
    with registry.importing(f"{file}: such a sheet", "'recli[excel]'"):
        return importlib.import_module(name)


def _damaged(file: Location, error: Exception) -> errors.DataError:
    return errors.DataError(
        f"{file}: cannot be read as a sheet, it may be damaged or cut off: {error}."
    )


def _filled(file: Location) -> tuple[list[list[str]], np.ndarray]:
    """The rows with a value in them and, int64[n], their numbers in the sheet."""
    rows = sheet(file)
    lines = np.array([line for line, row in enumerate(rows, start=1) if any(row)], np.int64)
    return [rows[line - 1] for line in lines], lines


def _completed(source: Source, rows: list[list[str]]) -> tuple[Source, list[str]]:
    guessed = []
    header, columns = source.header, source.columns
    if header is None:
        named = {name for name in source.used if not name.isdigit()}
        called = not named.isdisjoint(map(str.strip, rows[0]))
        header = columns is None and (called or sniff.header(rows[:_SNIFFED_ROWS]))
        guessed.append("header")
    if columns is None:
        columns = sniff.names(rows[:_SNIFFED_ROWS], header)
    return dataclasses.replace(source, header=header, columns=columns), guessed


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ")
    return str(cell)
