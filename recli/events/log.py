"""The event log: ratings and interactions as they come in, on disk before they count as accepted.

One SQLite file in WAL mode that many processes and threads may append to and read at once.
"""

from __future__ import annotations

import contextlib
import errno
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from recli import errors
from recli.data.event import Event
from recli.events import streams
from recli.events.streams import Stretch, TakenStretches

FILE_NAME = "events.sqlite3"
"""What the log is called in the results folder."""
_MARK = 0x7265636C  # "recl", by which a log is told from any other SQLite file
_PATIENCE = 30.0  # seconds: what one process waits for others to finish writing
_PAUSE = 0.001  # seconds between two looks whether they have
_CREATE = """
CREATE TABLE about (log TEXT NOT NULL);
CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    user_id TEXT NOT NULL,
    item_id TEXT NOT NULL,
    value REAL,
    time INTEGER NOT NULL,
    received INTEGER NOT NULL
);
"""
_INSERT = """
INSERT INTO events (event_id, type, user_id, item_id, value, time, received)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id) DO NOTHING
"""
_AFTER = """
SELECT position, event_id, type, user_id, item_id, value, time, received FROM events
WHERE position > ? AND position <= ? ORDER BY position LIMIT ?
"""
_RECEIVED = """
SELECT received, count(*) FROM events WHERE position > ? AND position <= ? GROUP BY received
"""


class NotStoredError(errors.UsageError):
    """Events that the disk or another program kept from being stored: none of them is accepted."""


@dataclass(frozen=True, slots=True)
class Logged:
    """An event of the log.

    Attributes:
        position: its place in the log, from 1 on
        event: the event
        received: when it was received, seconds since 1970
    """

    position: int
    event: Event
    received: int


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of a batch of events.

    Attributes:
        accepted: how many are new
        duplicates: how many the log had already
    """

    accepted: int
    duplicates: int


class EventLog:
    """The events in a file, which comes to be with the first of them.

    For any number of threads, and of processes each with its own.

    Args:
        path: the file

    Raises:
        DataError: by every method, for a file that is damaged or no event log
        NotStoredError: by every method, where the file cannot be used: the disk is full, the folder is
            not writable, another program has held it for half a minute

    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> with EventLog(Path(folder.name) / "events.sqlite3") as log:
    ...     event = Event("e1", "rating", "42", "7", 4.0, 1_700_000_000)
    ...     log.append([event]), log.append([event]), log.last
    (Appended(accepted=1, duplicates=0), Appended(accepted=0, duplicates=1), 1)
    >>> folder.cleanup()
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._open: sqlite3.Connection | None = None
        self._opened: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with self._lock:
            if self._open:
                self._open.close()
                self._open = None

    def append(self, batch: Sequence[Event]) -> Appended:
        """Store the events that the log does not have yet; once this returns they are on disk.

        All or none. Of two events with the same `event_id` the first stays as it is.

        Args:
            batch: the events
        """
        with self._transaction() as connection:
            accepted = _insert(connection, batch)
        return Appended(accepted, len(batch) - accepted)

    def begun(self) -> str:
        """The `id` of the log, which is begun where there is none yet."""
        with self._transaction():
            pass
        return self.id

    def streams(self) -> list[str]:
        """What the streams are called that this log has begun, in that order."""
        with self._transaction() as connection:
            return streams.names(connection)

    def next_of(self, stream: str) -> int | None:
        """Where to go on in a stream; None where that was not begun.

        Args:
            stream: what the stream is called in this log
        """
        with self._transaction() as connection:
            return streams.next_of(connection, stream)

    def begin(self, stream: str, offset: int) -> int:
        """Where to go on in a stream: at this offset, unless the log has one of it already.

        Args:
            stream: what the stream is called in this log
            offset: the first that is to be taken, which is on disk once this returns
        """
        with self._transaction() as connection:
            return streams.begin(connection, stream, offset)

    def go_to(self, stream: str, offset: int) -> None:
        """Go on elsewhere in a stream than where the log was.

        Args:
            stream: what the stream is called in this log
            offset: the next that is to be taken
        """
        with self._transaction() as connection:
            streams.set_next(connection, stream, offset)

    def take(self, stretches: Sequence[Stretch]) -> TakenStretches:
        """Store the events of stretches of streams, and in the same transaction how far each is taken.

        So each message of a stream counts exactly once, whatever ends the process and however many
        read the stream: what the log has taken already is passed over, and a stretch that begins
        beyond it, or in a stream that was not begun, is not taken at all.

        Args:
            stretches: at most one of each stream
        """
        with self._transaction() as connection:
            goes_on, batch, passed_over = {}, list[Event](), 0
            for stretch in stretches:
                there = streams.next_of(connection, stretch.stream)
                goes_on[stretch.stream] = there
                if there is None or there < stretch.start:
                    continue
                new = [event for offset, event in stretch.events if offset >= there]
                passed_over += len(stretch.events) - len(new)
                batch += new
                if stretch.end > there:
                    streams.set_next(connection, stretch.stream, stretch.end)
                    goes_on[stretch.stream] = stretch.end
            accepted = _insert(connection, batch)
        return TakenStretches(accepted, len(batch) - accepted, passed_over, goes_on)

    def after(
        self, position: int, through: int | None = None, chunk: int = 10_000
    ) -> Iterator[Logged]:
        """The events after a position, in the order they came.

        They are read some at a time, so that memory is bounded and no writer waits for a reader.

        Args:
            position: that of the last event that is left out, 0 for none
            through: that of the last event that is given; None for the newest there is now
            chunk: how many are read at once
        """
        through = self.last if through is None else through
        while position < through:
            with self._connection() as connection:
                found = connection and _execute(connection, _AFTER, (position, through, chunk))
                rows = found.fetchall() if found else []
            for at, *event, received in rows:
                yield Logged(at, Event(*event), received)
            position = rows[-1][0] if rows else through

    def received(self, position: int, through: int) -> list[tuple[int, int]]:
        """How many events came in which second since 1970, of those after a position.

        Args:
            position: that of the last event that is left out, 0 for none
            through: that of the last event that is counted
        """
        with self._connection() as connection:
            found = connection and _execute(connection, _RECEIVED, (position, through))
            return found.fetchall() if found else []

    def count_after(self, position: int) -> int:
        """How many events there are after a position: what is still to be taken.

        Args:
            position: that of the last event that is not counted, 0 for none
        """
        return self._number("SELECT count(*) FROM events WHERE position > ?", position)

    @property
    def last(self) -> int:
        """The position of the newest event, 0 where there is none."""
        return self._number("SELECT coalesce(max(position), 0) FROM events")

    @property
    def id(self) -> str:
        """What tells this log from one that was begun anew, whose positions mean other events.

        Empty where there is no log yet.
        """
        with self._connection() as connection:
            return (
                str(connection.execute("SELECT log FROM about").fetchone()[0]) if connection else ""
            )

    def _number(self, query: str, *values: int) -> int:
        with self._connection() as connection:
            found = connection and _execute(connection, query, values)
            return int(found.fetchone()[0]) if found else 0

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction of this thread, on disk when the block ends well, else as if it never was."""
        with self._connection(create=True) as connection:
            assert connection is not None
            if _identity(self.path) != self._opened:  # what went on in there would be lost
                raise OSError(errno.ESTALE, "it was moved or replaced while it was in use")
            _execute(connection, "BEGIN IMMEDIATE")
            yield connection
            _execute(connection, "COMMIT")

    @contextlib.contextmanager
    def _connection(self, create: bool = False) -> Iterator[sqlite3.Connection | None]:
        """The connection, for this thread alone until the block ends; None where there is no log."""
        with self._lock, self._told():
            if self._open is None and (create or self.path.exists()):
                self._open = _connect(self.path)
                self._opened = _identity(self.path)
            try:
                yield self._open
            except BaseException:
                if self._open and self._open.in_transaction:
                    self._open.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turns what SQLite says into an error that says where and what to do."""
        try:
            yield
        except OSError as error:
            raise self._unusable(error.strerror or error) from error
        except sqlite3.OperationalError as error:
            raise self._unusable(error) from error
        except sqlite3.DatabaseError as error:
            raise errors.DataError(
                f"{self.path}: is damaged or no event log: {error}. Move it elsewhere, and a new one is "
                "begun; what refreshes have taken from it is in the folder 'datasets'."
            ) from error

    def _unusable(self, why: object) -> NotStoredError:
        return NotStoredError(
            f"{self.path}: the event log cannot be used: {why}. Nothing was accepted; make room, or "
            "let the other program finish, and send the events again."
        )


def now() -> float:
    """Seconds since 1970, to the millisecond: what an event has that came without a time."""
    return int(time.time() * 1000) / 1000


def seconds(moment: str) -> float:
    """Seconds since 1970 of a moment in ISO 8601, UTC where nothing else is said.

    Args:
        moment: as 2026-11-25T20:00:00Z

    Raises:
        ValueError: for any other text

    >>> seconds("1970-01-02T01:00:00"), seconds("1970-01-02T01:00:00+01:00")
    (90000.0, 86400.0)
    """
    found = datetime.fromisoformat(moment)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _connect(path: Path) -> sqlite3.Connection:
    """The file, opened and if need be created. Leaves alone a file that is no log."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Transactions are begun by hand; the lock of the log sees to it that threads take turns.
    connection = sqlite3.connect(path, timeout=0.0, isolation_level=None, check_same_thread=False)
    try:
        _execute(connection, "PRAGMA synchronous = FULL")  # what is committed is on disk
        _execute(connection, "BEGIN IMMEDIATE")
        [mark] = connection.execute("PRAGMA application_id").fetchone()
        [tables] = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if mark != _MARK and tables:
            raise sqlite3.DatabaseError("it is another program's SQLite file")
        if mark != _MARK:
            for statement in _CREATE.split(";\n"):
                connection.execute(statement)
            connection.execute("INSERT INTO about VALUES (?)", (uuid.uuid4().hex,))
            connection.execute(f"PRAGMA application_id = {_MARK}")
        _execute(connection, "COMMIT")
        _execute(connection, "PRAGMA journal_mode = WAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _identity(path: Path) -> tuple[int, int] | None:
    """By what a file is told from another that has come under its name; None where there is none."""
    with contextlib.suppress(FileNotFoundError):
        found = path.stat()
        return found.st_dev, found.st_ino
    return None


def _insert(connection: sqlite3.Connection, batch: Sequence[Event]) -> int:
    """How many of these events were new and are stored."""
    received = int(time.time())
    # A column of integers keeps what is none as it is.
    rows = [
        (e.event_id, e.type, e.user_id, e.item_id, e.value, round(e.time, 6), received)
        for e in batch
    ]
    before = connection.total_changes
    connection.executemany(_INSERT, rows)
    return connection.total_changes - before


def _execute(
    connection: sqlite3.Connection, statement: str, values: Sequence[object] = ()
) -> sqlite3.Cursor:
    """Execute a statement as soon as other processes let it.

    SQLite's own waiting sleeps a tenth of a second between two looks, and so waits for ever beside a
    process that writes one batch after another; and it does not wait at all for the switch to WAL.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)
