"""Stretches of streams go into the log with how far they reach, both or neither."""

import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from recli import errors
from recli.data.event import Event
from recli.events.log import EventLog, NotStoredError
from recli.events.streams import Stretch, TakenStretches

_TAKES_FOR_EVER = """
import sys
from pathlib import Path
from recli.data.event import Event
from recli.events.log import EventLog
from recli.events.streams import Stretch

log = EventLog(Path(sys.argv[1]))
at = log.begin("s", 0)
print(at, flush=True)
while True:
    events = [(n, Event(f"e{n}", "click", "u", "i", None, 1)) for n in range(at, at + 7)]
    log.take([Stretch("s", at, at + 7, events)])
    at += 7
"""


def stretch(start: int, end: int, stream: str = "s") -> Stretch:
    events = [(n, Event(f"{stream}{n}", "click", "u", "i", None, 1)) for n in range(start, end)]
    return Stretch(stream, start, end, events)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results" / "events.sqlite3"


@pytest.fixture
def log(path):
    with EventLog(path) as log:
        yield log


def ids(log: EventLog) -> list[str]:
    return [entry.event.event_id for entry in log.after(0)]


def test_a_stream_goes_on_where_it_was(log):
    assert log.next_of("s") is None
    assert log.begin("s", 5) == 5
    assert log.take([stretch(5, 8)]) == TakenStretches(3, 0, 0, {"s": 8})
    assert log.take([stretch(8, 9)]) == TakenStretches(1, 0, 0, {"s": 9})
    assert log.begin("s", 0) == 9
    assert log.next_of("s") == 9
    assert ids(log) == ["s5", "s6", "s7", "s8"]


def test_streams_do_not_know_of_each_other(log):
    log.begin("s", 0)
    log.begin("t", 100)
    assert log.take([stretch(0, 2), stretch(100, 101, "t")]).goes_on == {"s": 2, "t": 101}
    assert (log.next_of("s"), log.next_of("t")) == (2, 101)
    log.begin("a", 0)
    assert log.streams() == ["s", "t", "a"]


def test_what_another_has_taken_meanwhile_is_passed_over(log):
    log.begin("s", 0)
    log.take([stretch(0, 6)])
    late = [(n, Event(f"of another id {n}", "click", "u", "i", None, 1)) for n in range(2, 6)]
    assert log.take([Stretch("s", 2, 6, late)]) == TakenStretches(0, 0, 4, {"s": 6})
    assert log.take([stretch(4, 8)]) == TakenStretches(2, 0, 2, {"s": 8})
    assert ids(log) == [f"s{n}" for n in range(8)]


def test_what_leaves_a_gap_is_not_taken(log):
    log.begin("s", 0)
    log.begin("t", 0)
    taken = log.take([stretch(3, 5), stretch(0, 1, "t")])
    assert taken == TakenStretches(1, 0, 0, {"s": 0, "t": 1})
    assert ids(log) == ["t0"]
    assert log.next_of("s") == 0


def test_a_stream_that_this_log_did_not_begin_is_not_taken(log):
    assert log.take([stretch(3, 5)]) == TakenStretches(0, 0, 0, {"s": None})
    assert ids(log) == []
    assert log.next_of("s") is None


def test_offsets_without_events_are_taken_too(log):
    log.begin("s", 0)
    assert log.take([Stretch("s", 0, 10, [(4, stretch(4, 5).events[0][1])])]).goes_on == {"s": 10}
    assert log.next_of("s") == 10


def test_an_event_that_the_log_has_by_its_id_counts_once(log):
    log.begin("s", 0)
    log.append([stretch(1, 2).events[0][1]])
    assert log.take([stretch(0, 3)]) == TakenStretches(2, 1, 0, {"s": 3})


def test_a_stream_may_be_put_back(log):
    log.begin("s", 0)
    log.take([stretch(0, 3)])
    log.go_to("s", 1)
    assert log.take([stretch(1, 4)]) == TakenStretches(1, 2, 0, {"s": 4})


def test_a_log_from_before_there_were_streams_goes_on(path, log):
    log.append([Event("old", "click", "u", "i", None, 1)])
    with sqlite3.connect(path) as old:
        assert list(old.execute("SELECT 1 FROM sqlite_schema WHERE name = 'streams'")) == []
    old.close()
    assert log.next_of("s") is None
    log.begin("s", 0)
    assert log.take([stretch(0, 1)]).accepted == 1
    assert ids(log) == ["old", "s0"]


def test_where_the_disk_is_full_neither_is_stored(log):
    log.begin("s", 0)
    with log._connection() as connection:
        [pages] = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(NotStoredError, match="full"):
        log.take([stretch(0, 5000)])
    assert log.next_of("s") == 0
    assert ids(log) == []


@pytest.mark.parametrize("replaced", [True, False])
def test_a_log_that_is_moved_away_takes_nothing_more(path, log, replaced):
    log.begin("s", 0)
    path.rename(path.with_name("elsewhere"))
    if replaced:
        path.touch()
    with pytest.raises(NotStoredError, match="moved or replaced.*Nothing was accepted"):
        log.take([stretch(0, 1)])
    with pytest.raises(errors.RecliError):
        log.append([Event("e", "click", "u", "i", None, 1)])


def test_a_log_begun_anew_has_begun_no_stream(path, log):
    first = log.begun()
    log.begin("s", 3)
    assert log.begun() == first
    with EventLog(path.with_name("other.sqlite3")) as other:
        assert other.begun() not in ("", first)
        assert other.next_of("s") is None


def test_a_reader_that_is_killed_anywhere_leaves_events_and_offset_alike(path):
    random.seed(17)
    for _ in range(6):
        command = [sys.executable, "-c", _TAKES_FOR_EVER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
            began = int(reader.stdout.readline())
            time.sleep(random.uniform(0, 0.1))
            reader.kill()
        with EventLog(path) as log:
            at = log.next_of("s")
            assert at is not None
            assert at >= began
            assert ids(log) == [f"e{n}" for n in range(at)]
