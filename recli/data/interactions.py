"""Rows that say that something happened: a view, a purchase, a number of plays."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from recli import errors
from recli.data.columns.numbers import NOT_COMPUTABLE, computable, numbers
from recli.data.dataset import Dataset, InteractionKind
from recli.data.description import RatingsSource
from recli.data.formats._base import TextTable
from recli.data.ratings import Ratings
from recli.data.sources.location import Location

_SHOWN = 8


def check_options(given: Mapping[str, Any], duplicates: str) -> None:
    """Raise UsageError for what only ratings have: a scale, several ratings of a pair to choose from.

    Args:
        given: fields of a `RatingsSource` that were set for these data, None for one that was not
        duplicates: what becomes of repeated pairs of user and item: `error`, `first`, `last`,
            `mean` or `keep`
    """
    if given.get("rating") is not None and given.get("implicit"):
        raise errors.UsageError(
            f'`rating="{given["rating"]}"` is for ratings, and `implicit=True` says that rows are '
            'interactions. Leave one of them out, or let the column weigh them: `weight="NAME"`.'
        )
    if given.get("scale") is not None:
        raise errors.UsageError(
            "`scale` is for ratings: interactions have weights, which are not on a scale. Leave it out."
        )
    if duplicates not in ("error", "keep"):
        raise errors.UsageError(
            f'`duplicates="{duplicates}"` is for ratings: interactions that repeat a pair of user and '
            "item add up. Leave it out."
        )


def of_rows(source: RatingsSource) -> RatingsSource:
    """`source` without what only ratings have, where it is of interactions.

    Args:
        source: how the table is read, and which column is what
    """
    return dataclasses.replace(source, rating=None, scale=None) if source.implicit else source


def kinds(file: Location, table: TextTable, source: RatingsSource) -> tuple[InteractionKind, ...]:
    """The kinds of interaction in a table, the most frequent first; each weighs 1 unless it says.

    Args:
        file: where the table is
        table: the columns, as text
        source: how the table is read, and which column is what

    Raises:
        DataError: where weights are given and a kind has none, or there is no column of kinds
    """
    if source.event is None:
        if source.weights:
            raise errors.DataError(
                f"{file}: kinds of interaction have weights, and no column says which kind a row is. "
                'Name it with `event="NAME"`.'
            )
        return ()
    counts = pa.compute.value_counts(_names(table, source.event)).to_pylist()
    return kinds_of(file, {one["values"]: one["counts"] for one in counts}, source)


def kinds_of(
    file: Location, counts: Mapping[str, int], source: RatingsSource
) -> tuple[InteractionKind, ...]:
    """The kinds of interaction of which there are so many rows, see `kinds`.

    Args:
        file: where the table is
        counts: the rows of each kind
        source: how the table is read, and which column is what

    Raises:
        DataError: where weights are given and a kind has none
    """
    weights = source.weights
    found = [
        InteractionKind(name, n, 1.0 if weights is None else weights.get(name, -1))
        for name, n in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]
    unweighed = [kind for kind in found if kind.weight < 0]
    if unweighed:
        named = {**(weights or {}), **{kind.name: 1.0 for kind in unweighed}}
        option = ", ".join(f'"{name}": {weight:g}' for name, weight in list(named.items())[:_SHOWN])
        raise errors.DataError(
            f"{file}: no weight is given for {listed(unweighed)}. The kinds of interaction in column "
            f"'{source.event}', with their rows, are {listed(found)}. Give each a weight, 0 to leave "
            f"it out, as in `weights={{{option}}}`."
        )
    return tuple(found)


def listed(some: Iterable[InteractionKind]) -> str:
    """Kinds with their rows, eight of them at most.

    Args:
        some: kinds of interaction
    """
    found = list(some)
    more = f" and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
    return ", ".join(f"{kind.name} ({kind.rows:,})" for kind in found[:_SHOWN]) + more


def weights(
    table: TextTable, source: RatingsSource, of_kind: Iterable[InteractionKind]
) -> tuple[np.ndarray, np.ndarray, Callable[[int], str]]:
    """What each row weighs, float64[n]: its count times the weight of its kind; and what is no count.

    The second, bool[n], is true where the column of counts holds no number above 0; the third says
    what is wrong with such a row. A row of a kind that weighs 0 weighs 0.

    Args:
        table: the columns, as text
        source: how the table is read, and which column is what
        of_kind: kinds of interaction
    """
    found = np.ones(len(table))
    wrong = np.zeros(len(table), bool)
    column = None
    if source.weight is not None:
        column = table.columns[source.weight]
        found = numbers(column, source.decimal)
        wrong = ~(computable(found) & (found > 0))
    if source.event is not None:
        encoded = _names(table, source.event).combine_chunks().dictionary_encode()
        weight_of = {kind.name: kind.weight for kind in of_kind}
        by_code = np.array([weight_of[name] for name in encoded.dictionary.to_pylist()])
        found = found * by_code[encoded.indices.to_numpy()]
        wrong |= ~computable(found)

    def reason(row: int) -> str:
        text = str(found[row]) if column is None else column[row].as_py()
        if not text.strip():
            return "the weight is empty"
        if found[row] <= 0:
            return f"weight {text.strip()} is not above 0: a return, or nothing that happened?"
        if np.isfinite(found[row]):
            return f"weight {text.strip()} {NOT_COMPUTABLE}"
        return f"weight {text.strip()!r} is not a finite number"

    return found, wrong, reason


def with_pairs_once(dataset: Dataset) -> Dataset:
    """The dataset with its interactions `added_up`; how many rows that took is in `merged`.

    Args:
        dataset: the ratings, and what is known of items and users
    """
    ratings = added_up(dataset.ratings)
    merged = len(dataset.ratings) - len(ratings)
    return dataclasses.replace(dataset, ratings=ratings, merged=merged)


def added_up(ratings: Ratings) -> Ratings:
    """Interactions with each pair of user and item once, in the order in which pairs first appear.

    The weights of a pair are summed; of its times the last is in `times`, the first in `first_times`.

    Args:
        ratings: the ratings or interactions
    """
    pairs = ratings.pairs
    pair, distinct = pd.factorize(pairs)
    first = np.empty(len(distinct), np.int64)
    first[pair[::-1]] = np.arange(len(pair) - 1, -1, -1)  # of equal ones the last written stays
    added = ratings.part(first)
    weights = np.bincount(pair, ratings.values)
    times, first_times = added.times, None
    if ratings.times is not None:
        times, first_times = ratings.times[first], ratings.times[first]
        np.maximum.at(times, pair, ratings.times)
        np.minimum.at(first_times, pair, ratings.times)
    return dataclasses.replace(
        added,
        values=weights,
        times=times,
        first_times=first_times,
        scale=(float(weights.min()), float(weights.max())),
    )


def _names(table: TextTable, event: str) -> pa.ChunkedArray:
    return pa.compute.utf8_trim_whitespace(table.columns[event])
