"""Ranked lists out of the whole catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recli.algorithms._base import Algorithm
from recli.data.trainset import Trainset

_CHUNK_BYTES = 4 << 20  # of scores: with their copies they fit in a core's cache
_LEAST = -np.finfo(np.float64).max


@dataclass(frozen=True, eq=False)
class Rankings:
    """The best items for some users, best first.

    items: int32[n_users, n], codes; -1 where the catalogue ends before the list does
    scores: float64[n_users, n], what the items are ranked by; NaN beside -1
    """

    items: np.ndarray
    scores: np.ndarray


def rank(
    algorithm: Algorithm, trainset: Trainset, users: np.ndarray, n: int, exclude_seen: bool = True
) -> Rankings:
    """The `n` items of the catalogue that score highest for each of `users` (codes, int[n_users]).

    `exclude_seen` leaves out what a user has in the trainset. Of equal scores the smaller item code,
    that is the smaller id, goes first.
    """
    items = np.full((len(users), n), -1, np.int32)
    scores = np.full((len(users), n), np.nan)
    for start, by_code in scored(algorithm, trainset, users, exclude_seen):
        rows, places, best_items = best(by_code, min(n, trainset.n_catalogue))
        items[start + rows, places] = best_items
        scores[start + rows, places] = by_code[rows, best_items]
    return Rankings(items, scores)


def scored(
    algorithm: Algorithm, trainset: Trainset, users: np.ndarray, exclude_seen: bool = True
) -> Iterator[tuple[int, np.ndarray]]:
    """The scores of the catalogue for `users`, some users at a time, so that they stay in the cache.

    Yields the place of the first of them in `users`, and float64[n, n_catalogue] by item code, with
    -inf for what is excluded.
    """
    chunk = max(1, _CHUNK_BYTES // (8 * trainset.n_catalogue))
    for start in range(0, len(users), chunk):
        inner = trainset.inner_users[users[start : start + chunk]]
        by_code = np.take(algorithm.score_users(inner), trainset.inner_items, axis=1)
        if exclude_seen:
            seen = [trainset.rated(user) if user >= 0 else trainset.items[:0] for user in inner]
            rows = np.repeat(np.arange(len(inner)), [len(items) for items in seen])
            by_code[rows, trainset.item_codes[np.concatenate(seen)]] = -np.inf
        yield start, by_code


def best(scores: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The `n` largest scores of each row as (row, place in the list, column); -inf is left out.

    scores: float64[n_rows, n_columns]. Of equal scores the smaller column goes first.
    """
    if n <= 0:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
    n_columns = scores.shape[1]
    threshold = np.partition(scores, n_columns - n, axis=1)[:, n_columns - n, None]
    # All that are as good as the n-th; ties at the edge may make it more than n.
    found = np.flatnonzero(scores >= np.maximum(threshold, _LEAST))
    rows, columns = np.divmod(found, n_columns)
    order = np.lexsort((columns, -scores[rows, columns], rows))
    rows, columns = rows[order], columns[order]
    places = np.arange(len(rows)) - np.searchsorted(rows, rows)
    kept = places < n
    return rows[kept], places[kept], columns[kept]
