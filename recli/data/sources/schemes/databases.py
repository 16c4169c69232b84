"""Tables in databases, and what they answer to a query."""

from __future__ import annotations

from pathlib import Path

from recli.data.sources.location import Location
from recli.data.sources.schemes._base import Source


class Databases(Source):
    """A table of a database, or its answer to a query, by the URLs that SQLAlchemy knows."""

    takes_query = True
    summary = "databases, by the URLs of SQLAlchemy: SQLite, PostgreSQL, MySQL, DuckDB and others"

    def locate(self, folder: Path, address: str, query: str | None) -> Location:
        from recli.data.sources.query import Query

        return Query(folder, address, query)
