"""Which column of an item or a user table holds the ids of the ratings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
import pyarrow as pa

from recli import errors
from recli.data.columns import roles
from recli.data.columns.point_zero import without_point_zero
from recli.data.columns.values import Column
from recli.data.description import RatingsSource
from recli.data.formats._base import TextTable
from recli.data.sources.location import Location

_LOW = 0.5  # share of the ratings' ids that are found: below that it is hardly the column
_NEAR = 0.1  # two columns that find as many ids but for this share are both candidates


@dataclass(frozen=True, eq=False)
class Known:
    """What the ratings say of the ids: user or item, the column they stand in, and which there are.

    Attributes:
        role: `user` or `item`
        column: the name of the column
        ids: object[n] of str, each once
    """

    role: str
    column: str
    ids: np.ndarray

    @classmethod
    def items(cls, source: RatingsSource, ids: np.ndarray) -> Self:
        """The ids of items that were rated.

        Args:
            source: how the table is read, and which column is what
            ids: text[n], raw ids
        """
        return cls("item", source.item or "", ids)

    @classmethod
    def users(cls, source: RatingsSource, ids: np.ndarray) -> Self:
        """The ids of users who rated.

        Args:
            source: how the table is read, and which column is what
            ids: text[n], raw ids
        """
        return cls("user", source.user or "", ids)

    def found_in(self, ids: np.ndarray) -> float:
        """Which share of the known ids is among others, object[n] of str.

        Args:
            ids: text[n], raw ids
        """
        return float(pd.Index(self.ids).isin(ids).mean()) if len(self.ids) else 0.0

    @property
    def whose(self) -> str:
        """Whose ids, in words."""
        return "items that were rated" if self.role == "item" else "users who rated"


@dataclass(frozen=True, eq=False)
class _Candidate:
    column: Column
    ids: np.ndarray
    share: float

    @property
    def repeats(self) -> bool:
        return bool(pd.Series(self.ids).duplicated().any())


_BETTER: tuple[Callable[[_Candidate, str], bool], ...] = (
    lambda one, role: not one.column.unnamed,
    lambda one, role: not one.repeats,
    lambda one, role: role in roles.claims(one.column.name),
)


def ids_of(column: pa.ChunkedArray) -> np.ndarray:
    """A column of ids as it is compared with others, object[n] of str.

    Args:
        column: the cells, as text
    """
    whole = without_point_zero(column)
    ids: np.ndarray = (column if whole is None else whole).to_numpy()
    return ids


def id_column(file: Location, table: TextTable, known: Known) -> tuple[str, float]:
    """The column of ids, and which share of the known ids is in it.

    The column called as that of the ratings, unless it has none of the ids, or another has half of them
    and this has not; else the one that has most.

    Args:
        file: where the table is
        table: the columns, as text
        known: the ids that the ratings have

    Raises:
        DataError: where that is less than half, and where two have as many
    """
    candidates = [
        _candidate(Column(name, place, column), known)
        for place, (name, column) in enumerate(table.columns.items(), start=1)
    ]
    best = max((candidate.share for candidate in candidates), default=0.0)
    for candidate in candidates:
        name = candidate.column.name
        alike = roles.plain(name) == roles.plain(known.column) and not candidate.column.unnamed
        if alike and (candidate.share >= _LOW or best < _LOW) and candidate.share > 0:
            return name, candidate.share
    if best < _LOW:
        raise _none(file, candidates, known)
    near = [one for one in candidates if one.share >= max(best - _NEAR, _LOW)]
    if best == 1:
        near = [one for one in near if one.share == 1]
    for better in _BETTER:
        near = [one for one in near if better(one, known.role)] or near
    if any((one.ids != near[0].ids).any() for one in near[1:]):
        raise _several(file, near, known)
    return near[0].column.name, near[0].share


def _candidate(column: Column, known: Known) -> _Candidate:
    ids = ids_of(column.whole)
    return _Candidate(column, ids, known.found_in(ids))


def _none(file: Location, candidates: list[_Candidate], known: Known) -> errors.DataError:
    ordered = sorted(candidates, key=lambda one: -one.share)
    if not ordered:
        return errors.DataError(f"{file}: has no column.")
    return errors.DataError(
        f"{file}: no column has the ids of the {known.whose}, such as "
        f"{', '.join(known.ids[:3])}. Of these {len(known.ids):,} ids there are in column\n"
        f"{_listed(ordered)}\nIs it the right file? If so, say which column: {_say(known, 'NAME')}"
    )


def _several(file: Location, candidates: list[_Candidate], known: Known) -> errors.DataError:
    return errors.DataError(
        f"{file}: which column has the ids of the {known.whose}? Of the {len(known.ids):,} ids there "
        f"are in column\n{_listed(candidates)}\nSay which: {_say(known, candidates[0].column.name)}"
    )


def _listed(candidates: list[_Candidate]) -> str:
    return errors.first_ten(
        [f"{one.column.described}: {share(one.share)} of them" for one in candidates]
    )


def _say(known: Known, name: str) -> str:
    table = f"{known.role}s"
    return (
        f'`{table}_id="{name}"` where it is read, '
        f'id = "{name}" under [{table}] in its dataset.toml.'
    )


def share(of_all: float) -> str:
    """A share in per cent, not rounded up to all nor down to nothing.

    Args:
        of_all: the share of all of them

    >>> share(1.0), share(0.9999), share(0.5), share(0.0001), share(0.0)
    ('100%', '99.9%', '50%', '0.1%', '0%')
    """
    percent = 100 * of_all
    if 0 < percent < 100:
        percent = min(max(round(percent, 1), 0.1), 99.9)
    return f"{percent:g}%"
