"""Tables in databases, and what they answer to a query, by SQLAlchemy's URLs."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import exc

from recli import errors, urls
from recli.data.sources.location import Location

_BATCH = 50_000
_TABLE = re.compile(r"(.+/.*?)::([^\]/]+)")
_IN_A_FILE = ("sqlite", "duckdb")
_DRIVERS = {
    "psycopg": "'recli[postgres]'",
    "psycopg2": "psycopg2-binary",
    "duckdb": "'recli[duckdb]'",
    "duckdb_engine": "'recli[duckdb]'",
    "MySQLdb": "mysqlclient",
}


class Query(Location):
    """The answer of a database to a query, or one of its tables: `URL::TABLE`.

    Args:
        folder: what the path of a file of SQLite or DuckDB is relative to
        url: the address
        query: what is asked of a database
    """

    def __init__(self, folder: Path, url: str, query: str | None) -> None:
        found = _TABLE.fullmatch(url)
        self._text: str = found[1] if found else url
        self._table: str | None = found[2] if found else None
        self._query = query
        self._folder = folder
        if query is not None and self._table is not None:
            raise errors.UsageError(
                f"{self}: names a table, and there is a query as well. Leave one of them out."
            )

    def __str__(self) -> str:
        return urls.shown(self._text) + (f"::{self._table}" if self._table else "")

    @property
    def stays(self) -> bool:
        return True

    @property
    def is_answer(self) -> bool:
        return True

    @property
    def name(self) -> str:
        return str(self)

    @property
    def path(self) -> Path:
        raise errors.UsageError(f"{self}: is a table in a database; a file is needed here.")

    def exists(self) -> bool:
        return True  # known when it is asked

    def reference(self) -> str:
        url = urls.stored(self._text)
        if self._file:
            url = f"{url.partition('://')[0]}:///{self._file.resolve().as_posix()}"
        return url + (f"::{self._table}" if self._table else "")

    def place(self, line: int) -> str:
        """A row of the answer, as messages name it.

        Args:
            line: the line of the file, from 1 on
        """
        return f"row {line:,}"

    def batches(self) -> Iterator[tuple[list[str], Sequence[Sequence[Any]]]]:
        """The names of the columns, and rows of the answer, so many at a time as they come.

        Raises:
            DataError: where the database does not answer, or not with rows
            NotFoundError: for a file that is not there
            UsageError: for a URL that is none
            MissingExtraError: without the driver
        """
        with self._connected() as connection:
            statement = self._query or self._select(connection)
            answer = self._told("the query fails", lambda: connection.exec_driver_sql(statement))
            if not answer.returns_rows:
                raise errors.DataError(f"{self}: the query gives no table. It should be a SELECT.")
            with answer:
                names, rows = list(answer.keys()), answer.partitions(_BATCH)
                while batch := self._told("the answer broke off", lambda: next(rows, None)):
                    yield names, batch

    @property
    def _file(self) -> Path | None:
        """The file of a database that is one."""
        if urls.scheme(self._text).partition("+")[0] not in _IN_A_FILE:
            return None
        name = self._text.partition(":///")[2].partition("?")[0]
        return self._folder / name if name not in ("", ":memory:") else None

    @contextlib.contextmanager
    def _connected(self) -> Iterator[sa.Connection]:
        engine = self._engine()
        try:
            connection = self._told("cannot be reached", engine.connect)
            with connection:
                # Rows come as they are read, and a percent sign in the query is one.
                yield connection.execution_options(
                    stream_results=True, max_row_buffer=_BATCH, no_parameters=True
                )
        finally:
            engine.dispose()

    def _engine(self) -> sa.Engine:
        try:
            url = sa.make_url(self._text)
            if self._file:
                if not self._file.is_file():
                    raise errors.NotFoundError(f"{self}: there is no file {self._file}.")
                # Who reads changes nothing, and makes no file.
                if url.get_backend_name() == "sqlite":
                    file = f"file:{quote(self._file.resolve().as_posix(), safe='/:')}"
                    url = url.set(database=file, query={"mode": "ro", "uri": "true"})
                else:
                    url = url.set(database=str(self._file))
                    return sa.create_engine(url, connect_args={"read_only": True})
            return sa.create_engine(url)
        except (exc.ArgumentError, ValueError) as error:  # the latter for a port that is no number
            known = ", ".join(f"{scheme}://" for scheme in ("https", "s3", "gs", "az"))
            raise errors.UsageError(
                f"{self}: is neither the URL of a file ({known}) nor that of a database, as in "
                f"postgresql+psycopg://host/name: {self._without_secrets(error)}."
            ) from None
        except ImportError as error:
            package = (error.name or "").partition(".")[0]
            raise errors.MissingExtraError(
                f"{self} needs a package that is not installed or does not work ({error}): pip install "
                f"{_DRIVERS.get(package, package) or 'the package of its driver'}"
            ) from None

    def _select(self, connection: sa.Connection) -> str:
        """The statement that gives all of the table that is named, or of the only one."""
        table = self._table
        if table is None:
            names = self._told("cannot be read", lambda: sa.inspect(connection).get_table_names())
            table = self._only(names)
        quote = connection.dialect.identifier_preparer.quote_identifier
        return f"select * from {'.'.join(map(quote, table.split('.')))}"  # noqa: S608, quoted

    def _only(self, names: Sequence[str]) -> str:
        """The only table that there is. Raises DataError, with the spelling that names each."""
        if len(names) == 1:
            return names[0]
        listed = errors.first_ten([f"{self}::{name}" for name in names])
        raise errors.DataError(
            f"{self}: has {len(names)} tables. Name one of them, or ask with "
            '`query="select …"`' + (f":\n{listed}" if names else ".")
        )

    def _told(self, what: str, do: Any) -> Any:
        """What `do` gives; the database's refusal as an error in a line."""
        try:
            return do()
        except exc.SQLAlchemyError as error:
            said = self._without_secrets(getattr(error, "orig", None) or error)
            raise errors.DataError(f"{self}: {what}: {said}.") from None

    def _without_secrets(self, error: BaseException) -> str:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        said = urls.redacted(lines[0]).rstrip(".! ")
        with contextlib.suppress(exc.ArgumentError, ValueError):
            password = sa.make_url(self._text).password
            said = said.replace(str(password), urls.HIDDEN) if password else said
        return said
