"""A table of a database."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pyarrow as pa

from recli.ranking.writers._base import Write, Writer


class SQL(Writer):
    """The table `recommendations` of any database that SQLAlchemy reaches, in one transaction.

    A table that is there gets the rows added; its column `time` tells one writing from another. One
    with other columns is refused.
    """

    suffixes = (".db", ".sqlite", ".sqlite3")
    summary = "the table 'recommendations' of SQLite, or of any database by its SQLAlchemy URL"
    adds = True

    def open(self, target: str, schema: pa.Schema) -> AbstractContextManager[Write]:
        from recli.ranking.writers import _database  # SQLAlchemy, for those who ask for it

        return _database.transaction(_database.parse(target), schema)

    def shown(self, target: str) -> str:
        from recli.ranking.writers import _database

        return _database.shown(_database.parse(target))
