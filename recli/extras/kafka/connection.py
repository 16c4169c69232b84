"""How a Kafka cluster is reached, and what it says in an error of ours."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import KafkaError, KafkaException

from recli import errors

FILE = "RECLI_KAFKA_CONFIG"
"""The variable of the environment that names a file of properties."""
PATIENCE = 15.0  # seconds until a broker counts as not there
_OURS = {
    "bootstrap.servers": "'--bootstrap-server'",
    "group.id": "'--group'",
    "auto.offset.reset": "'--from'",
    "enable.auto.commit": "the event log, which keeps the offsets",
    "enable.auto.offset.store": "the event log, which keeps the offsets",
    "enable.partition.eof": "'--until-end'",
    "group.protocol": "recli",
    "partition.assignment.strategy": "recli",
}
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_PROPERTY = re.compile(r"No such configuration property: \"([^\"]*)\"|property \"?([\w.]+)")
NOBODY = (
    KafkaError._TRANSPORT,
    KafkaError._ALL_BROKERS_DOWN,
    KafkaError._TIMED_OUT,
    KafkaError._RESOLVE,
    KafkaError._MSG_TIMED_OUT,
)
"""Errors of the client where no broker answers."""
LOG = logging.getLogger("recli.kafka")
"""Where the client's own log goes, which nobody has to see: what matters is told by us."""
LOG.addHandler(logging.NullHandler())
LOG.propagate = False


@dataclass(frozen=True)
class Connection:
    """A Kafka cluster, and what its client is told.

    Attributes:
        brokers: HOST:PORT of one broker or more, with commas
        properties: librdkafka's own, such as those of security; they are never shown
    """

    brokers: str
    properties: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, brokers: str, given: Iterable[str] = (), file: Path | None = None) -> Connection:
        """A cluster, by what the user says of it.

        Args:
            brokers: HOST:PORT of one broker or more, with commas
            given: KEY=VALUE, which go before those of the file
            file: a file of KEY=VALUE, a line each; None for the one that RECLI_KAFKA_CONFIG names, if
                any

        Raises:
            UsageError: for a property that is none, or that recli sets itself
            NotFoundError: where there is no such file
        """
        if file is None and (named := os.environ.get(FILE)):
            file = Path(named)
        lines = [] if file is None else _lines(file)
        return cls(brokers, dict(_property(line) for line in (*lines, *given)))

    def settings(self, usual: Mapping[str, object] | None = None) -> dict[str, object]:
        """All that a client is made with.

        Args:
            usual: by property, before which goes what the user says
        """
        own = {"bootstrap.servers": self.brokers, "logger": LOG}
        return {**(usual or {}), **self.properties, **own}

    def __str__(self) -> str:
        return f"kafka://{self.brokers}"


@contextmanager
def refusals(place: object) -> Iterator[None]:
    """Turns what the cluster and its client refuse into an error in a line.

    Args:
        place: what was asked, as it may be shown

    Raises:
        NotFoundError: for a topic that there is not
        UsageError: for properties that the client does not take
        DataError: for all else: nobody answers, or says no
    """
    try:
        yield
    except KafkaException as error:
        raise refusal(place, error.args[0]) from None


def refusal(place: object, error: KafkaError) -> errors.RecliError:
    """An error of ours for one of the client.

    Args:
        place: what was asked, as it may be shown
        error: what the client says
    """
    if error.code() == KafkaError._INVALID_ARG:
        # The value stays out of it: it may be a password.
        found = _PROPERTY.search(error.str())
        name = f" '{found[1] or found[2]}'" if found else ""
        return errors.UsageError(
            f"{place}: the client does not take the property{name}. librdkafka's CONFIGURATION.md lists "
            "those that there are, and their values."
        )
    if error.code() in NOBODY:
        return errors.DataError(
            f"{place}: no broker answers. Is the address right, does it run, and does it want TLS or a "
            "login ('--kafka-config')?"
        )
    if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
        return errors.NotFoundError(f"{place}: there is no such topic.")
    said = error.str().rstrip(".").removeprefix("Broker: ").removeprefix("Local: ")
    return errors.DataError(f"{place}: {said}.")


def _lines(file: Path) -> list[str]:
    if not file.is_file():
        raise errors.NotFoundError(f"{file}: no such file.")
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and line[0] not in "#!"]


def _property(line: str) -> tuple[str, str]:
    """One KEY=VALUE, in whose value `${NAME}` is a variable of the environment."""
    key, equals, value = (part.strip() for part in line.partition("="))
    if not key or not equals:
        raise errors.UsageError(
            "A property of Kafka is written KEY=VALUE, as security.protocol=SSL."
        )
    if key in _OURS:
        raise errors.UsageError(f"The property '{key}' is set by {_OURS[key]}.")

    def variable(found: re.Match[str]) -> str:
        if found[1] not in os.environ:
            raise errors.UsageError(
                f"The property '{key}' needs the variable {found[1]}: it is not set."
            )
        return os.environ[found[1]]

    return key, _VARIABLE.sub(variable, value)
