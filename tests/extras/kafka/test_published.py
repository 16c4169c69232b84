"""Lists on their way to a topic whose brokers do not answer."""

from __future__ import annotations

import numpy as np
import pytest

from recli import errors
from recli.extras.kafka import topic as topics
from recli.extras.kafka.connection import Connection
from recli.extras.kafka.published import PublishedLists
from recli.extras.kafka.topic import Outgoing, Topic
from recli.extras.serve.answers import MadeList


def test_what_nobody_takes_is_counted_and_waited_for_by_nobody():
    given = ["message.timeout.ms=200", "queue.buffering.max.messages=3"]
    topic = Topic(Connection.of("127.0.0.1:1", given), "lists")
    lost = []
    for n in range(5):
        topic.offer(Outgoing(b"7", b"{}"), lambda n=n: lost.append(n))
    assert lost == [3, 4]  # more than can be held
    topic.close()
    assert sorted(lost) == [0, 1, 2, 3, 4]


def test_sent_messages_that_nobody_takes_are_an_error():
    topic = Topic(Connection.of("127.0.0.1:1", ["message.timeout.ms=200"]), "lists")
    with pytest.raises(errors.DataError, match="no broker answers"):
        topic.send(Outgoing(b"7", b"{}") for _ in range(5))


def test_nobody_there_is_told_at_the_start(monkeypatch):
    monkeypatch.setattr(topics, "PATIENCE", 0.5)
    with pytest.raises(errors.DataError, match="no broker answers"):
        PublishedLists("kafka://127.0.0.1:1/lists", lambda: None)


@pytest.mark.parametrize(("user", "key"), [("42", b"42"), ("ä", "ä".encode()), (None, None)])
def test_the_key_is_the_user(monkeypatch, user, key):
    monkeypatch.setattr(Topic, "check", lambda self: None)
    offered = []
    monkeypatch.setattr(Topic, "offer", lambda self, message, lost: offered.append(message))
    made = MadeList(b"{}", "known", np.arange(1), user)
    PublishedLists("kafka://127.0.0.1:1/lists", lambda: None)(made)
    assert offered == [Outgoing(key, b"{}")]
