"""Events from a file: CSV with a header, or a JSON object a line."""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from recli import errors, json_documents
from recli.data import event_kinds
from recli.data.columns.number import number
from recli.data.event import CLICK, RATING, Event, not_ahead
from recli.data.formats._objects import half_a_character
from recli.data.sources.location import Location
from recli.events.log import now, seconds

FIELDS = ("event_id", "type", "user_id", "item_id", "value", "time")
_NEEDED = ("user_id", "item_id")


def read(path: Path, types: Sequence[str] = (RATING, CLICK)) -> list[Event]:
    """The events in a file, `.jsonl` with an object a line, else CSV; `.gz` and `.zip` are unpacked.

    Fields are those of `Event`. Without a type it is a rating where there is a value, else a click; if
    there is but one type, of that. Without a time it is now; without an event_id it is known again by
    what the line says. Time is in seconds since 1970 or ISO 8601, UTC where nothing else is said.

    Args:
        path: the file
        types: those that an event may have

    Raises:
        NotFoundError: if there is no such file
        DataError: for what is no event, with the line
    """
    if not path.is_file():
        raise errors.NotFoundError(f"{path}: no such file.")
    try:
        text = Location(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.DataError(f"{path}: is not UTF-8: {error}.") from None
    by_default = now()
    is_json = ".jsonl" in path.suffixes or ".ndjson" in path.suffixes
    lines = _of_json(path, text) if is_json else _of_csv(path, text)
    found = []
    for line, fields in lines:
        try:
            found.append(not_ahead(event(fields, by_default, types), by_default))
        except errors.DataError as error:
            raise errors.DataError(f"{path}: line {line:,}: {error} Nothing was taken.") from None
    return found


def event(fields: Mapping[str, Any], now: float, types: Sequence[str] = (RATING, CLICK)) -> Event:
    """The event that texts and numbers by name describe; an empty text is an absent one.

    Args:
        fields: those of `Event`, of which `type`, `value`, `time` and `event_id` may be absent
        now: the time of an event that has none, seconds since 1970
        types: those that an event may have

    Raises:
        DataError: for what is no event

    >>> event({"user_id": 42, "item_id": "7", "value": "4.5", "time": "2026-11-25T20:00:00Z"}, 0).time
    1795636800.0
    """
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    for name in given:
        if name not in FIELDS:
            raise errors.DataError(str(errors.unknown("field", name, FIELDS)))
    lacking = [name for name in _NEEDED if name not in given]
    if lacking:
        raise errors.DataError(f"lacks {' and '.join(lacking)}.")
    return Event(
        event_id=_id("event_id", given["event_id"]) if "event_id" in given else _digest(given),
        type=_type(given, types),
        user_id=_id("user_id", given["user_id"]),
        item_id=_id("item_id", given["item_id"]),
        value=_value(given.get("value")),
        time=_seconds(given["time"]) if "time" in given else now,
    )


def _digest(given: Mapping[str, Any]) -> str:
    said = json.dumps([str(given.get(name, "")) for name in FIELDS[1:]])
    return hashlib.sha256(said.encode()).hexdigest()


def _type(given: Mapping[str, Any], types: Sequence[str]) -> str:
    if "type" in given:
        found = str(given["type"])
        if found not in types:
            raise errors.DataError(f"type is '{found}': {event_kinds.are(types)}.")
        return found
    if RATING in types:
        return RATING if "value" in given else CLICK
    if len(types) > 1:
        raise errors.DataError(f"lacks type: {event_kinds.are(types)}.")
    return types[0]


def _id(name: str, raw: object) -> str:
    if isinstance(raw, bool) or not isinstance(raw, (str, int)):
        raise errors.DataError(f"{name} is {raw!r}: it should be a text or a whole number.")
    return str(raw)


def _value(raw: object) -> float | None:
    if raw is None:
        return None
    value = _as_number(raw)
    if not math.isfinite(value):
        raise errors.DataError(f"value is {raw!r}: it should be a finite number.")
    return value


def _seconds(raw: object) -> float:
    given = _as_number(raw)
    if math.isfinite(given):
        return given
    try:
        return seconds(str(raw))
    except ValueError:
        raise errors.DataError(
            f"time is {raw!r}: it should be seconds since 1970, or a date as 2026-11-25T20:00:00Z."
        ) from None


def _as_number(raw: object) -> float:
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return float(raw)
    return number(str(raw))


def _of_csv(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    rows = csv.DictReader(text.splitlines(), restkey="more")
    lacking = [name for name in _NEEDED if name not in (rows.fieldnames or ())]
    if lacking:
        raise errors.DataError(
            f"{path}: the first line should name the columns, and lacks {' and '.join(lacking)}. There "
            f"may be {', '.join(FIELDS)}."
        )
    for row in rows:
        yield rows.line_num, row


def _of_json(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for line, content in enumerate(text.splitlines(), start=1):
        if not content.strip():
            continue
        try:
            document = json_documents.parsed(content)
        except ValueError as error:
            raise errors.DataError(f"{path}: line {line:,}: is not JSON: {error}.") from None
        if not isinstance(document, dict):
            raise errors.DataError(f"{path}: line {line:,}: is not an object.")
        if half_a_character(document):
            raise errors.DataError(
                f"{path}: line {line:,}: a text has half a character of two, such as \\ud800."
            )
        yield line, document
