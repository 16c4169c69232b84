"""To how many users of a split which model's lists were shown, kept on disk from start to start."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recli import errors

FILE_NAME = "shown.sqlite3"
"""What the file is called in the results folder."""
_PATIENCE = 30.0  # seconds
_CREATE = """
CREATE TABLE IF NOT EXISTS shown (
    split TEXT NOT NULL,
    model TEXT NOT NULL,
    user_id TEXT NOT NULL,
    lists INTEGER NOT NULL,
    first REAL NOT NULL,
    last REAL NOT NULL,
    PRIMARY KEY (split, user_id, model)
) WITHOUT ROWID
"""
_ADD = """
INSERT INTO shown (split, model, user_id, lists, first, last) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (split, user_id, model) DO UPDATE SET
    lists = lists + excluded.lists, first = min(first, excluded.first), last = max(last, excluded.last)
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """The lists of a model that a user was shown.

    Attributes:
        model: the name of the model
        user_id: the raw id of the user
        lists: how many
        first: when the first was, seconds since 1970
        last: when the last was
    """

    model: str
    user_id: str
    lists: int
    first: float
    last: float


class ShownLists:
    """The lists that were shown, by split, model and user, which any number of processes may add to.

    Args:
        path: the file

    Raises:
        DataError: by every method, for a file that is damaged or another program's
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, split: str, some: Iterable[Shown]) -> None:
        """Add lists to those that are known, all or none.

        Args:
            split: `UserSplit.id`
            some: lists, at most one entry for a user and a model

        Raises:
            DataError: where they cannot be written
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rows = [(split, one.model, one.user_id, one.lists, one.first, one.last) for one in some]
        with self._connection() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(_CREATE)
            connection.executemany(_ADD, rows)
            connection.commit()

    def splits(self) -> list[str]:
        """The splits that lists were shown in, the one of the newest list first."""
        found = "SELECT split FROM shown GROUP BY split ORDER BY max(last) DESC"
        return [split for (split,) in self._all(found)]

    def of(self, split: str) -> list[Shown]:
        """The lists of a split, by user and model.

        Args:
            split: `UserSplit.id`
        """
        found = (
            "SELECT model, user_id, lists, first, last FROM shown WHERE split = ? "
            "ORDER BY user_id, model"
        )
        return [Shown(*row) for row in self._all(found, split)]

    def _all(self, query: str, *values: str) -> list[tuple[Any, ...]]:
        if not self.path.exists():
            return []
        with self._connection() as connection:
            return connection.execute(query, values).fetchall()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=_PATIENCE)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise errors.DataError(
                f"{self.path}: which lists were shown cannot be read or written: {error}. Make room, or "
                "move the file elsewhere, and a new one is begun."
            ) from error
