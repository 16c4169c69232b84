"""Topics of the brokers that the client has for tests: they know no ids of topics, and offsets' range."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from confluent_kafka import Producer

from recli.events.log import EventLog
from recli.extras.kafka import sources
from recli.extras.kafka.connection import Connection
from recli.extras.kafka.consumer import TopicReader
from recli.extras.kafka.dead_letters import DeadLetterFile
from recli.extras.kafka.messages import EventReading

pytestmark = pytest.mark.services
BROKERS = {"test.mock.num.brokers": 1, "log_level": 0}


@pytest.fixture
def cluster(monkeypatch) -> Iterator[tuple[str, Producer]]:
    """The address of a cluster, as long as its producer lives."""
    monkeypatch.setattr(sources, "PATIENCE", 0.5)  # it never tells the id of a topic
    producer = Producer(BROKERS)
    [broker] = producer.list_topics(timeout=10).brokers.values()
    yield f"{broker.host}:{broker.port}", producer


@pytest.fixture
def log(tmp_path):
    with EventLog(tmp_path / "events.sqlite3") as log:
        yield log


@pytest.fixture
def read(cluster, log, tmp_path):
    """Reads the topic `events` to its end; what was counted and told."""

    def run() -> tuple[dict[str, int], list[str]]:
        told: list[str] = []
        letters = DeadLetterFile(tmp_path / "dead.jsonl")
        reader = TopicReader(
            *(Connection(cluster[0]), ["events"], "g", log, EventReading(), letters),
            until_end=True,
            tell=told.append,
        )
        reader.run()
        return reader.counts.document(), told

    return run


def send(producer: Producer, values: range) -> None:
    for n in values:
        producer.produce("events", json.dumps({"user_id": n, "item_id": 1, "value": n}))
    assert producer.flush(30) == 0


def values(log: EventLog) -> list[float]:
    return sorted(logged.event.value for logged in log.after(0))


def test_a_topic_is_taken_and_gone_on_with(cluster, read, log):
    send(cluster[1], range(100))
    assert read()[0]["accepted"] == 100
    send(cluster[1], range(100, 120))
    counts, _ = read()
    assert (counts["messages"], counts["accepted"]) == (20, 20)
    assert values(log) == list(range(120))


def test_a_topic_that_has_lost_messages_is_read_anew_and_nothing_doubled(cluster, read, log):
    send(cluster[1], range(100))
    read()
    for stream in log.streams():
        log.go_to(stream, 5000)
    counts, told = read()
    assert [text for text in told if "was taken up to 5,000: it was made anew or cut off" in text]
    assert (counts["accepted"], counts["duplicates"]) == (0, 100)
    send(cluster[1], range(100, 110))
    assert read()[0]["accepted"] == 10
    assert values(log) == list(range(110))
