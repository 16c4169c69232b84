"""How far the event log has taken streams of messages, such as the partitions of a topic."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recli.data.event import Event

# A log that was begun before there were streams has no such table.
_CREATE = """
CREATE TABLE IF NOT EXISTS streams (stream TEXT PRIMARY KEY, next_offset INTEGER NOT NULL)
"""
_SET = """
INSERT INTO streams VALUES (?, ?)
ON CONFLICT (stream) DO UPDATE SET next_offset = excluded.next_offset
"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was read of a stream from one offset up to another, with nothing left out.

    Attributes:
        stream: what the stream is called in the log
        start: the offset from which it was read
        end: the offset after it
        events: those in it, each with its offset
    """

    stream: str
    start: int
    end: int
    events: Sequence[tuple[int, Event]]


@dataclass(frozen=True, slots=True)
class TakenStretches:
    """What became of stretches.

    Attributes:
        accepted: how many events are new
        duplicates: how many the log had already, by their ids
        passed_over: how many are of offsets that the log had taken already
        goes_on: the next offset of each stream; None of one that was not begun in this log
    """

    accepted: int
    duplicates: int
    passed_over: int
    goes_on: Mapping[str, int | None]


def next_of(connection: sqlite3.Connection, stream: str) -> int | None:
    """The next offset of a stream, None where it was not begun; within a transaction.

    Args:
        connection: to the log
        stream: what the stream is called there
    """
    connection.execute(_CREATE)
    found = connection.execute("SELECT next_offset FROM streams WHERE stream = ?", (stream,))
    row = found.fetchone()
    return None if row is None else int(row[0])


def names(connection: sqlite3.Connection) -> list[str]:
    """What streams are called, in the order in which they were begun; within a transaction.

    Args:
        connection: to the log
    """
    connection.execute(_CREATE)
    return [name for (name,) in connection.execute("SELECT stream FROM streams ORDER BY rowid")]


def begin(connection: sqlite3.Connection, stream: str, offset: int) -> int:
    """`next_of`, which becomes `offset` where the stream was not begun.

    Args:
        connection: to the log
        stream: what the stream is called there
        offset: the first that is to be taken
    """
    there = next_of(connection, stream)
    if there is None:
        set_next(connection, stream, offset)
        return offset
    return there


def set_next(connection: sqlite3.Connection, stream: str, offset: int) -> None:
    """Let a stream go on at an offset; within a transaction.

    Args:
        connection: to the log
        stream: what the stream is called there
        offset: the next that is to be taken
    """
    connection.execute(_CREATE)
    connection.execute(_SET, (stream, offset))
