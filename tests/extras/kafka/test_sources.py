"""What topics are told by, as a cluster says it, or does not today."""

from __future__ import annotations

import pytest

from recli.events.log import EventLog
from recli.extras.kafka.connection import Connection
from recli.extras.kafka.sources import TopicSources


@pytest.fixture
def log(tmp_path):
    with EventLog(tmp_path / "events.sqlite3") as log:
        yield log


@pytest.fixture
def sources(log, monkeypatch):
    """Sources of a cluster that says this of its topics; None where it says nothing."""

    def made(told, cluster="c", group="g") -> TopicSources:
        found = TopicSources(Connection("k:9092"), cluster, log, group)
        monkeypatch.setattr(found, "_id", lambda topic: told)
        return found

    return made


def test_a_topic_is_told_by_its_id(sources):
    assert sources("x1").of("events") == "x1"
    assert sources("x1").stream("events", 3) == "kafka/x1/events/3/g"


def test_without_an_id_by_cluster_and_name(sources):
    by_name = sources(None).of("events")
    assert by_name == sources(None).of("events")
    assert len({by_name, sources(None).of("other"), sources(None, "d").of("events")}) == 3


def test_what_the_cluster_does_not_say_today_is_as_it_was(sources, log):
    log.begin(sources("x1").stream("events", 0), 5)
    log.begin(sources("y").stream("other", 0), 5)
    log.begin(sources("z", group="h").stream("events", 0), 5)
    assert sources(None).of("events") == "x1"
    log.begin(sources("x2").stream("events", 0), 5)  # made anew
    assert sources(None).of("events") == "x2"


def test_what_was_begun_without_an_id_goes_on_without(sources, log):
    by_name = sources(None).of("events")
    log.begin(sources(None).stream("events", 0), 5)
    assert sources("x1").of("events") == by_name
    assert sources("x1").of("other") == "x1"


def test_a_group_may_be_called_anything(sources, log):
    log.begin(sources("x1", group="a/b/c").stream("events", 0), 5)
    assert sources(None, group="a/b/c").of("events") == "x1"


def test_it_is_asked_for_once_until_it_is_forgotten(sources, log, monkeypatch):
    found = sources("x1")
    assert found.of("events") == "x1"
    monkeypatch.setattr(found, "_id", lambda topic: "x2")
    assert found.of("events") == "x1"
    found.forget()
    assert found.of("events") == "x2"
