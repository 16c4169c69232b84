"""What a type alone does not say of a value; stands in the `Annotated` of a field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Rule:
    """What else holds of a value.

    Attributes:
        reads: is given the value. Raises a RecliError that says what is wrong with it, or ValueError
            where `words` say enough. What it returns is of no account.
        words: what the value should be, as "should be" goes on; by default its type says it
        needs: of a table, fields with a default that a file has to fill in
        names: of a text, what it may be, for its JSON Schema
        pattern: of a text, the regular expression of what it may be besides, for its JSON Schema
    """

    reads: Callable[[Any], object] | None = None
    words: str = ""
    needs: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True, init=False)
class OneOf:
    """Of a text, what it may be.

    Attributes:
        names: the texts
    """

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)


@dataclass(frozen=True)
class Many:
    """In a file one value, or a list of them, each once: of a field `tuple[X, ...]`."""


@dataclass(frozen=True)
class Keyed:
    """In a file a table of tables: of a field `tuple[X, ...]`, X a dataclass.

    Attributes:
        name: the field of X that takes the key of its table
    """

    name: str = "name"


@dataclass(frozen=True)
class Derived:
    """Of what is something else in a file.

    Attributes:
        of: the type that it has there
        by: makes a value of that; raises a RecliError that says what is wrong with it
    """

    of: Any
    by: Callable[[Any], Any]


MARKS = (Rule, OneOf, Many, Keyed, Derived)
"""What is ours; msgspec has annotations of its own."""
