"""How a Kafka cluster is reached, and what it says in an error of ours."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from confluent_kafka import KafkaError, KafkaException, Producer

from recli import errors

FILE = "RECLI_KAFKA_CONFIG"
"""The variable of the environment that names a file of properties."""
PATIENCE = 15.0  # seconds until a broker counts as not there
_ONCE_MORE = 3.0  # seconds to find out why
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
_WHERE = f"'--kafka-config', or the file that {FILE} names"
_TLS = re.compile(r"SSL routines:[^:]*:([^:(]*[^:( ])")
_NO_LOGIN = (
    "the broker refuses the login. See to sasl.mechanism, sasl.username and sasl.password, and whether "
    f"it wants security.protocol SASL_SSL ({_WHERE})."
)
_ADVICE = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED: "there is no permission for the topic. To read it takes READ, "
    f"to send to it WRITE: ask who runs the cluster, or log in as another ({_WHERE}).",
    KafkaError.GROUP_AUTHORIZATION_FAILED: "there is no permission for the group of consumers. It takes "
    f"READ: ask who runs the cluster, choose a group by '--group', or log in as another ({_WHERE}).",
    KafkaError.CLUSTER_AUTHORIZATION_FAILED: "there is no permission for the cluster. To send each "
    f"message once takes IDEMPOTENT_WRITE: ask who runs it, or log in as another ({_WHERE}).",
    KafkaError.SASL_AUTHENTICATION_FAILED: _NO_LOGIN,
    KafkaError._AUTHENTICATION: _NO_LOGIN,
}
"""What the user can do, by what the cluster says."""
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
def refusals(place: object, connection: Connection | None = None) -> Iterator[None]:
    """Turns what the cluster and its client refuse into an error in a line.

    Args:
        place: what was asked, as it may be shown
        connection: the cluster, which is asked once more where nobody answers: about TLS and logins

    Raises:
        NotFoundError: for a topic that there is not
        UsageError: for properties that the client does not take
        DataError: for all else: nobody answers, or says no
    """
    try:
        yield
    except (KafkaException, SystemError) as error:
        # The client (2.16) calls back while an exception of its own is on the way: Python chains the two.
        told = error.__cause__ if isinstance(error, SystemError) else error
        if not isinstance(told, KafkaException):
            raise
        said = told.args[0]
        if connection is not None and said.code() in NOBODY:
            said = _why_nobody(connection) or said
        raise refusal(place, said) from None


def _why_nobody(connection: Connection) -> KafkaError | None:
    """Why no broker answers, which a client tells beside its answers; None where there may be none."""
    told: list[KafkaError] = []
    # Of an idempotent producer `error_cb` would raise what is fatal out of any other callback.
    client = Producer(connection.settings() | {"error_cb": told.append})
    deadline = time.monotonic() + _ONCE_MORE
    while time.monotonic() < deadline:
        client.poll(0.1)
        for error in told:
            if error.code() in (KafkaError._SSL, KafkaError._AUTHENTICATION):
                return error
    return None


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
            f"login ({_WHERE})?"
        )
    if error.code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
        return errors.NotFoundError(f"{place}: there is no such topic.")
    if error.code() in _ADVICE:
        return errors.DataError(f"{place}: {_ADVICE[error.code()]}")
    if error.code() == KafkaError._SSL:
        found = _TLS.search(error.str())
        return errors.DataError(
            f"{place}: TLS with the broker fails: {found[1] if found else error.str().rstrip('.')}. Name "
            "the certificate of who has signed the broker's by ssl.ca.location, and the broker by the "
            f"address in its certificate ({_WHERE})."
        )
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
