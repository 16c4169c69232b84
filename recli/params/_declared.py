"""What a parameter is: type, default, bounds, tuning range and one line of help."""

from __future__ import annotations

import json
import math
import typing
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from recli import errors
from recli.params._text import Value, shown

LowerFor = typing.Literal["", "memory", "divergence", "zeros"]


class Trial(Protocol):
    """The part of `optuna.Trial` that a declaration needs."""

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = ...) -> int: ...
    def suggest_float(self, name: str, low: float, high: float, *, log: bool = ...) -> float: ...
    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any: ...


@dataclass(frozen=True)
class Parameter:
    """One hyperparameter.

    Attributes:
        name: What `-p name=value` and the constructor call it; dotted, the key of a dictionary.
        default: What it is where nothing else is said; None only where None is a value of it.
        help: One line.
        when: Another parameter and the values that make this one matter; None where it always does.
        lower_for: What a lower value helps against: "memory", where what is learned grows with it,
            "divergence" of the learning, or "zeros", where nothing else may be left of what is learned;
            empty for none of them. Messages advise by it.
        speed_only: Whether it changes time and memory alone, never a number.
        otherwise: The parameter, declared before it, whose value holds where this one is None.
    """

    name: str
    default: Value
    help: str
    when: tuple[str, tuple[Value, ...]] | None = field(default=None, kw_only=True)
    lower_for: LowerFor = field(default="", kw_only=True)
    speed_only: bool = field(default=False, kw_only=True)
    otherwise: str | None = field(default=None, kw_only=True)

    def check(self, value: object) -> Value:
        """`value` as this parameter's type, read from text where it is text.

        Args:
            value: What the user gave; "none" and "null" are None.

        Returns:
            The value.

        Raises:
            UsageError: When it cannot be read or is out of bounds.
        """
        if isinstance(value, str) and value.strip().lower() in {"none", "null"}:
            value = None
        if value is None:
            if self.default is None:
                return None
            raise self._wrong(value)
        return self._check(value)

    def _check(self, value: object) -> Value:
        raise NotImplementedError

    def suggest(self, trial: Trial) -> Value:
        """A value from the tuning range.

        Args:
            trial: Draws it.

        Returns:
            The value.
        """
        raise NotImplementedError

    @property
    def tunable(self) -> bool:
        """Whether tuning varies this parameter."""
        return getattr(self, "tune", None) is not None

    @property
    def domain(self) -> str:
        """The values allowed, for people to read."""
        raise NotImplementedError

    def _wrong(self, value: object) -> errors.UsageError:
        return errors.UsageError(
            f"Parameter {self.name}={value} is not valid: it takes {self.domain} "
            f"(default {shown(self.default)})."
        )


_EXACT = 2**53  # up to which numbers with a point count every whole number; kernels take them, too


@dataclass(frozen=True)
class _Number(Parameter):
    low: float = field(default=-math.inf, kw_only=True)
    high: float = field(default=math.inf, kw_only=True)
    tune: tuple[float, float] | None = field(default=None, kw_only=True)
    log: bool = field(default=False, kw_only=True)

    @property
    def domain(self) -> str:
        kind = "a whole number" if isinstance(self, Int) else "a number"
        if math.isinf(self.low) and math.isinf(self.high):
            return kind
        if math.isinf(self.high):
            return f"{kind} ≥ {self.low:.15g}"
        return f"{kind} from {self.low:.15g} to {self.high:.15g}"


@dataclass(frozen=True)
class Int(_Number):
    """A whole number within bounds.

    Attributes:
        low: The least value allowed.
        high: The largest value allowed.
        tune: The least and the largest value that tuning tries; None where it leaves the default.
        log: Whether tuning draws by the logarithm.
    """

    def _check(self, value: object) -> int:
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            raise self._wrong(value) from None
        inside = self.low <= number <= self.high
        if isinstance(value, bool) or not inside or not number.is_integer():
            raise self._wrong(value)
        if abs(number) > _EXACT:
            raise errors.UsageError(
                f"Parameter {self.name}={value} is not valid: a whole number is at most {_EXACT:,}."
            )
        return int(number)

    def suggest(self, trial: Trial) -> int:
        assert self.tune is not None
        return trial.suggest_int(self.name, int(self.tune[0]), int(self.tune[1]), log=self.log)


@dataclass(frozen=True)
class Float(_Number):
    """A finite number within bounds.

    Attributes:
        low: The least value allowed.
        high: The largest value allowed.
        tune: The least and the largest value that tuning tries; None where it leaves the default.
        log: Whether tuning draws by the logarithm.
    """

    def _check(self, value: object) -> float:
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            raise self._wrong(value) from None
        if isinstance(value, bool) or not self.low <= number <= self.high or math.isinf(number):
            raise self._wrong(value)
        return number

    def suggest(self, trial: Trial) -> float:
        assert self.tune is not None
        return trial.suggest_float(self.name, *self.tune, log=self.log)


@dataclass(frozen=True)
class Bool(Parameter):
    """True or false.

    Attributes:
        tune: The values that tuning tries; None where it leaves the default.
    """

    tune: tuple[bool, ...] | None = field(default=None, kw_only=True)

    @property
    def domain(self) -> str:
        return "true or false"

    def _check(self, value: object) -> bool:
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in words:
            return words[value.strip().lower()]
        raise self._wrong(value)

    def suggest(self, trial: Trial) -> bool:
        assert self.tune is not None
        return bool(trial.suggest_categorical(self.name, self.tune))


@dataclass(frozen=True)
class Choice(Parameter):
    """One of a few words.

    Attributes:
        options: The words.
        tune: Those that tuning tries; None where it leaves the default.
    """

    options: tuple[str, ...] = field(kw_only=True)
    tune: tuple[str, ...] | None = field(default=None, kw_only=True)

    @property
    def domain(self) -> str:
        return "one of " + ", ".join(self.options)

    def _check(self, value: object) -> str:
        for option in self.options:
            if errors.plain(str(value)) == errors.plain(option):
                return option
        raise errors.unknown(f"value of {self.name}", str(value), self.options)

    def suggest(self, trial: Trial) -> str:
        assert self.tune is not None
        return str(trial.suggest_categorical(self.name, self.tune))


@dataclass(frozen=True)
class Text(Parameter):
    """Any text."""

    @property
    def domain(self) -> str:
        return "text"

    def _check(self, value: object) -> str:
        return str(value)


@dataclass(frozen=True)
class Date(Parameter):
    """A day of the calendar."""

    @property
    def domain(self) -> str:
        return "a date as 2001-12-31"

    def _check(self, value: object) -> str:
        try:
            day = date.fromisoformat(str(value)).isoformat()
        except ValueError:
            raise self._wrong(value) from None
        if day != value:  # fromisoformat takes 20011231 and 2001-W52-1 as well
            raise self._wrong(value)
        return day


@dataclass(frozen=True)
class Literal(Parameter):
    """Whatever a user's own class takes: a JSON value where the text is one, else the text.

    True, False and None may be written as Python does. Where the default is text, text stays text.
    """

    @property
    def domain(self) -> str:
        return "any value"

    def check(self, value: object) -> Value:
        if not isinstance(value, str) or isinstance(self.default, str):
            return value  # type: ignore[return-value]
        words = {"true": "true", "false": "false", "none": "null", "null": "null"}
        try:
            return json.loads(words.get(value.strip().lower(), value))  # type: ignore[no-any-return]
        except (ValueError, RecursionError):
            return value
