"""What brokers refuse to a login: those that the client has for tests answer so, by its C interface."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterator
from pathlib import Path

import confluent_kafka
import pytest
from click.testing import CliRunner
from confluent_kafka import KafkaError, Producer

from recli import errors
from recli.cli import main
from recli.extras.kafka import sources
from recli.extras.kafka.topic import Outgoing, Topic

pytestmark = pytest.mark.services
PRODUCE, FETCH, LIST_OFFSETS, METADATA, FIND_COORDINATOR, JOIN_GROUP, INIT_PRODUCER_ID = (
    *(0, 1, 2, 3, 10, 11, 22),
)
TOPIC, GROUP, CLUSTER = (
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
)
_MORE_THAN_ANYBODY_ASKS = 1000


class Brokers:
    """A broker that refuses what it is told to."""

    def __init__(self, library: Path) -> None:
        self._c = ctypes.CDLL(str(library))
        for name in ("conf_new", "new", "mock_cluster_new"):
            getattr(self._c, f"rd_kafka_{name}").restype = ctypes.c_void_p
        self._c.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
        conf = ctypes.c_void_p(self._c.rd_kafka_conf_new())
        self._handle = ctypes.c_void_p(self._c.rd_kafka_new(0, conf, None, ctypes.c_size_t(0)))
        self._cluster = ctypes.c_void_p(self._c.rd_kafka_mock_cluster_new(self._handle, 1))
        self.address = self._c.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()

    def refuse(self, request: int, code: int) -> None:
        """Answer requests of a kind by an error from now on."""
        codes = (ctypes.c_int * _MORE_THAN_ANYBODY_ASKS)(*[code] * _MORE_THAN_ANYBODY_ASKS)
        self._c.rd_kafka_mock_push_request_errors_array(
            self._cluster, ctypes.c_int16(request), ctypes.c_size_t(len(codes)), codes
        )

    def refuse_topic(self, name: str, code: int) -> None:
        """Say nothing else of a topic."""
        self._c.rd_kafka_mock_topic_set_error(self._cluster, name.encode(), code)

    def end(self) -> None:
        self._c.rd_kafka_mock_cluster_destroy(self._cluster)
        self._c.rd_kafka_destroy(self._handle)


@pytest.fixture
def brokers(monkeypatch) -> Iterator[Brokers]:
    """With an event in the topic `events`."""
    libraries = Path(confluent_kafka.__file__).parents[1].glob("confluent_kafka.libs/librdkafka*")
    library = next(libraries, None)
    if library is None:
        pytest.skip("the client's own library is somewhere else")
    monkeypatch.setattr(sources, "PATIENCE", 0.5)  # it never tells the id of a topic
    found = Brokers(library)
    producer = Producer({"bootstrap.servers": found.address})
    producer.produce("events", json.dumps({"user_id": 1, "item_id": 2, "value": 3}))
    assert producer.flush(30) == 0
    yield found
    found.end()


def consume(brokers: Brokers, code: int) -> str:
    """The last line that `recli consume` says."""
    typed = ["consume", "--topic", "events", "--bootstrap-server", brokers.address, "--until-end"]
    done = CliRunner().invoke(main, typed, prog_name="recli", catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stderr.splitlines()[-1]


def test_who_may_all_takes_the_topic(brokers):
    consume(brokers, code=0)


@pytest.mark.parametrize(
    ("request_", "refused", "at", "said"),
    [
        (METADATA, TOPIC, "", "there is no permission for the topic. To read it takes READ"),
        (LIST_OFFSETS, TOPIC, "", "there is no permission for the topic. To read it takes READ"),
        (FETCH, TOPIC, "/events", "there is no permission for the topic. To read it takes READ"),
        (FIND_COORDINATOR, GROUP, "", "there is no permission for the group of consumers."),
        (JOIN_GROUP, GROUP, "", "there is no permission for the group of consumers."),
    ],
)
def test_a_topic_that_may_not_be_read(brokers, request_, refused, at, said):
    brokers.refuse(request_, refused)
    assert consume(brokers, code=3).startswith(f"Error: kafka://{brokers.address}{at}: {said}")


def test_a_topic_that_may_not_even_be_seen(brokers):
    brokers.refuse_topic("events", TOPIC)
    said = consume(brokers, code=3)
    assert said.startswith(f"Error: kafka://{brokers.address}/events: there is no permission")
    with pytest.raises(errors.DataError, match="no permission for the topic.*WRITE"):
        Topic.of(f"kafka://{brokers.address}/events").check()


@pytest.mark.parametrize(
    ("request_", "refused", "said"),
    [
        (PRODUCE, TOPIC, "no permission for the topic.*WRITE"),
        (PRODUCE, CLUSTER, "no permission for the cluster.*IDEMPOTENT_WRITE"),
        (INIT_PRODUCER_ID, CLUSTER, "no permission for the cluster.*IDEMPOTENT_WRITE"),
    ],
)
def test_a_topic_that_may_not_be_written(brokers, request_, refused, said):
    brokers.refuse(request_, refused)
    topic = Topic.of(f"kafka://{brokers.address}/events")
    with pytest.raises(errors.DataError, match=said) as told:
        topic.send([Outgoing(b"key", b"value")])
    assert told.value.exit_code == 3
