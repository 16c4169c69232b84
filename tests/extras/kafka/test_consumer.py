"""What the reader does with messages, without a broker: a client that notes what it is told."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError, TopicPartition

from recli import errors
from recli.events.log import EventLog
from recli.extras.kafka.connection import Connection
from recli.extras.kafka.consumer import TopicReader
from recli.extras.kafka.messages import EventReading


class FakeClient:
    """Partitions from 0 to 1,000."""

    def __init__(self):
        self.committed, self.assigned = [], []
        self.low, self.high = 0, 1000

    def get_watermark_offsets(self, partition, timeout, cached):
        return self.low, self.high

    def offsets_for_times(self, asked, timeout):
        [one] = asked
        at = 300 if one.offset <= 1_700_000_000_000 else -1
        return [TopicPartition(one.topic, one.partition, at)]

    def assign(self, partitions):
        self.assigned = [(p.partition, p.offset) for p in partitions]

    def commit(self, offsets, asynchronous):
        self.committed += [(p.partition, p.offset) for p in offsets]


class FakeLetters:
    def __init__(self):
        self.put_ = []

    def put(self, letters):
        self.put_ += letters


class FakeSources:
    def of(self, topic):
        return "id"

    def stream(self, topic, partition):
        return f"kafka/id/{topic}/{partition}/g"

    def forget(self):
        """There is nothing."""


class FakeNews:
    """What comes in place of a message."""

    def __init__(self, code, partition=0):
        self.code, self.number = code, partition

    def error(self):
        return KafkaError(self.code)

    def topic(self):
        return "events"

    def partition(self):
        return self.number


@pytest.fixture
def log(tmp_path):
    with EventLog(tmp_path / "events.sqlite3") as log:
        yield log


@pytest.fixture
def reader_of(log):
    """Makes a reader that has partitions."""

    def made(*numbers: int, **options) -> TopicReader:
        told: list[str] = []
        reader = TopicReader(
            *(Connection("k:9092"), ["events"], "g", log, EventReading(), FakeLetters()),
            tell=told.append,
            **options,
        )
        reader.told = told
        reader._consumer = FakeClient()
        reader._sources = FakeSources()
        assign(reader, *numbers)
        return reader

    return made


def assign(reader: TopicReader, *numbers: int) -> None:
    reader._assigned(reader._consumer, [TopicPartition("events", number) for number in numbers])


@pytest.fixture
def batch(message):
    """Messages of a partition from one offset up to another."""

    def made(start, end, number=0):
        return [message({"user_id": n, "item_id": number}, n, number) for n in range(start, end)]

    return made


def users(log: EventLog) -> list[tuple[int, int]]:
    return [(int(e.event.item_id), int(e.event.user_id)) for e in log.after(0)]


def test_messages_of_several_partitions_are_stored_and_committed(reader_of, log, batch):
    reader = reader_of(0, 1)
    assert reader._consumer.assigned == [(0, 0), (1, 0)]
    a, b = batch(0, 3), batch(0, 2, 1)
    reader.take([a[0], b[0], a[1], b[1], a[2]])
    assert sorted(users(log)) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]
    assert sorted(reader._consumer.committed) == [(0, 3), (1, 2)]
    assert reader.counts.document() == {
        **{"messages": 5, "accepted": 5, "duplicates": 0, "passed_over": 0, "dead_letters": 0}
    }


def test_who_comes_later_goes_on_where_the_log_is(reader_of, log, batch):
    reader_of(0).take(batch(0, 4))
    assert reader_of(0, start="latest")._consumer.assigned == [(0, 4)]


@pytest.mark.parametrize(
    ("start", "offset"),
    [("beginning", 0), ("latest", 1000), (1_600_000_000.0, 300), (1_800_000_000.0, 1000)],
)
def test_what_the_log_has_nothing_of_is_begun_where_the_user_says(reader_of, log, start, offset):
    assert reader_of(0, start=start)._consumer.assigned == [(0, offset)]
    assert log.next_of("kafka/id/events/0/g") == offset


def test_latest_is_what_it_was_when_it_was_first_asked(reader_of, batch):
    reader_of(0, start="latest")
    later = reader_of(0, start="latest")
    later._consumer.high = 2000
    assign(later, 0)
    assert later._consumer.assigned == [(0, 1000)]


def test_a_batch_of_a_partition_that_another_has_by_now_is_not_stored_twice(reader_of, log, batch):
    slow, quick = reader_of(0, 1), reader_of(0)
    quick.take(batch(0, 5))
    slow._revoked(slow._consumer, [TopicPartition("events", 0)])
    slow.take(batch(0, 3) + batch(0, 2, 1))
    assert sorted(users(log)) == [*((0, n) for n in range(5)), (1, 0), (1, 1)]
    assert slow.counts.passed_over == 3
    assert slow._consumer.assigned == [(0, 0), (1, 0)]
    assert slow._consumer.committed == [(1, 2)]


def test_a_batch_that_was_not_revoked_goes_back_to_the_log(reader_of, log, batch):
    """As where the process slept, and does not know yet that it has lost its partitions."""
    slow, quick = reader_of(0), reader_of(0)
    quick.take(batch(0, 5))
    slow.take(batch(0, 3))
    assert slow._consumer.assigned == [(0, 5)]
    slow.take(batch(5, 6))
    assert users(log) == [(0, n) for n in range(6)]


def test_offsets_that_no_message_has_are_no_gap(reader_of, log, batch):
    reader = reader_of(0)
    reader.take(batch(0, 2))
    reader.take(batch(4, 6))
    assert users(log) == [(0, n) for n in (0, 1, 4, 5)]
    assert reader._consumer.assigned == [(0, 0)]


def test_an_offset_that_the_log_lost_is_read_again(reader_of, log, batch):
    reader = reader_of(0)
    reader.take(batch(0, 5))
    log.go_to("kafka/id/events/0/g", 2)
    reader.take(batch(5, 7))
    assert reader._consumer.assigned == [(0, 2)]
    assert users(log) == [(0, n) for n in range(5)]


def test_dead_letters_are_kept_before_the_log_goes_on(reader_of, log, batch, message):
    reader = reader_of(0)

    def put(letters):
        assert log.next_of("kafka/id/events/0/g") == 0
        raise errors.UsageError("no room")

    reader.letters.put = put
    with pytest.raises(errors.UsageError, match="no room"):
        reader.take([*batch(0, 2), message(b"bad", 2)])
    assert users(log) == []


def test_dead_letters_are_counted_with_their_reasons(reader_of, log, batch, message):
    reader = reader_of(0)
    reader.take([*batch(0, 2), message(b"bad", 2), message(None, 3), *batch(4, 5)])
    assert [letter.message.offset() for letter in reader.letters.put_] == [2, 3]
    assert ["JSON" in letter.reason for letter in reader.letters.put_] == [True, False]
    assert reader.counts.dead_letters == 2
    assert users(log) == [(0, 0), (0, 1), (0, 4)]
    assert log.next_of("kafka/id/events/0/g") == 5


@pytest.mark.parametrize(
    ("low", "high", "said", "at"),
    [(7, 1000, "2 messages are no longer there", 7), (0, 3, "made anew or cut off", 0)],
)
def test_an_offset_that_the_topic_does_not_have_is_told(reader_of, log, batch, low, high, said, at):
    reader = reader_of(0)
    reader.take(batch(0, 5))
    reader._consumer.low, reader._consumer.high = low, high
    reader._news(FakeNews(KafkaError._AUTO_OFFSET_RESET))
    assert said in reader.told[-1]
    assert reader._consumer.assigned == [(0, at)]
    assert log.next_of("kafka/id/events/0/g") == at


def test_the_other_partitions_stay_where_they_are(reader_of, log, batch):
    reader = reader_of(0, 1)
    reader.take(batch(0, 5) + batch(0, 3, 1))
    log.go_to("kafka/id/events/0/g", 2)
    reader.take(batch(5, 7))
    assert sorted(reader._consumer.assigned) == [(0, 2), (1, 3)]


def test_what_does_not_mend_itself_is_an_error(reader_of):
    with pytest.raises(errors.DataError, match="no permission for the topic"):
        reader_of(0)._news(FakeNews(KafkaError.TOPIC_AUTHORIZATION_FAILED))


def test_brokers_that_are_gone_are_waited_for_and_told_once(reader_of):
    reader = reader_of(0)
    reader._found = True
    before = len(reader.told)
    for _ in range(3):
        reader._error(KafkaError(KafkaError._ALL_BROKERS_DOWN))
        reader._news(FakeNews(KafkaError._TRANSPORT))
    assert [text for text in reader.told[before:] if "waiting" in text] == reader.told[before:]
    assert len(reader.told) == before + 1


def test_the_end_is_where_each_partition_has_ended(reader_of):
    reader = reader_of(0, 1, until_end=True)
    reader._news(FakeNews(KafkaError._PARTITION_EOF, 1))
    assert reader._unended == {("events", 0)}
    reader._news(FakeNews(KafkaError._PARTITION_EOF, 0))
    assert reader._unended == set()
    reader._read()  # it ends


def test_who_has_no_partition_is_at_the_end(reader_of):
    reader = reader_of(until_end=True)
    assert "Others of the group" in reader.told[-1]
    reader._read()


def test_what_fails_in_a_callback_ends_the_reading(reader_of, tmp_path):
    reader = reader_of(0)
    (tmp_path / "events.sqlite3").rename(tmp_path / "elsewhere")
    assign(reader, 0)
    reader._consumer.consume = lambda *_: []
    with pytest.raises(errors.UsageError, match="moved or replaced"):
        reader._read()
