"""What tuning varies: the declared ranges of an algorithm, less what is fixed, with what overrides."""

from __future__ import annotations

import dataclasses
import itertools
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from recli import errors, params, registry
from recli.algorithms import Configured, declared
from recli.params import Bool, Choice, Float, Int, Literal, Parameter, Trial, Value

_KEYS = {"low", "high", "log"}
Ranges = dict[str, dict[str, Any]]
"""By algorithm and parameter, what a file of spaces says."""


@dataclasses.dataclass(frozen=True)
class Space:
    """The parameters of one algorithm; what is fixed has no range and that value as its default.

    start: the algorithm with which a study begins, its defaults and what is fixed
    """

    start: Configured
    fixed: dict[str, Value]
    parameters: tuple[Parameter, ...]

    @classmethod
    def of(
        cls, algorithm: str, fixed: Mapping[str, object], ranges: Mapping[str, Any] | None = None
    ) -> Space:
        """The space of an algorithm by name. `ranges` go before the declared ones.

        Raises UsageError for names and values that the algorithm does not have, and for a range
        that is none or leaves its default out.
        """
        start = Configured.of(algorithm, fixed)
        held = {name: start.params[name] for name in fixed}
        known = declared(start.name, fixed)
        overrides = dict(ranges or {})
        for name in overrides:
            if name not in {parameter.name for parameter in known}:
                hint = f"'recli show algorithm {start.name}' explains them."
                every = [parameter.name for parameter in known]
                raise errors.unknown(f"parameter of {start.name}", name, every, hint)
            if name in held:
                raise errors.UsageError(f"{name} is fixed, and has a range in the space: take one.")
        parameters = tuple(
            _ranged(p, overrides[p.name]) if p.name in overrides else _held(p, held) for p in known
        )
        return cls(start, held, parameters)

    @property
    def tunable(self) -> list[str]:
        """The names of the parameters that are varied."""
        return [parameter.name for parameter in self.parameters if parameter.tunable]

    @property
    def defaults(self) -> dict[str, Value]:
        """The setting to begin with: the varied parameters that matter under the defaults."""
        return {name: self.start.params[name] for name in self.tunable if name in self.start.params}

    def configured(self, trial: Trial) -> Configured:
        """The algorithm as `trial` draws it."""
        return Configured.of(self.start.name, params.suggest(self.parameters, trial))

    def chosen(self, configured: Configured) -> dict[str, Value]:
        """What of a setting was fixed or varied, so that the rest are defaults."""
        names = {*self.fixed, *self.tunable}
        return {k: v for k, v in configured.params.items() if k in names and v is not None}

    def grid(self, n: int) -> list[dict[str, Value]]:
        """Every combination of a few values of each parameter, as many as `n` allows.

        Each range gives its ends and places in equal steps between them, on its own scale, the more
        the larger `n`; each choice all its values. Parameters that do not matter are left out.
        Raises UsageError where two values of each range are too many.
        """
        for steps in itertools.count(2):
            combinations = list(_combinations(self.parameters, steps))
            if steps == 2 and len(combinations) > n:
                raise errors.UsageError(
                    f"A grid over {', '.join(self.tunable)} has {len(combinations):,} settings or "
                    f"more, and `trials` allows {n:,}. Raise it, or hold some with "
                    '`fix={"NAME": VALUE}`.'
                )
            if len(combinations) > n:
                break
            found = combinations
            if not any(isinstance(p, Int | Float) and p.tunable for p in self.parameters):
                break
        return found

    def document(self) -> dict[str, Any]:
        """What is varied and how, as JSON."""
        return {p.name: _range(p) for p in self.parameters if p.tunable}


def read_ranges(path: Path) -> Ranges:
    """The ranges in a TOML file: a table for each algorithm, in it a line for each parameter.

    A line is `n_factors = [10, 400]`, `reg_all = { low = 0.001, high = 1, log = true }` or, for
    words and truth values, the list of them. Raises NotFoundError, DataError and UsageError.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise errors.NotFoundError(f"{path}: no such file.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise errors.DataError(f"{path}: cannot be read as TOML: {error}") from None
    found: Ranges = {}
    for name, table in document.items():
        if not isinstance(table, dict):
            raise errors.DataError(
                f"{path}: '{name}' stands outside a table. Write [svd] and below it "
                f"{name} = [low, high]."
            )
        known = registry.resolve("algorithm", name)
        found[known] = _flat(table)
    return found


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict) and not value.keys() & _KEYS:
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def _held(parameter: Parameter, fixed: Mapping[str, Value]) -> Parameter:
    """`parameter`, if it is fixed with that value as its default and without a tuning range."""
    if parameter.name not in fixed:
        return parameter
    changes: dict[str, Any] = {"default": fixed[parameter.name]}
    if parameter.tunable:
        changes["tune"] = None
    return dataclasses.replace(parameter, **changes)


def _ranged(parameter: Parameter, given: Any) -> Parameter:
    """`parameter` with another tuning range."""
    if isinstance(parameter, Literal):
        parameter = _typed(parameter, given)
    if isinstance(parameter, Int | Float):
        return _with_bounds(parameter, given)
    if not isinstance(parameter, Bool | Choice):
        raise errors.UsageError(f"Parameter {parameter.name} is text, which has no range.")
    if not isinstance(given, list) or not given:
        raise errors.UsageError(
            f"The space of {parameter.name} is a list of values: {parameter.domain}."
        )
    values = tuple(parameter.check(value) for value in given)
    _check_default(parameter, parameter.default in values, given)
    return dataclasses.replace(parameter, tune=values)  # type: ignore[arg-type]


def _with_bounds(parameter: Int | Float, given: Any) -> Parameter:
    table = given if isinstance(given, dict) else {}
    pair = given if isinstance(given, list) else [table.get("low"), table.get("high")]
    log = table.get("log", parameter.log)
    if len(pair) != 2 or None in pair or not table.keys() <= _KEYS or not isinstance(log, bool):
        raise errors.UsageError(
            f"The space of {parameter.name} is [low, high] or {{ low = …, high = …, log = true }}, "
            f"not {given}."
        )
    low, high = map(parameter.check, pair)
    assert low is not None
    assert high is not None
    if not low < high:  # type: ignore[operator]
        raise errors.UsageError(
            f"The space of {parameter.name} from {low} to {high} holds nothing: the first bound must "
            "be the smaller."
        )
    if log and low <= 0:  # type: ignore[operator]
        raise errors.UsageError(
            f"The space of {parameter.name} begins at {low}, which has no logarithm: say log = false, "
            "or begin above 0."
        )
    inside = parameter.default is not None and low <= parameter.default <= high  # type: ignore[operator]
    _check_default(parameter, inside, f"from {low} to {high}")
    return dataclasses.replace(parameter, tune=(low, high), log=log)  # type: ignore[arg-type]


def _check_default(parameter: Parameter, inside: bool, given: object) -> None:
    if not inside:
        raise errors.UsageError(
            f"The space of {parameter.name}, {given}, leaves out its default "
            f"{params.shown(parameter.default)}, with which every study begins. Widen it."
        )


def _typed(parameter: Literal, given: Any) -> Parameter:
    """A parameter of a user's own class, with the type that its default and its range tell."""
    about: dict[str, Any] = {
        "name": parameter.name,
        "default": parameter.default,
        "help": parameter.help,
    }
    values = list(given.values()) if isinstance(given, dict) else given
    if not isinstance(values, list):
        raise errors.UsageError(
            f"The space of {parameter.name} is [low, high] or a list of words, not {given}."
        )
    if all(isinstance(value, str) for value in values):
        return Choice(**about, options=tuple(values))
    if all(isinstance(value, bool) for value in values):
        return Bool(**about)
    whole = all(isinstance(value, int) for value in (*values, parameter.default))
    return Int(**about) if whole else Float(**about)


def _combinations(
    parameters: Sequence[Parameter], steps: int, drawn: dict[str, Value] | None = None
) -> Iterator[dict[str, Value]]:
    """The grid, by way of drawing the parameters one by one, as a trial does."""
    drawn = drawn or {}
    one = _OneByOne(drawn, steps)
    params.suggest(parameters, one)
    if one.open is None:
        yield drawn
        return
    name, values = one.open
    for value in values:
        yield from _combinations(parameters, steps, {**drawn, name: value})


class _OneByOne:
    """A trial that gives what was drawn already, and notes the first that was not."""

    def __init__(self, drawn: Mapping[str, Value], steps: int) -> None:
        self.drawn = drawn
        self.steps = steps
        self.open: tuple[str, Sequence[Any]] | None = None

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        numbers = (round(number) for number in self._steps(low, high, log))
        return self._given(name, list(dict.fromkeys(numbers)))

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        return self._given(name, self._steps(low, high, log))

    def suggest_categorical(self, name: str, choices: Sequence[Any]) -> Any:
        return self._given(name, choices)

    def _steps(self, low: float, high: float, log: bool) -> list[float]:
        shares = [step / (self.steps - 1) for step in range(self.steps)]
        if log:
            between = [low * math.pow(high / low, share) for share in shares]
        else:
            between = [low + (high - low) * share for share in shares]
        return [low, *between[1:-1], high]

    def _given(self, name: str, values: Sequence[Any]) -> Any:
        if name in self.drawn:
            return self.drawn[name]
        if self.open is None:
            self.open = name, values
        return values[0]


def _range(parameter: Parameter) -> Any:
    if isinstance(parameter, Int | Float):
        assert parameter.tune is not None
        low, high = parameter.tune
        return {"low": low, "high": high, "log": parameter.log}
    return list(getattr(parameter, "tune", ()))
