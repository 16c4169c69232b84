"""Which column of a table plays which role: what the source says, and a look for the rest."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from recli import errors
from recli.data.columns import roles
from recli.data.columns.guess import Guess
from recli.data.columns.roles import EVENT, ITEM, RATING, USER, WEIGHT
from recli.data.columns.values import Column, sample
from recli.data.description import ROLES, RatingsSource
from recli.data.formats._base import TextTable
from recli.data.sources.location import Location

_NAMED = 5  # columns at most
_EVERY = '`user="NAME", item="NAME", rating="NAME"`'


@dataclass(frozen=True)
class Assigned:
    """A source with a column for each role that is played, and what was guessed for it.

    Attributes:
        source: how the table is read, and which column is what
        guessed: fields of the source
        notes: (what, value, parameter that overrules it) for what else was decided
    """

    source: RatingsSource
    guessed: list[str]
    notes: list[tuple[str, str, str]]


def assign(file: Location, source: RatingsSource, table: TextTable) -> Assigned:
    """`source` with user, item, time, and either a rating or, of interactions, weight and event.

    All are names of columns that exist; `implicit` is True where rows are interactions. What the
    source names, or numbers from 1 on, stays. Columns are looked for unless user and item, and the
    rating of ratings, are all named already.

    Args:
        file: where the table is
        source: how the table is read, and which column is what
        table: the columns, as text

    Raises:
        DataError: for a column that does not exist or would play two roles, where a role that has
            to be played is not, and where there are two readings
    """
    implicit = source.implicit
    interactions = source.weight or source.event or source.weights
    if implicit is None and source.rating is None and interactions:
        implicit = True
    if implicit:
        source = dataclasses.replace(source, rating=None)
    given = _given(file, source, table)
    found, notes = dict(given), list[tuple[str, str, str]]()
    if not ({USER, ITEM} <= set(given) and (implicit or RATING in given)):
        if not given and roles.wide({n: sample(column) for n, column in table.columns.items()}):
            raise _wide(file, table)
        guess = Guess(file, table, found, implicit, source)
        guess.all_roles()
        if implicit is None and RATING not in found:
            implicit = True
        notes = [("left out", f"{name} (row numbers)", "columns") for name in guess.left_out]
        if implicit and (unused := _unused_numbers(table, {*found.values(), *guess.left_out})):
            notes.append(("not used", unused, "columns"))
    missing = [role for role in (USER, ITEM) if role not in found]
    if RATING not in found and not implicit:
        missing.append(RATING)
    if missing:
        raise _missing(file, table, missing)
    if not implicit:
        found = {role: name for role, name in found.items() if role not in (WEIGHT, EVENT)}
    guessed = [role for role in found if role not in given]
    if implicit and source.implicit is None:
        guessed.append("implicit")
    played: dict[str, Any] = {role: found.get(role) for role in ROLES}
    source = dataclasses.replace(source, **played, implicit=implicit)
    if source.time is not None and source.time_unit is None:
        unit = "date"
        if source.time_format is None:
            unit = roles.time_unit(sample(table.columns[source.time]))
            guessed.append("time_unit")
        source = dataclasses.replace(source, time_unit=unit)
    return Assigned(source, guessed, notes)


def _unused_numbers(table: TextTable, used: set[str]) -> str:
    """Columns of numbers that play no role, each of which a user may have meant for a weight."""
    columns = (
        Column(name, place, table.columns[name]) for place, name in enumerate(table.names, 1)
    )
    names = [column.name for column in columns if column.name not in used and column.is_number]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _given(file: Location, source: RatingsSource, table: TextTable) -> dict[str, str]:
    """The columns that the source names or numbers, by role."""
    given = {role: name for role in ROLES if (name := getattr(source, role)) is not None}
    for role, name in given.items():
        if name not in table.columns:
            if name.isdigit() and 1 <= int(name) <= len(table.names):
                given[role] = table.names[int(name) - 1]
                continue
            unknown = errors.unknown("column", name, table.names)
            raise errors.DataError(f"{file}: for the {role}: {unknown}")
    for role, name in given.items():
        other = next(other for other in given if given[other] == name)
        if other != role:
            raise errors.DataError(f"{file}: column '{name}' cannot be both {other} and {role}.")
    return given


def _missing(file: Location, table: TextTable, missing: list[str]) -> errors.DataError:
    names = table.names
    without = (
        " Without a rating, rows are interactions: `implicit=True`." if missing == [RATING] else ""
    )
    return errors.DataError(
        f"{file}: no column for {' and '.join(missing)}. It has {len(names)} column"
        f"{'s' * (len(names) != 1)}: {', '.join(names)}. A table of ratings needs user, item and "
        f"rating, one of interactions needs user and item; say which is which with {_EVERY}, and how "
        f"rows are cut with `delimiter`.{without} A matrix with a row a user and a column an item "
        'reads with `format="wide"`.'
    )


def _wide(file: Location, table: TextTable) -> errors.DataError:
    return errors.DataError(
        f"{file}: has {len(table.names)} columns of numbers, none of them called rating. A matrix "
        'with a row a user and a column an item reads with `format="wide"`, and with '
        '`format="jester"` where the first column counts the user\'s ratings and 99 is no rating. '
        f"For a table with a row a rating say {_EVERY}."
    )
