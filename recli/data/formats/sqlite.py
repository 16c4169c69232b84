"""Files of SQLite."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

import pyarrow as pa

from recli import errors
from recli.data.description import TableSource
from recli.data.formats._arrow import text_columns, text_table
from recli.data.formats._base import Format, TextTable
from recli.data.formats._choice import chosen
from recli.data.sources.location import Location

_BATCH = 1 << 16  # rows that are Python objects at a time


class SQLite(Format):
    """A table or view, the only one or the one that is named; it is opened to be read only."""

    suffixes = (".sqlite", ".sqlite3", ".db", ".db3")
    summary = "a table in a file of SQLite"

    def recognises(self, head: bytes, file: Location) -> bool:
        return head.startswith(b"SQLite format 3\0")

    def read(self, file: Location, source: TableSource) -> TextTable:
        file.read_bytes(1)  # SQLite takes an empty file for a database without tables
        with file.local() as path:
            try:
                opened = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
                with contextlib.closing(opened) as database:
                    _check(database)
                    table = chosen(file, _tables(database), "table")
                    return text_table(pa.concat_tables(_batches(database, table)))
            except (sqlite3.Error, UnicodeDecodeError) as error:
                raise errors.DataError(
                    f"{file}: cannot be read as a database of SQLite: {error}."
                ) from None


def _check(database: sqlite3.Connection) -> None:
    """Raise DatabaseError for a file that is damaged: of one that is cut off, SQLite reads nothings."""
    [[said]] = database.execute("PRAGMA quick_check(1)").fetchmany(1)
    if said != "ok":
        raise sqlite3.DatabaseError(said.replace("\n", " "))


def _tables(database: sqlite3.Connection) -> list[str]:
    found = database.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    return [name for (name,) in found]


def _batches(database: sqlite3.Connection, table: str) -> Iterator[pa.Table]:
    """The rows as tables of text; a first one has none, so that columns are known."""
    quoted = table.replace('"', '""')
    rows = database.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608  a table of the file, quoted
    names = [column[0] for column in rows.description]
    yield pa.table([pa.array([], pa.string())] * len(names), names=names)
    while batch := rows.fetchmany(_BATCH):
        columns = [_column(values) for values in zip(*batch, strict=True)]
        yield pa.table(columns, names=names)


def _column(values: tuple[object, ...]) -> pa.Array:
    """A column as text; SQLite may hold values of several types in one."""
    try:
        [text] = text_columns(pa.table({"": pa.array(values)})).values()
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array(map(_text, values), pa.string())
    return text.combine_chunks()


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex()
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value)  # type: ignore[call-overload]
