"""What a stored model holds of an algorithm, so that it is looked at before it is used.

An algorithm says of each of `fitted` what it is. Lengths are numbers, or names that stand for one and the
same number wherever they appear: `"k"` factors of a user are `"k"` of an item.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from recli import errors

Length = int | str | tuple[int, ...]
"""How long an axis is: a number, one of several, or a name."""


class Lengths(dict[str, int]):
    """The numbers that names of lengths stand for, as the first array with each of them says."""

    def fit(self, shape: tuple[int, ...], expected: tuple[Length, ...]) -> bool:
        """Whether an array may have this shape.

        Args:
            shape: What it has.
            expected: What it should have.
        """
        return len(shape) == len(expected) and all(map(self._fits, shape, expected))

    def _fits(self, length: int, expected: Length) -> bool:
        if isinstance(expected, str):
            return self.setdefault(expected, length) == length
        return length in (expected if isinstance(expected, tuple) else (expected,))

    def number(self, length: int | str) -> int:
        """What a length is that was seen before.

        Args:
            length: A number or a name.
        """
        return self[length] if isinstance(length, str) else length


@dataclass(frozen=True)
class Floats:
    """An array of finite numbers, none of them below `low`.

    Attributes:
        shape: Its lengths.
        low: The least that a number may be.
    """

    shape: tuple[Length, ...]
    low: float = -math.inf

    def problem(self, value: Any, lengths: Lengths) -> str:
        """What is wrong with it, for people; empty for nothing.

        Args:
            value: What was stored.
            lengths: Those of what was looked at before.
        """
        if found := _not_an_array(value, "f", self.shape, lengths):
            return found
        flat = value.ravel()
        # Vectors of finite norm have finite products; to look at each number takes several times as long.
        with np.errstate(over="ignore", invalid="ignore"):
            norm = np.dot(flat, flat)
        if not np.isfinite(norm):
            return "has numbers that are not finite, or beyond all measure"
        below = self.low > -math.inf and flat.min(initial=self.low) < self.low
        return f"has numbers below {self.low:g}" if below else ""


@dataclass(frozen=True)
class Indices:
    """An array of whole numbers from `low` to below `end`, as indices of another are.

    Attributes:
        shape: Its lengths.
        end: A number, or the name of a length.
        low: The least that a number may be.
    """

    shape: tuple[Length, ...]
    end: int | str
    low: int = 0

    def problem(self, value: Any, lengths: Lengths) -> str:
        """As that of `Floats`.

        Args:
            value: What was stored.
            lengths: Those of what was looked at before.
        """
        if found := _not_an_array(value, "i", self.shape, lengths):
            return found
        end = lengths.number(self.end)
        if value.size and not self.low <= value.min() <= value.max() < end:
            return f"has numbers outside of {self.low} to {end - 1}"
        return ""


@dataclass(frozen=True)
class Starts:
    """Where rows begin in arrays that hold one row after another, and where the last one ends.

    Attributes:
        n_rows: How many rows.
        total: The length of those arrays.
    """

    n_rows: int
    total: str

    def problem(self, value: Any, lengths: Lengths) -> str:
        """As that of `Floats`.

        Args:
            value: What was stored.
            lengths: Those of what was looked at before.
        """
        if found := _not_an_array(value, "i", (self.n_rows + 1,), lengths):
            return found
        total = lengths.number(self.total)
        if value[0] != 0 or value[-1] != total or (np.diff(value) < 0).any():
            return f"does not go from 0 up to {total}"
        return ""


@dataclass(frozen=True)
class FiniteNumber:
    """A finite number, not below `low`.

    Attributes:
        low: The least that it may be.
    """

    low: float = -math.inf

    def problem(self, value: Any, lengths: Lengths) -> str:
        """As that of `Floats`.

        Args:
            value: What was stored.
            lengths: Those of what was looked at before.
        """
        if type(value) not in (int, float):
            return "is no number"
        inside = self.low <= value < math.inf and math.isfinite(value)
        return "" if inside else f"is {value}"


@dataclass(frozen=True)
class Texts:
    """A list of texts.

    Attributes:
        n: How many.
    """

    n: int | str

    def problem(self, value: Any, lengths: Lengths) -> str:
        """As that of `Floats`.

        Args:
            value: What was stored.
            lengths: Those of what was looked at before.
        """
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            return "is no list of texts"
        return "" if lengths.fit((len(value),), (self.n,)) else f"has {len(value):,} texts"


Stored = Floats | Indices | Starts | FiniteNumber | Texts
Layout = Mapping[str, Stored]
"""What each part of a state is, in an order in which what names a length comes before what needs it."""


def check(state: Mapping[str, Any], layout: Layout) -> None:
    """Refuse a state that is not as it should be.

    Args:
        state: What was stored, by name.
        layout: What it should be; names that the state has not are those of a class that it inherits.

    Raises:
        DataError: It says which part of it is what.
    """
    lengths = Lengths()
    for name, expected in layout.items():
        if name in state and (problem := expected.problem(state[name], lengths)):
            raise damaged(f"{name} {problem}")


def damaged(problem: str) -> errors.DataError:
    """The error for a state that is not as it should be.

    Args:
        problem: What is wrong with which part.
    """
    return errors.DataError(f"What it has learned is damaged: {problem}.")


def _not_an_array(value: Any, kind: str, shape: tuple[Length, ...], lengths: Lengths) -> str:
    """What is wrong with it as an array; numbers have four or eight bytes."""
    if not isinstance(value, np.ndarray):
        return "is no array"
    if value.dtype.kind != kind or value.dtype.itemsize not in (4, 8):
        return f"is an array of {value.dtype}"
    if not lengths.fit(value.shape, shape):
        found = " × ".join(map(str, value.shape)) or "0"
        expected = " × ".join(_shown(length, lengths) for length in shape)
        return f"is of shape {found}, where {expected} belong"
    return ""


def _shown(length: Length, lengths: Lengths) -> str:
    if isinstance(length, tuple):
        return " or ".join(map(str, length))
    return str(lengths.get(length, "any")) if isinstance(length, str) else str(length)
