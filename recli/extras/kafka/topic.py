"""A topic that messages are sent to."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from confluent_kafka import KafkaException, Producer

from recli import errors, urls
from recli.extras.kafka.connection import PATIENCE, Connection, refusal, refusals

_USUAL = {"linger.ms": 20, "message.timeout.ms": 60_000}


@dataclass(frozen=True)
class Outgoing:
    """A message on its way to a topic.

    Attributes:
        key: messages of one key stay in order; None for none
        value: what it says
        headers: names and contents beside it
    """

    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class Topic:
    """A topic, by a producer that sends each message once, in order, and waits until it is safe.

    Args:
        connection: the cluster
        name: of the topic

    Raises:
        UsageError: for properties that the client does not take
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection, self._name = connection, name
        with refusals(self):
            self._producer = Producer(connection.settings(_USUAL) | {"enable.idempotence": True})

    @classmethod
    def of(cls, url: str) -> Self:
        """The topic of a URL, `kafka://HOST:PORT,…/TOPIC`; properties come from RECLI_KAFKA_CONFIG.

        Args:
            url: the address

        Raises:
            UsageError: for a URL of another form
        """
        brokers, _, name = url.partition("://")[2].rstrip("/").partition("/")
        if urls.scheme(url) != "kafka" or not brokers or not name or "/" in name or "@" in brokers:
            raise errors.UsageError(
                f"{urls.shown(url)}: is not of the form kafka://HOST:PORT/TOPIC. A login and the like go "
                "into a file of properties, which RECLI_KAFKA_CONFIG names."
            )
        return cls(Connection.of(brokers), name)

    def __str__(self) -> str:
        return f"{self._connection}/{self._name}"

    def check(self) -> None:
        """Ask the brokers for the topic, so that what is wrong is told before there is anything to send.

        Raises:
            NotFoundError: where there is none, and none is made
            DataError: where no broker answers, or the cluster says no
        """
        with refusals(self, self._connection):
            about = self._producer.list_topics(self._name, timeout=PATIENCE).topics[self._name]
        if about.error is not None and not about.error.retriable():
            raise refusal(self, about.error)

    def send(self, messages: Iterable[Outgoing]) -> None:
        """Send messages; once this returns the brokers have them.

        Args:
            messages: those messages, of which few are held at once

        Raises:
            NotFoundError: where there is no such topic
            DataError: where no broker answers, or the cluster says no
        """
        failed: list[Any] = []

        def delivered(error: Any, _: object) -> None:
            if error is not None:
                failed.append(error)

        with refusals(self):
            for message in messages:
                self._put(message, delivered)
                if failed:
                    break
            while not failed and self._producer.flush(1.0):
                pass
        if failed:
            self._producer.purge()
            raise refusal(self, failed[0])

    def offer(self, message: Outgoing, lost: Callable[[], None]) -> None:
        """Send a message some time from now, if the brokers take it; nobody waits for that.

        Args:
            message: the message
            lost: called where they do not take it in a minute, or more is on its way than can be held
        """

        def delivered(error: Any, _: object) -> None:
            if error is not None:
                lost()

        try:
            self._producer.produce(
                self._name, key=message.key, value=message.value, on_delivery=delivered
            )
        except (BufferError, KafkaException):
            lost()
        with contextlib.suppress(
            KafkaException, SystemError
        ):  # what it sends no more is lost as well
            self._producer.poll(0)

    def close(self) -> None:
        """Wait a while for what is on its way."""
        self._producer.flush(PATIENCE)

    def _put(self, message: Outgoing, delivered: Any) -> None:
        while True:
            try:
                self._producer.produce(
                    self._name,
                    key=message.key,
                    value=message.value,
                    headers=list(message.headers),
                    on_delivery=delivered,
                )
            except BufferError:  # as much as is held is on its way
                self._producer.poll(0.1)
            else:
                self._producer.poll(0)
                return
