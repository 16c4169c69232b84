"""Hyperparameters, each declared once: type, default, bounds, tuning range and one line of help.

From the declaration come `-p n_factors=50`, the errors about bounds, `recli show algorithm`, the TOML
keys and the Optuna space. A dotted name reaches into a dictionary argument: `sim_options.name`.
"""

from __future__ import annotations

import json
import math
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from recli import errors

Value = int | float | bool | str | None
LowerFor = typing.Literal["", "memory", "divergence"]


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
            or "divergence" of the learning; empty for neither. Error messages advise by it.
        speed_only: Whether it changes time and memory alone, never a number.
    """

    name: str
    default: Value
    help: str
    when: tuple[str, tuple[Value, ...]] | None = field(default=None, kw_only=True)
    lower_for: LowerFor = field(default="", kw_only=True)
    speed_only: bool = field(default=False, kw_only=True)

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
        except json.JSONDecodeError:
            return value


def shown(value: object) -> str:
    """A value as it is written after `-p name=`.

    Args:
        value: Of a parameter.

    Returns:
        The text.

    >>> shown(None), shown(True), shown(0.02)
    ('none', 'true', '0.02')
    """
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def short(value: object) -> str:
    """A value for a table or a label: three digits of it.

    Args:
        value: Of a parameter.

    Returns:
        The text.

    >>> short(0.0171234), short(20), short("msd")
    ('0.0171', '20', 'msd')
    """
    return f"{value:.3g}" if isinstance(value, float) else shown(value)


def assignments(
    texts: Iterable[str], option: str = "-p", example: str = "n_factors=50"
) -> dict[str, str]:
    """`["k=20", "sim_options.name=cosine"]` as a dictionary of texts.

    Args:
        texts: What was given, as name=value.
        option: The option that gave them, for messages.
        example: An assignment that is right, for messages.

    Returns:
        The values by name, as text.

    Raises:
        UsageError: For a text without an equals sign, or a name given twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise errors.UsageError(
                f"'{option} {text}' is not name=value, as in '{option} {example}'."
            )
        if name in found:
            raise errors.UsageError(f"Parameter '{name}' is given twice.")
        found[name] = value.strip()
    return found


def resolve(
    declared: Sequence[Parameter], given: Mapping[str, object], owner: str, kind: str = "algorithm"
) -> dict[str, Value]:
    """Every parameter that matters, checked, defaults filled in.

    Args:
        declared: The parameters that there are.
        given: Values by name, as text or not.
        owner: The name of what has the parameters.
        kind: What the owner is, as `recli show` calls it.

    Returns:
        The values by name, in declared order.

    Raises:
        UsageError: For a name that the owner does not have, a value out of bounds, or a parameter that
            `given` sets although another parameter makes it meaningless.
    """
    by_name = {parameter.name: parameter for parameter in declared}
    for name in given:
        if name not in by_name:
            hint = f"'recli show {kind} {owner}' explains them."
            raise errors.unknown(f"parameter of {owner}", name, by_name, hint)
    values: dict[str, Value] = {}
    for name, parameter in by_name.items():
        if _matters(parameter, values):
            values[name] = parameter.check(given[name]) if name in given else parameter.default
        elif name in given:
            assert parameter.when is not None
            other, wanted = parameter.when
            choice = " or ".join(f"{other}={shown(value)}" for value in wanted)
            raise errors.UsageError(
                f"Parameter '{name}' of {owner} only matters with {choice}: add that, or leave it out."
            )
    return values


def suggest(declared: Sequence[Parameter], trial: Trial) -> dict[str, Value]:
    """Every parameter that matters: the tunable ones as drawn, the others' defaults.

    Args:
        declared: The parameters that there are.
        trial: Draws the values.

    Returns:
        The values by name, in declared order.
    """
    values: dict[str, Value] = {}
    for parameter in declared:
        if _matters(parameter, values):
            tunable = parameter.tunable
            values[parameter.name] = parameter.suggest(trial) if tunable else parameter.default
    return values


def _matters(parameter: Parameter, values: Mapping[str, Value]) -> bool:
    if parameter.when is None:
        return True
    other, wanted = parameter.when
    return values.get(other) in wanted


def nested(flat: Mapping[str, Value]) -> dict[str, Any]:
    """Dotted names as dictionaries in dictionaries.

    Args:
        flat: Values by dotted name.

    Returns:
        The dictionaries.

    >>> nested({"k": 20, "sim_options.name": "cosine"})
    {'k': 20, 'sim_options': {'name': 'cosine'}}
    """
    result: dict[str, Any] = {}
    for name, value in flat.items():
        *path, last = name.split(".")
        inner = result
        for key in path:
            inner = inner.setdefault(key, {})
        inner[last] = value
    return result


def flat(nested_values: Mapping[str, Any], prefix: str = "") -> dict[str, Value]:
    """The inverse of `nested`.

    Args:
        nested_values: Dictionaries in dictionaries.
        prefix: What stands before every name.

    Returns:
        Values by dotted name.

    >>> flat({"k": 20, "sim_options": {"name": "cosine"}})
    {'k': 20, 'sim_options.name': 'cosine'}
    """
    result: dict[str, Value] = {}
    for key, value in nested_values.items():
        if isinstance(value, Mapping):
            result.update(flat(value, f"{prefix}{key}."))
        else:
            result[f"{prefix}{key}"] = value
    return result


def difference(declared: Sequence[Parameter], values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that are not the declared defaults.

    Args:
        declared: The parameters that there are.
        values: By name.

    Returns:
        Some of `values`, in their order.
    """
    defaults = {parameter.name: parameter.default for parameter in declared}
    return {k: v for k, v in values.items() if k not in defaults or v != defaults[k]}
