import itertools
import shutil
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from recli import errors
from recli.data.event import Event
from recli.events.log import Appended, EventLog, NotStoredError

_APPENDS_FOR_EVER = """
import sys
from pathlib import Path
from recli.data.event import Event
from recli.events.log import EventLog

log, accepted = EventLog(Path(sys.argv[1])), 0
while True:
    batch = [Event(f"{sys.argv[2]}-{accepted + n}", "click", "u", "i", None, 1) for n in range(10)]
    accepted += log.append(batch).accepted
    print(accepted, flush=True)
"""


def rating(event_id: str, value: float | None = 4.0, time: int = 1_700_000_000) -> Event:
    return Event(event_id, "rating", "007", "Ω 1", value, time)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results" / "events.sqlite3"


def test_events_come_back_in_the_order_they_came(path):
    batch = [rating("b"), Event("a", "click", "u", "i", None, 5), rating("c", None)]
    before = int(time.time())
    with EventLog(path) as log:
        assert log.append(batch) == Appended(3, 0)
        logged = list(log.after(0))
    assert [entry.event for entry in logged] == batch
    assert [entry.position for entry in logged] == [1, 2, 3]
    assert all(before <= entry.received <= time.time() for entry in logged)


def test_an_event_counts_once_and_the_first_stays(path):
    with EventLog(path) as log:
        log.append([rating("a", 1.0)])
        assert log.append([rating("a", 5.0), rating("b"), rating("b")]) == Appended(1, 2)
        assert [entry.event.value for entry in log.after(0)] == [1.0, 4.0]


def test_positions_bound_what_is_read(path):
    with EventLog(path) as log:
        log.append([rating(str(n)) for n in range(25)])
        assert log.last == 25
        assert log.count_after(20) == 5
        assert [e.position for e in log.after(20, chunk=2)] == [21, 22, 23, 24, 25]
        assert [e.position for e in log.after(3, through=7, chunk=2)] == [4, 5, 6, 7]


def test_a_reader_may_stop_anywhere_and_writers_go_on(path):
    with EventLog(path) as log:
        log.append([rating(str(n)) for n in range(5)])
        for entry in itertools.islice(log.after(0, chunk=1), 2):
            log.append([rating(f"more {entry.position}")])
        assert log.last == 7


def test_without_a_file_there_is_nothing_and_none_is_made(path):
    with EventLog(path) as log:
        assert (log.last, log.count_after(0), list(log.after(0)), log.id) == (0, 0, [], "")
    assert not path.parent.exists()


def test_a_log_begun_anew_has_another_id(path):
    with EventLog(path) as log:
        log.append([rating("a")])
        first = log.id
    with EventLog(path) as log:
        assert log.id == first
    shutil.rmtree(path.parent)
    with EventLog(path) as log:
        log.append([rating("a")])
        assert log.id != first


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"event_id": ""}, "event_id has 0 characters"),
        ({"user_id": "u" * 257}, "user_id has 257 characters"),
        ({"item_id": " \u3000"}, "blank"),
        ({"item_id": "a\x00b"}, "item_id"),
        ({"item_id": "\ud800"}, "item_id"),
        ({"type": " "}, "type is ' ': it is blank"),
        (
            {"type": "click", "value": 0},
            "value is 0: of a click it is how often or how many, above 0",
        ),
        ({"type": "view", "value": -2.5}, "value is -2.5: of a view it is how often"),
        ({"value": float("nan")}, "finite"),
        ({"value": float("inf")}, "finite"),
        ({"time": -1}, "seconds since 1970"),
        ({"time": 1_700_000_000_000}, "seconds since 1970"),
    ],
)
def test_what_cannot_be_an_event_is_refused(changed, said):
    fields = {"event_id": "e", "type": "rating", "user_id": "u", "item_id": "i", "value": 3.0}
    with pytest.raises(errors.DataError, match=said):
        Event(**({**fields, "time": 1} | changed))


def test_threads_of_a_log_take_turns(path):
    def send(worker: int) -> int:
        batches = ([rating(f"{n}")] for n in range(worker, worker + 40))
        return sum(log.append(batch).accepted for batch in batches)

    with EventLog(path) as log, ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(send, range(0, 80, 10))) == log.last == 110


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough" * 100, b"SQLite format 3\0"]
)
def test_a_damaged_file_is_told_and_left_alone(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    with EventLog(path) as log, pytest.raises(errors.DataError, match="damaged or no event log"):
        log.append([rating("a")])
    assert path.read_bytes() == content


def test_another_programs_database_is_told_and_left_alone(path):
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE events (position)")
    other.close()
    content = path.read_bytes()
    with EventLog(path) as log, pytest.raises(errors.DataError, match="another program's"):
        log.append([rating("a")])
    assert path.read_bytes() == content


def test_of_a_batch_that_a_full_disk_cuts_off_nothing_is_accepted(path):
    with EventLog(path) as log:
        log.append([rating("a")])
        with log._connection() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(NotStoredError, match="full.*Nothing was accepted"):
            log.append([rating(f"more {n}") for n in range(5000)])
        assert log.last == 1
    with EventLog(path) as log:  # with room again
        assert log.append([rating(f"more {n}") for n in range(5000)]) == Appended(5000, 0)


def test_a_folder_that_cannot_be_is_told(tmp_path):
    (tmp_path / "results").write_text("a file where the folder should be")
    log = EventLog(tmp_path / "results" / "events.sqlite3")
    with pytest.raises(NotStoredError, match="cannot be used"):
        log.append([rating("a")])


def test_nothing_accepted_is_lost_when_writers_are_killed(path):
    """Several processes begin the log and append to it at once; they are killed as they write."""
    command = [sys.executable, "-c", _APPENDS_FOR_EVER, str(path)]
    writers = [
        subprocess.Popen([*command, str(n)], stdout=subprocess.PIPE, text=True) for n in range(3)
    ]
    try:
        told = [[writer.stdout.readline() for _ in range(5)] for writer in writers]
    finally:
        for writer in writers:
            writer.kill()
    for lines, writer in zip(told, writers, strict=True):
        lines += writer.communicate()[0].splitlines()
    with EventLog(path) as log:
        stored = [entry.event.event_id.split("-")[0] for entry in log.after(0)]
        for n, lines in enumerate(told):
            printed = int(lines[-1])
            # Whole batches; the last may have been stored and not told any more.
            assert stored.count(str(n)) in (printed, printed + 10)
        again = [Event("0-0", "click", "u", "i", None, 1), rating("new")]
        assert log.append(again) == Appended(1, 1)


def test_parts_of_a_second_are_kept(path):
    times = [1_700_000_000.25, 1_700_000_000.123456, 1_700_000_000, 1_700_000_000.0]
    with EventLog(path) as log:
        log.append([rating(str(n), time=at) for n, at in enumerate(times)])
        assert [entry.event.time for entry in log.after(0)] == times


def test_nothing_finer_than_a_microsecond_is_kept(path):
    with EventLog(path) as log:
        log.append([rating("a", time=0.1234567)])
        assert [entry.event.time for entry in log.after(0)] == [0.123457]


def test_a_log_of_whole_seconds_goes_on(path):
    """As it was written before there were parts of a second."""
    path.parent.mkdir()
    with sqlite3.connect(path) as old:
        old.executescript(
            "CREATE TABLE about (log TEXT NOT NULL); INSERT INTO about VALUES ('abc');"
            "CREATE TABLE events (position INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, "
            "type TEXT NOT NULL, user_id TEXT NOT NULL, item_id TEXT NOT NULL, value REAL, "
            "time INTEGER NOT NULL, received INTEGER NOT NULL);"
            "INSERT INTO events VALUES (1, 'e', 'rating', 'u', 'i', 4.0, 1700000000, 1700000001);"
            f"PRAGMA application_id = {0x7265636C}"
        )
    old.close()
    with EventLog(path) as log:
        log.append([rating("f", time=1_700_000_000.5)])
        assert [entry.event.time for entry in log.after(0)] == [1_700_000_000, 1_700_000_000.5]
        assert log.id == "abc"


_OLD = """
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
INSERT INTO about VALUES ('0123');
INSERT INTO events VALUES (1, 'a', 'rating', 'u', 'i', 4.5, 1700000000, 1700000001);
INSERT INTO events VALUES (2, 'b', 'click', 'u', 'j', NULL, 1700000002, 1700000003);
PRAGMA application_id = 1919247212;
"""


def test_a_log_of_the_first_version_goes_on(path):
    """It was written when events were ratings and clicks at whole seconds, and is read and added to."""
    path.parent.mkdir()
    old = sqlite3.connect(path)
    old.executescript(_OLD)
    old.close()
    with EventLog(path) as log:
        assert log.id == "0123"
        assert log.append([Event("c", "purchase", "u", "i", 2.0, 1_700_000_004.25)]).accepted == 1
        assert log.append([Event("b", "view", "u", "j", None, 1)]).duplicates == 1
        assert [(one.position, one.event) for one in log.after(0)] == [
            (1, Event("a", "rating", "u", "i", 4.5, 1_700_000_000)),
            (2, Event("b", "click", "u", "j", None, 1_700_000_002)),
            (3, Event("c", "purchase", "u", "i", 2.0, 1_700_000_004.25)),
        ]
