"""What every writer of recommendations keeps to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pytest

from recli import errors
from recli.ranking.writers._base import Writer
from recli.testing._expected import expected

_TIME = datetime(2026, 11, 25, 18, 30, 5, tzinfo=UTC)
_SCHEMA = pa.schema(
    {
        "user": pa.string(),
        "model": pa.string(),
        "rank": pa.int32(),
        "item": pa.string(),
        "title": pa.string(),
        "score": pa.float64(),
        "rating": pa.float64(),
        "deviation": pa.float64(),
        "time": pa.timestamp("s", tz="UTC"),
    }
)
_ODD = (" lead", "007", "é", 'a,"b"', "a\tb", "'; drop table x", "NULL", "nan")


class WriterContract:
    """The tests of a writer; a subclass says which, and how what it writes is read.

    Attributes:
        writer: The class.
        adds: Whether rows that are there stay; else they are replaced. What is not stated here, the
            writer states of itself.
    """

    writer: ClassVar[type[Writer]]

    @pytest.fixture
    def subject(self) -> type[Writer]:
        """The class under test."""
        return self.writer

    @pytest.fixture
    def target(self, subject: type[Writer], tmp_path: Path) -> str:
        """What is written to; by default a file with the first suffix. It does not exist before."""
        return str(tmp_path / f"out{subject.suffixes[0]}")

    def read(self, target: str) -> list[dict[str, Any]]:
        """The rows in a target, in their order; by another program than the one that wrote it.

        Args:
            target: where it is written
        """
        raise NotImplementedError("read(target) of the class of tests is to give the rows")

    def test_says_what_it_is(self, subject: type[Writer]) -> None:
        assert issubclass(subject, Writer), "it is to be a subclass of recli.ranking.writers.Writer"
        assert subject.__doc__
        assert subject.summary
        assert "\n" not in subject.summary
        assert all(suffix.startswith(".") for suffix in subject.suffixes)

    def test_writes_every_row_in_its_order(self, subject: type[Writer], target: str) -> None:
        with subject().open(target, _SCHEMA) as write:
            for user in ("u1", "u2", "u3"):
                write(_table(user))
        found = self.read(target)
        assert [row["user"] for row in found] == ["u1"] * 8 + ["u2"] * 8 + ["u3"] * 8
        assert [row["item"] for row in found] == [*_ODD] * 3
        assert [int(row["rank"]) for row in found] == [*range(1, 9)] * 3
        assert [float(row["score"]) for row in found] == [
            9.123456789012345 - n for n in range(8)
        ] * 3
        assert all(row["rating"] in (None, "") for row in found)
        assert all(list(row) == _SCHEMA.names for row in found)

    def test_no_rows_are_a_target_without_rows(self, subject: type[Writer], target: str) -> None:
        with subject().open(target, _SCHEMA):
            pass
        assert self.read(target) == []

    def test_what_was_there_is_replaced_or_added_to(
        self, subject: type[Writer], target: str
    ) -> None:
        for user in ("old", "new"):
            with subject().open(target, _SCHEMA) as write:
                write(_table(user))
        stays = ["old"] * 8 if expected(self, subject, "adds") else []
        assert [row["user"] for row in self.read(target)] == stays + ["new"] * 8

    def test_a_failure_leaves_the_target_as_it_was(
        self, subject: type[Writer], target: str
    ) -> None:
        with subject().open(target, _SCHEMA) as write:
            write(_table("old"))
        with pytest.raises(_Stopped), subject().open(target, _SCHEMA) as write:
            write(_table("new"))
            raise _Stopped
        assert [row["user"] for row in self.read(target)] == ["old"] * 8

    def test_a_failure_leaves_nothing_where_nothing_was(
        self, subject: type[Writer], target: str
    ) -> None:
        folder = Path(target).parent
        before = sorted(folder.iterdir())
        with pytest.raises(_Stopped), subject().open(target, _SCHEMA) as write:
            write(_table("new"))
            raise _Stopped
        assert sorted(folder.iterdir()) == before

    def test_what_cannot_be_written_is_told(self, subject: type[Writer], target: str) -> None:
        Path(target).mkdir()
        with pytest.raises(errors.RecliError), subject().open(target, _SCHEMA) as write:
            write(_table("u"))
        assert list(Path(target).iterdir()) == []


class _Stopped(Exception):
    """Something that has nothing to do with writing."""


def _table(user: str) -> pa.Table:
    n = len(_ODD)
    columns = {
        "user": [user] * n,
        "model": ["m"] * n,
        "rank": list(range(1, n + 1)),
        "item": list(_ODD),
        "title": [f"Film {rank}" for rank in range(n)],
        "score": [9.123456789012345 - rank for rank in range(n)],
        "rating": [None] * n,
        "deviation": [None] * n,
        "time": [_TIME] * n,
    }
    return pa.table(columns, schema=_SCHEMA)
