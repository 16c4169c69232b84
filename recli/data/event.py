"""What a user has done: an event."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from recli import errors

RATING, CLICK = "rating", "click"
"""Types of events: a rating, and an interaction of data that tell no kinds apart."""
LAST_TIME = 253_402_300_799
"""The last second that an event may be of: of the year 9999, as calendars write four digits."""
_LONGEST_ID = 256
_AHEAD = 86_400  # seconds, a day: clocks differ by less, and times that forgot their zone
_NOT_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Event:
    """A user has rated an item, or done something with it.

    Attributes:
        event_id: the sender's own name for it, by which it is known again when it is sent twice
        type: `rating`, else the kind of interaction: `click`, `view`, `purchase`
        user_id: raw ids
        item_id: likewise
        value: the rating; of an interaction how often or how many, above 0, None for once
        time: when it happened, seconds since 1970 UTC, of which the log keeps microseconds

    Raises:
        DataError: for what cannot be an event: an id that is blank, longer than 256 characters or
            has control characters, a type that does, a value that is no finite number or, of an
            interaction, not above 0, a time before 1970 or after 9999

    >>> Event("e1", "rating", "42", "7", 4.0, 1_700_000_000).value
    4.0
    """

    event_id: str
    type: str
    user_id: str
    item_id: str
    value: float | None
    time: float

    def __post_init__(self) -> None:
        for name in ("event_id", "type", "user_id", "item_id"):
            _check_id(name, getattr(self, name))
        if self.value is not None and not math.isfinite(self.value):
            raise errors.DataError(f"value is {self.value}: it should be a finite number.")
        if self.type != RATING and self.value is not None and self.value <= 0:
            raise errors.DataError(
                f"value is {self.value:.15g}: of a {self.type} it is how often or how many, above 0."
            )
        if not 0 <= self.time <= LAST_TIME:
            raise errors.DataError(f"time is {self.time}: it should be seconds since 1970.")


def not_ahead(event: Event, now: float) -> Event:
    """The event, which has happened by now.

    One of the future would be the newest for good: `refresh` compares on the newest, and a split by
    time puts it into the test.

    Args:
        event: as it came
        now: seconds since 1970

    Raises:
        DataError: its time is more than a day ahead
    """
    if event.time > now + _AHEAD:
        said = datetime.fromtimestamp(event.time, UTC).isoformat(timespec="seconds")
        raise errors.DataError(
            f"time is {said}: that is more than a day ahead of this machine's clock."
        )
    return event


def _check_id(name: str, raw: str) -> None:
    if not 0 < len(raw) <= _LONGEST_ID:
        raise errors.DataError(f"{name} has {len(raw):,} characters: 1 to {_LONGEST_ID} will do.")
    if not raw.strip():
        raise errors.DataError(f"{name} is {raw!r}: it is blank.")
    if _NOT_TEXT.search(raw):
        raise errors.DataError(f"{name} is {raw!r}: it holds a control character, or half of one.")
