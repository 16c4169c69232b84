"""Topics into the event log, each message exactly once in effect.

The offsets are kept in the log, in the transaction that stores the events; what the brokers are told of
them is for tools that show the lag. Whoever is given a partition goes on where the log is, and what two
processes read at once is told by the log, which takes the offset that it waits for and passes over what
it has.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from recli import errors
from recli.data.event import Event
from recli.events.log import EventLog
from recli.events.streams import Stretch
from recli.extras.kafka.connection import NOBODY, PATIENCE, Connection, refusal, refusals
from recli.extras.kafka.dead_letters import DeadLetter
from recli.extras.kafka.messages import EventReading, Message
from recli.extras.kafka.sources import TopicSources

BEGINNING, LATEST = "beginning", "latest"
_BATCH = 10_000  # messages
_WAIT = 0.2  # seconds: what an event waits for others to be stored with, at most
_LAG_EVERY = 1.0  # seconds
_JOIN = 300.0  # seconds until a group that gives no partitions counts as none
_AGAIN = 1.0  # seconds until the cluster is asked again
_USUAL = {"session.timeout.ms": 10_000, "heartbeat.interval.ms": 1000}
Place = tuple[str, int]
"""A topic and the number of one of its partitions."""


class DeadLetters(Protocol):
    """Where messages go that are no events."""

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """Keep them; once this returns they are safe.

        Args:
            letters: at least one
        """


class Watcher(Protocol):
    """Who is told what is read, such as the metrics."""

    def stored(self, place: Place, events: Sequence[tuple[int, Event]], dead: int) -> None:
        """Some messages of a partition are stored.

        Args:
            place: the partition
            events: those that were events, each with its offset
            dead: how many were none
        """

    def lags(self, lags: dict[Place, int]) -> None:
        """How many messages of each partition at hand are still to be read.

        Args:
            lags: by partition
        """


@dataclass
class Counts:
    """What was read so far.

    Attributes:
        messages: how many messages
        accepted: how many were new events
        duplicates: how many were events that the log had already, by their ids
        passed_over: how many were at offsets that the log had taken already, as after a rebalance
        dead_letters: how many were no events
    """

    messages: int = 0
    accepted: int = 0
    duplicates: int = 0
    passed_over: int = 0
    dead_letters: int = 0

    def document(self) -> dict[str, int]:
        """By name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass
class TopicReader:
    """Reads topics into the event log, as one of a group of consumers.

    Attributes:
        connection: the cluster
        topics: names of topics
        group: the group, whose consumers share the partitions
        log: the event log
        reading: how messages are events
        letters: where the others go
        start: `beginning`, `latest`, or seconds since 1970: where a partition is begun of which the log
            has nothing yet
        until_end: whether to stop where the partitions end that it was given
        tell: takes what the user should know
        watchers: who is told what is read
        counts: what was read so far
        stopped: whether `stop` was asked for
    """

    connection: Connection
    topics: Sequence[str]
    group: str
    log: EventLog
    reading: EventReading
    letters: DeadLetters
    start: str | float = BEGINNING
    until_end: bool = False
    tell: Callable[[str], None] = lambda _: None
    watchers: Sequence[Watcher] = ()
    counts: Counts = field(default_factory=Counts)
    _next: dict[Place, int] = field(default_factory=dict)
    _unended: set[Place] | None = None
    _gone_since: float | None = None
    _shown_at: float = 0.0
    _found: bool = False  # the brokers, at the start
    _failure: Exception | None = None  # of a callback, out of which nothing may be raised
    stopped: bool = False

    def run(self) -> None:
        """Read until the end, or for ever.

        Raises:
            NotFoundError: for a topic that there is not
            UsageError: where log or dead letters cannot be written
            DataError: where no broker answers, or the cluster says no
        """
        own = {
            "group.id": self.group,
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
            "enable.partition.eof": self.until_end,
            "error_cb": self._error,
        }
        with refusals(self.connection):
            self._consumer = Consumer(self.connection.settings(_USUAL) | own)
        try:
            with refusals(self.connection, self.connection):
                cluster = self._check_topics()
                self._sources = TopicSources(self.connection, cluster, self.log, self.group)
                self._consumer.subscribe(
                    list(self.topics), on_assign=self._assigned, on_revoke=self._revoked
                )
                self._read()
        finally:
            self._consumer.close()

    def stop(self) -> None:
        """Let `run` end once it has stored what it has read; for the handler of a signal."""
        self.stopped = True

    def _read(self) -> None:
        started = time.monotonic()
        while not self.stopped and not (self.until_end and self._unended == set()):
            found = self._consumer.consume(_BATCH, _WAIT)
            if messages := [message for message in found if message.error() is None]:
                self._gone_since = None
                self.take(messages)
            for message in found:
                if message.error() is not None:
                    self._news(message)
            if self._failure is not None and not self.stopped:
                raise self._failure
            self._show_lag()
            if self.until_end:
                self._check_patience(started)

    def take(self, messages: Sequence[Message]) -> None:
        """Store some messages, in the log and as dead letters.

        Args:
            messages: of any of the partitions at hand, those of each in their order
        """
        dead: list[DeadLetter] = []
        of_place: dict[Place, list[Message]] = {}
        for message in messages:
            of_place.setdefault((message.topic(), message.partition()), []).append(message)
        stretches, places = [], {}
        for place, those in of_place.items():
            stretch = self._stretch(place, those, dead)
            stretches.append(stretch)
            places[stretch.stream] = place
        if dead:
            self.letters.put(dead)  # before the offset moves on
        taken = self.log.take(stretches)
        self.counts.messages += len(messages)
        self.counts.accepted += taken.accepted
        self.counts.duplicates += taken.duplicates
        self.counts.passed_over += taken.passed_over
        self.counts.dead_letters += len(dead)
        astray, read = [], []
        for stretch in stretches:
            place = places[stretch.stream]
            for watcher in self.watchers:
                n_dead = len(of_place[place]) - len(stretch.events)
                watcher.stored(place, stretch.events, n_dead)
            if place not in self._next:  # others have the partition by now
                continue
            self._next[place] = stretch.end
            if taken.goes_on[stretch.stream] == stretch.end:
                read.append(TopicPartition(*place, stretch.end))
            else:  # the log is elsewhere than we thought
                astray.append(place)
        if astray:
            self._go_back(astray)
        if read:
            self._consumer.commit(offsets=read, asynchronous=True)

    def _go_back(self, places: Iterable[Place]) -> None:
        """Go on with these partitions where the log is, and with the others where they are."""
        self._placed(TopicPartition(*place) for place in places)
        # To seek would not do for a partition whose offset there is not.
        self._consumer.assign([TopicPartition(*place, at) for place, at in self._next.items()])

    def _stretch(self, place: Place, those: list[Message], dead: list[DeadLetter]) -> Stretch:
        """The messages of a partition as they go into the log; adds to `dead` what are none."""
        source, events = self._sources.of(place[0]), []
        for message in those:
            try:
                events.append((message.offset(), self.reading.event(message, source)))
            except errors.DataError as error:
                dead.append(DeadLetter(message, str(error)))
        first, end = those[0].offset(), those[-1].offset() + 1
        # Offsets that no message has, as those of aborted transactions, are no gap.
        start = min(self._next.get(place, first), first)
        return Stretch(self._sources.stream(*place), start, end, events)

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        self._next = {}
        try:
            placed = self._placed(partitions)
            consumer.assign(placed)
        except (errors.RecliError, KafkaException) as error:
            self._failure = error
            return
        self._unended = set(self._next)
        if partitions:
            named = ", ".join(sorted(f"{p.topic}/{p.partition} at {p.offset:,}" for p in placed))
            self.tell(f"Reading {named}.")
        else:
            self.tell("Others of the group have all partitions.")

    def _revoked(self, _: Consumer, partitions: list[TopicPartition]) -> None:
        for partition in partitions:
            self._next.pop((partition.topic, partition.partition), None)

    def _placed(self, partitions: Iterable[TopicPartition]) -> list[TopicPartition]:
        """The partitions with the offsets at which to go on, by the log."""
        self._sources.forget()  # a topic may have been made anew
        placed = []
        for partition in partitions:
            place = partition.topic, partition.partition
            stream = self._sources.stream(*place)
            at = self.log.next_of(stream)
            if at is None:
                at = self.log.begin(stream, self._begins(partition))
            self._next[place] = at
            placed.append(TopicPartition(*place, at))
        return placed

    def _begins(self, partition: TopicPartition) -> int:
        """Where a partition is begun of which the log has nothing yet."""
        low, high = self._watermarks(partition)
        if self.start == BEGINNING:
            return low
        if self.start == LATEST:
            return high
        milliseconds = round(float(self.start) * 1000)
        asked = TopicPartition(partition.topic, partition.partition, milliseconds)
        [found] = self._answer(lambda: self._consumer.offsets_for_times([asked], timeout=PATIENCE))
        return int(found.offset) if found.offset >= 0 else high

    def _watermarks(self, partition: TopicPartition, cached: bool = False) -> tuple[int, int]:
        ask = self._consumer.get_watermark_offsets
        return self._answer(lambda: ask(partition, timeout=PATIENCE, cached=cached)) or (0, 0)

    def _answer(self, ask: Callable[[], Any]) -> Any:
        """What the cluster answers, once it does."""
        started = time.monotonic()
        while True:
            try:
                return ask()
            except KafkaException as error:
                waited = time.monotonic() - started
                patient = not self.stopped and not (self.until_end and waited > PATIENCE)
                if not patient or not _mends(error.args[0]):
                    raise
                self._error(error.args[0])
                time.sleep(_AGAIN)

    def _check_topics(self) -> str:
        """What the cluster calls itself; tells now of a topic that there is not, or may not be read."""
        for topic in self.topics:
            found = self._consumer.list_topics(topic, timeout=PATIENCE)
            about = found.topics[topic]
            if about.error is None:
                continue
            names = self._consumer.list_topics(timeout=PATIENCE).topics
            near = errors.did_you_mean(topic, names)
            if about.error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise errors.NotFoundError(f"{self.connection}: there is no topic '{topic}'.{near}")
            raise refusal(f"{self.connection}/{topic}", about.error)
        self._found = True
        return str(found.cluster_id)

    def _news(self, message: Any) -> None:
        """What comes in place of a message; raises what does not mend itself."""
        error, place = message.error(), (message.topic(), message.partition())
        if error.code() == KafkaError._PARTITION_EOF:
            if self._unended is not None:
                self._unended.discard(place)
        elif error.code() == KafkaError._AUTO_OFFSET_RESET:
            self._out_of_range(place)
        elif not _mends(error):
            # What is refused of the group is of no topic.
            asked = f"{self.connection}/{place[0]}" if place[0] else self.connection
            raise refusal(asked, error)

    def _out_of_range(self, place: Place) -> None:
        """Go on with what there is of a partition that does not have the offset of the log."""
        if place not in self._next:
            return
        at, (low, high) = self._next[place], self._watermarks(TopicPartition(*place))
        if low <= at <= high:  # by now
            self._go_back([place])
            return
        lost = f"{low - at:,} messages are no longer there, and were not taken"
        anew = f"it ends at {high:,}, and was taken up to {at:,}: it was made anew or cut off"
        self.tell(f"{place[0]}/{place[1]}: {lost if at < low else anew}. Going on at {low:,}.")
        # Messages that were taken before have the ids that they had.
        self.log.go_to(self._sources.stream(*place), low)
        self._go_back([place])

    def _error(self, error: KafkaError) -> None:
        """What the client tells beside the messages."""
        if error.fatal():
            self._failure = refusal(self.connection, error)
        if error.code() in NOBODY and self._found and self._gone_since is None:
            self._gone_since = time.monotonic()
            self.tell(f"{self.connection}: no broker answers; waiting for one.")

    def _check_patience(self, started: float) -> None:
        """Who stops at the end does not wait for ever for it."""
        now = time.monotonic()
        if self._gone_since is not None and now - self._gone_since > PATIENCE:
            self._consumer.list_topics(timeout=PATIENCE)  # or nobody answers
            self._gone_since = None
        if self._unended is None and now - started > _JOIN:
            raise errors.DataError(
                f"{self.connection}: the group '{self.group}' gave no partitions in {_JOIN:g} s."
            )

    def _show_lag(self) -> None:
        now = time.monotonic()
        if self.watchers and now - self._shown_at > _LAG_EVERY:
            self._shown_at = now
            lags = {
                place: max(self._watermarks(TopicPartition(*place), cached=True)[1] - at, 0)
                for place, at in self._next.items()
            }
            for watcher in self.watchers:
                watcher.lags(lags)


def _mends(error: KafkaError) -> bool:
    """Whether it passes by itself."""
    passing = (*NOBODY, KafkaError._MAX_POLL_EXCEEDED)
    return error.code() in passing or error.retriable()
