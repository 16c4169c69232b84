"""Messages of a topic as events: their content, the fields in it, and what may be in these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from recli import errors
from recli.data.event import Event, not_ahead
from recli.events import event_file
from recli.events.event_file import FIELDS
from recli.events.log import now

Content = Callable[[str, bytes], Any]
"""What a message of a topic says, of its value as bytes; raises DataError for what cannot be read."""
UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
"""How many of each unit of time are a second."""
_decode = msgspec.json.Decoder().decode
_OF_A_REGISTRY = b"\0"


class Message(Protocol):
    """A message as the client gives it."""

    def topic(self) -> str: ...
    def partition(self) -> int: ...
    def offset(self) -> int: ...
    def value(self) -> bytes | None: ...
    def timestamp(self) -> tuple[int, int]: ...


def json_content(topic: str, value: bytes) -> Any:
    """What JSON says.

    Args:
        topic: where the message is from
        value: the value of the message

    Raises:
        DataError: for what is no JSON
    """
    try:
        return _decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        also = (
            "; it begins as messages of a schema registry do, which '--schema-registry' names"
            if value.startswith(_OF_A_REGISTRY)
            else ""
        )
        raise errors.DataError(f"is not JSON: {error}{also}.") from None


@dataclass(frozen=True)
class EventReading:
    """How messages are read as events.

    Attributes:
        fields: which field of a message is which of an event's, as `user_id`; one within another is
            written with points, as `after.user`. A field that has the event's own name needs none.
        time_unit: in which numbers of the time are, one of `UNITS`
        types: those that an event may have
        objection: why the data cannot have an event, else empty
        content: what the value of a message says
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    time_unit: str = "s"
    types: tuple[str, ...] = ("rating", "click")
    objection: Callable[[Event], str] = lambda _: ""
    content: Content = json_content
    _paths: tuple[tuple[str, str, tuple[str, ...]], ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        paths = {name: self.fields.get(name, name) for name in FIELDS}
        split = tuple((name, path, tuple(path.split("."))) for name, path in paths.items())
        object.__setattr__(self, "_paths", split)

    def event(self, message: Message, source: str) -> Event:
        """The event that a message tells of.

        Without an id of its own it has one of its place in the topic and the time at which the broker
        had it, by which it is the same whenever it is read again. Without a time it is of that time.

        Args:
            message: the message
            source: what its topic is told from any other by

        Raises:
            DataError: for a message that is none
        """
        raw = message.value()
        if raw is None:
            raise errors.DataError("has no value.")
        content = self.content(message.topic(), raw)
        if not isinstance(content, Mapping):
            raise errors.DataError("is not an object with fields.")
        found = ((name, _at(content, whole, path)) for name, whole, path in self._paths)
        given = {name: value for name, value in found if value is not None}
        milliseconds = message.timestamp()[1]
        if not given.get("event_id"):
            place = f"{source}/{message.partition()}/{message.offset()}"
            given["event_id"] = f"{place}/{milliseconds}"
        if self.time_unit != "s" and isinstance(given.get("time"), (int, float)):
            given["time"] /= UNITS[self.time_unit]
        moment = milliseconds / 1000 if milliseconds >= 0 else now()
        event = not_ahead(event_file.event(given, moment, self.types), now())
        if reason := self.objection(event):
            raise errors.DataError(f"{reason}.")
        return event


def _at(content: Mapping[str, Any], whole: str, path: tuple[str, ...]) -> Any:
    """What stands in a field; one whose own name has points goes before one within another."""
    if whole in content or len(path) == 1:
        return content.get(whole)
    found: Any = content
    for name in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found
