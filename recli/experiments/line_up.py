"""Tables of parameters in a file, with lists that make grids, as algorithms to compare."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from recli import errors, params
from recli.algorithms import Configured, declared
from recli.configuration import Place, listed
from recli.params import Parameter, Value
from recli.ranking.list_options import PARAMETERS, ListOptions


def line_up(tables: Mapping[str, Any], place: Place) -> tuple[Configured, ...]:
    """The algorithms of a file, each with every combination of its values.

    Args:
        tables: by the name of the algorithm in any spelling, its table of parameters or a list of
            such tables
        place: where they stand

    Raises:
        UsageError: a name or value is not valid, or an algorithm with its parameters is there twice
    """
    found: list[Configured] = []
    for name, several in tables.items():
        at = place.key(name)
        with at.pointed_at():
            each = listed(several)
        numbered = isinstance(several, list)
        for number, table in enumerate(each, start=1):
            here = at.key(number) if numbered else at
            for entry in _grid(name, table, here):
                if entry in found:
                    raise errors.UsageError(f"{here}: {entry.whole_label} is there twice.")
                found.append(entry)
    return tuple(found)


def _grid(name: str, table: object, place: Place) -> Iterator[Configured]:
    """The algorithm with every combination of the values in `table`."""
    if not isinstance(table, dict):
        raise errors.UsageError(f"{place} should be a table of parameters, as [algorithm.{name}].")
    with place.pointed_at():
        wanted = Configured.of(name).name
    given, places = {}, {}
    for parameter, values in params.flat(table).items():
        places[parameter] = place.key(*parameter.split("."))
        with places[parameter].pointed_at():
            given[parameter] = listed(values)
    yield from grid(wanted, given, places, place)


def grid(
    algorithm: str,
    given: Mapping[str, Sequence[object]],
    places: Mapping[str, Place],
    place: Place,
) -> Iterator[Configured]:
    """The algorithm with every combination of the values.

    Args:
        algorithm: its name
        given: by dotted name of a parameter, its values
        places: by name, where a parameter stands, if in the file
        place: where they stand as a whole

    Raises:
        UsageError: a parameter or value is not valid; names the place of it
    """
    known = _by_name(declared(algorithm))
    own = {
        name: _checked(known[name], values, places.get(name))
        for name, values in given.items()
        if name in known
    }
    with place.pointed_at():
        for combination in _combinations(own):
            known |= _by_name(declared(algorithm, combination))  # what the members of a hybrid have
    for name in given:
        with _pointed_at(places.get(name)):
            if name not in known:
                hint = f"'recli show algorithm {algorithm}' explains them."
                raise errors.unknown(f"parameter of {algorithm}", name, known, hint)
    whole = {
        name: _checked(known[name], values, places.get(name)) for name, values in given.items()
    }
    with place.pointed_at():
        for combination in _combinations(whole):
            yield Configured.of(algorithm, combination)


def lists(table: Mapping[str, Any], place: Place) -> list[ListOptions]:
    """How lists are made, every combination of the values in a table.

    Args:
        table: by option, its value or a list of them
        place: where they stand

    Raises:
        UsageError: an option or value is not valid, or a combination is there twice
    """
    known, values = _by_name(PARAMETERS), {}
    for name, given in table.items():
        with place.key(name).pointed_at():
            if name not in known:
                raise errors.unknown("option of lists", name, known)
            values[name] = [known[name].check(value) for value in listed(given)]
    found: list[ListOptions] = []
    with place.pointed_at():
        for combination in _combinations(values):
            options = ListOptions.of(combination)
            if options in found:
                raise errors.UsageError(f"'{options or 'the default'}' is there twice.")
            found.append(options)
    return found


def _checked(parameter: Parameter, values: Sequence[object], place: Place | None) -> list[Value]:
    with _pointed_at(place):
        return [parameter.check(value) for value in values]


def _pointed_at(place: Place | None) -> AbstractContextManager[None]:
    return place.pointed_at() if place else nullcontext()


def _by_name(declared: Sequence[Parameter]) -> dict[str, Parameter]:
    return {parameter.name: parameter for parameter in declared}


def _combinations(grid: Mapping[str, Sequence[Value]]) -> Iterator[dict[str, Value]]:
    for combination in itertools.product(*grid.values()):
        yield dict(zip(grid, combination, strict=True))
