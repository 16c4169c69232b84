"""Tables of recommendations in databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy import exc

from recli import errors, urls
from recli.ranking.writers._base import TABLE, Write


@contextmanager
def transaction(url: sa.URL, schema: pa.Schema) -> Iterator[Write]:
    """Takes tables of rows into the table `recommendations`, all of them or none.

    A file of SQLite that was not there is not there again if it fails.

    Args:
        url: of the database
        schema: names and types of the columns, the same for all tables

    Raises:
        UsageError: if the database refuses, or has such a table with other columns
        MissingExtraError: if the package that reaches such a database is not installed
    """
    name, new_file = shown(url), _new_file(url)
    engine, complete = _engine(url), False
    try:
        with engine.begin() as connection:
            table = _table(connection, schema, name)
            yield lambda places: _insert(connection, table, places)
        complete = True
    except exc.SQLAlchemyError as error:
        reason = getattr(error, "orig", None) or error
        raise errors.UsageError(f"{name} cannot be written: {reason}.") from error
    finally:
        engine.dispose()
        if new_file is not None and not complete:
            for left in (new_file, new_file.with_name(f"{new_file.name}-journal")):
                left.unlink(missing_ok=True)


def shown(url: sa.URL) -> str:
    """A URL without its password; of a file, the file.

    Args:
        url: of a database
    """
    if url.get_backend_name() == "sqlite" and url.database:
        return str(url.database)
    return url.render_as_string(hide_password=True)


def parse(target: str) -> sa.URL:
    """The URL of a database, or of a file of SQLite.

    Args:
        target: the text of a URL, or a file

    Raises:
        UsageError: if it is no URL that SQLAlchemy reads
    """
    if not urls.is_url(target):
        return sa.URL.create("sqlite", database=target)
    try:
        return sa.make_url(target)
    except (exc.ArgumentError, ValueError) as error:  # the latter for a port that is no number
        raise errors.UsageError(f"--output {urls.shown(target)}: {error}.") from None


def _new_file(url: sa.URL) -> Path | None:
    """The file of SQLite that connecting will make; None where it is there, or for other databases."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    path = Path(url.database)
    if path.exists():
        return None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise errors.UsageError(f"{path} cannot be written: {error.strerror or error}.") from error
    return path


def _engine(url: sa.URL) -> sa.Engine:
    try:
        engine = sa.create_engine(url)
    except exc.ArgumentError as error:
        raise errors.UsageError(f"{shown(url)}: {error}.") from None
    except ImportError as error:
        raise errors.MissingExtraError(
            f"{shown(url)} needs a package that is not installed or does not work: {error}."
        ) from None
    if engine.dialect.name == "sqlite":
        # Python's driver begins a transaction at the first row, too late for CREATE TABLE to be in it.
        sa.event.listen(engine, "connect", _leave_transactions_to_us)
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


def _leave_transactions_to_us(connection: object, _: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]


def _table(connection: sa.Connection, schema: pa.Schema, name: str) -> sa.Table:
    """The table, made if it is not there. Raises UsageError for one with other columns."""
    columns = [sa.Column(field.name, _type(field.type)) for field in schema]
    table = sa.Table(TABLE, sa.MetaData(), *columns)
    inspector = sa.inspect(connection)
    if not inspector.has_table(TABLE):
        table.create(connection)
        return table
    there = {column["name"]: column["type"] for column in inspector.get_columns(TABLE)}
    # Text in a column of integers would lose its leading zeros.
    wrong = [
        f"'{field.name}' is {there[field.name]}"
        for field in schema
        if field.name in there
        and pa.types.is_integer(field.type) != isinstance(there[field.name], sa.Integer)
    ]
    lacking = [f"'{name}' is missing" for name in schema.names if name not in there]
    more = [f"'{name}' is no column of ours" for name in there if name not in schema.names]
    if complaints := [*lacking, *more, *wrong]:
        ours = ", ".join(f"{column.name} {column.type}" for column in columns)
        raise errors.UsageError(
            f"{name} has a table '{TABLE}' with other columns: {', '.join(complaints)}. It takes "
            f"{ours}. Rename that table, or write elsewhere."
        )
    return table


def _type(of: pa.DataType) -> sa.types.TypeEngine:
    if pa.types.is_timestamp(of):
        return sa.DateTime(timezone=True)
    if pa.types.is_integer(of):
        return sa.Integer() if of == pa.int32() else sa.BigInteger()
    return sa.Double() if pa.types.is_floating(of) else sa.Text()


def _insert(connection: sa.Connection, table: sa.Table, places: pa.Table) -> None:
    if len(places):
        connection.execute(table.insert(), places.to_pylist())
