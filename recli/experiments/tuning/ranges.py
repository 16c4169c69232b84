"""Ranges that go before the declared ones, from a file or as they are given in Python."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from recli import errors, params, registry
from recli.configuration import Document, Place, Rule, convert, fields, schema
from recli.configuration.kinds import FieldKind
from recli.params import Bool, Choice, Float, Int, Literal, Parameter


@dataclass(frozen=True)
class Bounds:
    """A range of numbers.

    Attributes:
        low: the lowest
        high: the highest
        log: whether equal factors are equally likely, rather than equal steps; by default as the
            parameter declares
    """

    low: float
    high: float
    log: bool | None = None


Given = (
    Annotated[
        tuple[Any, ...],
        Rule(words="[low, high], a list of all values, or { low = …, high = …, log = true }"),
    ]
    | Bounds
)
SpaceFile = Mapping[
    str,
    Annotated[
        Mapping[str, Any],
        Rule(words="in a table of its algorithm: [svd], and below it n_factors = [low, high]"),
    ],
]


@dataclass(frozen=True)
class Range:
    """What is said of one parameter.

    Attributes:
        given: lowest and highest, or every value
        place: where it is said
    """

    given: Bounds | tuple[Any, ...]
    place: Place

    @classmethod
    def of(cls, given: object, place: Place) -> Range:
        """The range that a value of a file means.

        Raises:
            UsageError: it is none

        Args:
            given: the value
            place: where it is
        """
        return cls(convert(Given, given, place, error=errors.UsageError), place)

    def applied(self, parameter: Parameter) -> Parameter:
        """A parameter with this as its tuning range.

        Raises:
            UsageError: the parameter has no such range, or the range leaves its default out

        Args:
            parameter: a declared option
        """
        with self.place.pointed_at():
            if isinstance(parameter, Literal):
                parameter = _typed(parameter, self._values)
            if isinstance(parameter, Int | Float):
                return self._numbers(parameter)
            if not isinstance(parameter, Bool | Choice):
                raise errors.UsageError("is text, which has no range.")
            if not isinstance(self.given, tuple) or not self.given:
                raise errors.UsageError(f"should be a list of values: {parameter.domain}.")
            values = tuple(parameter.check(value) for value in self.given)
            _check_default(parameter, parameter.default in values)
            return dataclasses.replace(parameter, tune=values)  # type: ignore[arg-type]

    @property
    def _values(self) -> tuple[Any, ...]:
        given = self.given
        return (given.low, given.high) if isinstance(given, Bounds) else given

    def _numbers(self, parameter: Int | Float) -> Parameter:
        if len(self._values) != 2:
            raise errors.UsageError(
                "should be [low, high] or { low = …, high = …, log = true }: it is a range of numbers."
            )
        low, high = map(parameter.check, self._values)
        assert low is not None
        assert high is not None
        log = self.given.log if isinstance(self.given, Bounds) else None
        log = parameter.log if log is None else log
        if not low < high:  # type: ignore[operator]
            raise errors.UsageError(
                f"from {low} to {high} there is nothing: the first bound must be the smaller."
            )
        if log and low <= 0:  # type: ignore[operator]
            raise errors.UsageError(
                f"begins at {low}, which has no logarithm: say log = false, or begin above 0."
            )
        default = parameter.default
        _check_default(parameter, default is not None and low <= default <= high)  # type: ignore[operator]
        return dataclasses.replace(parameter, tune=(low, high), log=log)  # type: ignore[arg-type]


Ranges = dict[str, dict[str, Range]]
"""By algorithm and parameter, what a file of spaces says."""


def read_ranges(path: Path) -> Ranges:
    """The ranges in a TOML file: a table for each algorithm, in it a line for each parameter.

    A line is `n_factors = [10, 400]`, `reg_all = { low = 0.001, high = 1, log = true }` or, for
    words and truth values, the list of them.

    Args:
        path: the file

    Raises:
        NotFoundError: there is no such file
        DataError: it is not TOML, or not of tables
        UsageError: there is no such algorithm, or what is said is no range
    """
    document = Document.read(path)
    found: Ranges = {}
    for name, table in document.to(SpaceFile).items():
        place = document.top.key(name)
        with place.pointed_at():
            known = registry.resolve("algorithm", name)
        found[known] = _flat(table, place)
    return found


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a file of ranges, see `recli.configuration.schema`.

    Which parameters an algorithm has, and whether a range fits one, is left to recli.
    """
    one = schema.of(FieldKind.of(Given))
    nested = {"type": "object", "additionalProperties": one}
    table = {"type": "object", "additionalProperties": {"anyOf": [*one["anyOf"], nested]}}
    return {
        "$schema": schema.DIALECT,
        "title": "recli space",
        "description": "What tuning varies, a table for each algorithm, as 'recli tune' reads it.",
        "type": "object",
        "properties": dict.fromkeys(registry.names("algorithm"), table),
        "patternProperties": {"^[^:]+:[^:]+$": table},
        "additionalProperties": False,
    }


def _flat(table: Mapping[str, Any], place: Place, prefix: str = "") -> dict[str, Range]:
    """The ranges by dotted name."""
    found: dict[str, Range] = {}
    for name, value in table.items():
        at = place.key(*name.split("."))
        if isinstance(value, dict) and not value.keys() & fields(Bounds).keys():
            found |= _flat(value, at, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = Range.of(value, at)
    return found


def _check_default(parameter: Parameter, inside: bool) -> None:
    if not inside:
        raise errors.UsageError(
            f"leaves out the default of {parameter.name}, {params.shown(parameter.default)}, with which "
            "every study begins. Widen it."
        )


def _typed(parameter: Literal, values: tuple[Any, ...]) -> Parameter:
    """A parameter of a user's own class, with the type that its default and its range tell."""
    about: dict[str, Any] = {
        "name": parameter.name,
        "default": parameter.default,
        "help": parameter.help,
    }
    if all(isinstance(value, str) for value in values):
        return Choice(**about, options=values)
    if all(isinstance(value, bool) for value in values):
        return Bool(**about)
    whole = all(isinstance(value, int) for value in (*values, parameter.default))
    return Int(**about) if whole else Float(**about)
