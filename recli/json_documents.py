"""JSON that recli reads back: its own documents, which anybody may have altered."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from recli import errors

_DEEPEST = 100
"""Levels of lists and objects in each other; what recli writes has ten. Python itself gives up after some
hundreds, how many depends on what called it, and so may whatever goes through the document later."""
_LEAST, _BEYOND = -(2**63), 2**64  # what NumPy and msgspec hold as a whole number


def read(path: Path, advice: str = "") -> Any:
    """What a file of JSON says.

    Args:
        path: the file
        advice: what to do about one that cannot be read, a sentence

    Raises:
        FileNotFoundError: without such a file
        DataError: where it cannot be read, or `parsed` finds that it is none
    """
    try:
        return parsed(path.read_bytes())
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise errors.DataError(f"{path}: is damaged: {error}. {advice}".rstrip()) from None


def parsed(text: str | bytes, nan: bool = False) -> Any:
    """What a text of JSON says, which has to be JSON in every respect.

    NaN and infinity are not, nor is a number that becomes infinite; and of two equal keys in an object
    nobody can say which one holds. Lists and objects are in each other a hundred deep at most, and whole
    numbers have 64 bits at most.

    Args:
        text: the whole document, bytes as UTF-8
        nan: whether NaN and infinity are taken all the same, as Python's `json` writes them

    Raises:
        ValueError: for anything else; it says what it is

    >>> parsed('{"k": [1, 2.5]}')
    {'k': [1, 2.5]}
    >>> parsed('{"k": 1, "k": 2}')
    Traceback (most recent call last):
    ValueError: the key 'k' is there twice
    """
    try:
        found = json.loads(
            text if isinstance(text, str) else text.decode("utf-8"),
            parse_constant=float if nan else _constant,
            parse_float=_float,
            parse_int=_int,
            object_pairs_hook=_object,
        )
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    _check_depth(found)
    return found


_TOO_DEEP = f"its lists and objects are in each other more than {_DEEPEST} deep"


def _check_depth(document: object) -> None:
    """Raise ValueError where it is nested too deep; level by level, not by a call in a call."""
    level = [document]
    for _ in range(_DEEPEST):
        level = [
            inner for outer in level for inner in _within(outer) if isinstance(inner, (dict, list))
        ]
        if not level:
            return
    raise ValueError(_TOO_DEEP)


def _within(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} is there twice")
    return found


def _constant(text: str) -> float:
    raise ValueError(f"it holds {text}, which JSON has not")


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {_short(text)} is too large")
    return number


def _int(text: str) -> int:
    # By its length first: to read a million digits takes a while, or is refused.
    if len(text) > len(str(_LEAST)) or not _LEAST <= (number := int(text)) < _BEYOND:
        raise ValueError(f"the whole number {_short(text)} is too large")
    return number


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:20]}…"
