"""What tuning varies: the declared ranges of an algorithm, less what is fixed, with what overrides."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from recli import errors, params
from recli.algorithms import Configured, declared
from recli.configuration import Place
from recli.experiments.tuning.ranges import Range
from recli.params import Float, Int, Parameter, Trial, Value
from recli.ranking.list_options import PARAMETERS, ListOptions
from recli.ranking.recommender import LISTS, of_settings, recommender, settings


@dataclasses.dataclass(frozen=True)
class Space:
    """The parameters of one algorithm; what is fixed has no range and that value as its default.

    Options of lists are among them, with `lists.` before their names. What is varied and by default
    takes the value of another parameter begins with that value.

    Attributes:
        start: the algorithm with which a study begins, its defaults and what is fixed
        fixed: parameters that are not drawn
        parameters: parameters that are drawn
    """

    start: Configured
    fixed: dict[str, Value]
    parameters: tuple[Parameter, ...]

    @classmethod
    def of(
        cls,
        algorithm: str,
        fixed: Mapping[str, object],
        ranges: Mapping[str, Any] | None = None,
        lists: ListOptions = ListOptions(),  # noqa: B008, it is frozen
        vary: Sequence[str] = (),
    ) -> Space:
        """The space of an algorithm by name.

        Args:
            algorithm: the name, in any spelling
            fixed: the parameters that are not varied
            ranges: by parameter, what goes before its declared range: a `Range`, or a value that a
                file could have, as `[10, 400]`
            lists: how lists are made, but for what is varied of that
            vary: options of lists to vary, such as `diversify`

        Raises:
            UsageError: the algorithm has no such name or value, or a range is none or leaves the
                default out
        """
        start = Configured.of(algorithm, fixed)
        held = {name: start.params[name] for name in fixed}
        start = recommender(start, lists)
        known = (*_begun(declared(start.name, fixed), held), *_of_lists(lists, vary))
        place = Place("ranges", {})
        overrides = {
            name: given if isinstance(given, Range) else Range.of(given, place.key(name))
            for name, given in (ranges or {}).items()
        }
        every = [parameter.name for parameter in known]
        for name, override in overrides.items():
            with override.place.pointed_at():
                if name not in every:
                    hint = f"'recli show algorithm {start.name}' explains them."
                    raise errors.unknown(f"parameter of {start.name}", name, every, hint)
                if name in held:
                    raise errors.UsageError(f"{name} is fixed, and has a range: take one.")
        parameters = tuple(
            overrides[p.name].applied(p) if p.name in overrides else _held(p, held) for p in known
        )
        varied = {parameter.name for parameter in parameters if parameter.tunable}
        for name, value in lists.document().items():
            if LISTS + name not in varied:
                held[LISTS + name] = value
        return cls(start, held, parameters)

    @property
    def tunable(self) -> list[str]:
        """The names of the parameters that are varied."""
        return [parameter.name for parameter in self.parameters if parameter.tunable]

    @property
    def defaults(self) -> dict[str, Value]:
        """The setting to begin with: the varied parameters that matter under the defaults."""
        of_lists = {p.name: p.default for p in self.parameters if p.name.startswith(LISTS)}
        begun = {p.name: p.default for p in self.parameters if p.otherwise}
        known = {**of_lists, **self.start.params, **begun}
        return {name: known[name] for name in self.tunable if name in known}

    @property
    def changed(self) -> Configured:
        """The algorithm with every option of lists that is varied away from its default."""
        ends = {p.name: p.tune[1] for p in self.parameters if isinstance(p, Float) and p.tune}
        varied = {name: end for name, end in ends.items() if name.startswith(LISTS)}
        return of_settings(self.start.name, {**settings(self.start), **varied})

    def configured(self, trial: Trial) -> Configured:
        """The algorithm as `trial` draws it.

        Args:
            trial: draws the values
        """
        drawn = params.suggest(self.parameters, trial)
        for parameter in self.parameters:
            if parameter.otherwise and drawn[parameter.name] == drawn[parameter.otherwise]:
                drawn[parameter.name] = (
                    None  # the same, said shorter: so the defaults stay themselves
                )
        return of_settings(self.start.name, {**self._lists_held, **drawn})

    @property
    def _lists_held(self) -> dict[str, Value]:
        return {name: value for name, value in self.fixed.items() if name.startswith(LISTS)}

    def chosen(self, configured: Configured) -> dict[str, Value]:
        """What of a setting was fixed or varied, so that the rest are defaults.

        Args:
            configured: an algorithm with its parameters
        """
        names = {*self.fixed, *self.tunable}
        return {k: v for k, v in settings(configured).items() if k in names and v is not None}

    def grid(self, n: int) -> list[dict[str, Value]]:
        """Every combination of a few values of each parameter, as many as `n` allows.

        Each range gives its ends and places in equal steps between them, on its own scale, the more
        the larger `n`; each choice all its values. Parameters that do not matter are left out.

        Args:
            n: the most combinations

        Raises:
            UsageError: where two values of each range are too many
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


def _of_lists(lists: ListOptions, vary: Sequence[str]) -> Iterator[Parameter]:
    """The options of lists that can be varied, with a range if they are in `vary`."""
    able = {option.name: option for option in PARAMETERS if option.tunable}
    for name in vary:
        if name not in able:
            raise errors.unknown("option of lists that can be varied", name, able)
    for name, option in able.items():
        assert isinstance(option, Float)
        most = 1.0 - lists.calibrate[1] if name == "diversify" and lists.calibrate else 1.0
        yield dataclasses.replace(
            option,
            name=LISTS + name,
            default=getattr(lists, name),
            high=most,
            tune=(0, most) if name in vary else None,
        )


def _begun(known: Sequence[Parameter], fixed: Mapping[str, Value]) -> Iterator[Parameter]:
    """`known`; what is varied and takes another's value by default has that default, if in its range."""
    values = {**{parameter.name: parameter.default for parameter in known}, **fixed}
    for parameter in known:
        changes: dict[str, Any] = {}
        if isinstance(parameter, Float) and parameter.tune and parameter.otherwise:
            value, (low, high) = values[parameter.otherwise], parameter.tune
            inside = low <= float(value) <= high  # type: ignore[arg-type]
            changes = {"default": value} if inside else {"tune": None}
        yield dataclasses.replace(parameter, **changes)


def _held(parameter: Parameter, fixed: Mapping[str, Value]) -> Parameter:
    """`parameter`, if it is fixed with that value as its default and without a tuning range."""
    if parameter.name not in fixed:
        return parameter
    changes: dict[str, Any] = {"default": fixed[parameter.name]}
    if parameter.tunable:
        changes["tune"] = None
    return dataclasses.replace(parameter, **changes)


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
