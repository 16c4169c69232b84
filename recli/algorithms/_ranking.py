"""Ranked lists out of the whole catalogue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli import errors, memory
from recli.algorithms._base import Algorithm
from recli.data.trainset import Trainset

_CHUNK_BYTES = 64 << 20
_PAIR_BYTES = 64
"""What ranking holds at most for each user and item of a chunk: scores, what they are made of, and
copies. Measured for every algorithm, from 18 (svd) to 63 (knn-with-zscore)."""


@dataclass(frozen=True, eq=False)
class Rankings:
    """The best items for some users, best first.

    items: int32[n_users, n], codes; -1 where the catalogue ends before the list does
    scores: float64[n_users, n], what the items are ranked by; NaN beside -1
    """

    items: np.ndarray
    scores: np.ndarray


def rank(
    algorithm: Algorithm,
    trainset: Trainset,
    users: np.ndarray,
    n: int,
    exclude_seen: bool = True,
    memory_limit: int | None = None,
) -> Rankings:
    """The `n` items of the catalogue that score highest for each of `users` (codes, int[n_users]).

    `exclude_seen` leaves out what a user has in the trainset. Of equal scores the smaller item code,
    that is the smaller id, goes first.

    Users are scored in chunks of at most 64 MiB of scores, and of what fits into `memory_limit`
    bytes with all that is made on the way; the fitted algorithm is not counted. None is half of the
    free memory. Raises UsageError if the limit is too small for a single user.
    """
    n_catalogue = trainset.n_catalogue
    chunk = _chunk(len(users), n_catalogue, n, memory_limit)
    items = np.full((len(users), n), -1, np.int32)
    scores = np.full((len(users), n), np.nan)
    for start in range(0, len(users), chunk):
        inner = trainset.inner_users[users[start : start + chunk]]
        by_code = algorithm.score_users(inner)[:, trainset.inner_items]
        if exclude_seen:
            for row, user in enumerate(inner):
                if user >= 0:
                    by_code[row, trainset.item_codes[trainset.rated(user)]] = -np.inf
        rows, places, best = _best(by_code, min(n, n_catalogue))
        items[start + rows, places] = best
        scores[start + rows, places] = by_code[rows, best]
    return Rankings(items, scores)


def _chunk(n_users: int, n_catalogue: int, n: int, limit: int | None) -> int:
    """How many users may be scored at once."""
    limit = memory.available() // 2 if limit is None else limit
    lists, one = 12 * n_users * n, _PAIR_BYTES * n_catalogue
    if lists + one > limit:
        raise errors.UsageError(
            f"To rank {n_catalogue:,} items for {n_users:,} users, the best {n:,} each, takes at least "
            f"{memory.shown(lists + one)}, the limit is {memory.shown(limit)}. Ask for shorter lists "
            "or raise '--memory-limit'."
        )
    return min((limit - lists) // one, max(1, _CHUNK_BYTES // (8 * n_catalogue)))


def _best(scores: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The `n` largest scores of each row as (row, place in the list, column); -inf is left out.

    scores: float64[n_rows, n_columns]. Of equal scores the smaller column goes first.
    """
    if n <= 0:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
    edge = scores.shape[1] - n
    threshold = np.partition(scores, edge, axis=1)[:, edge, None]
    # All that are as good as the n-th; ties at the edge may make it more than n.
    rows, columns = np.nonzero((scores >= threshold) & (scores > -np.inf))
    order = np.lexsort((columns, -scores[rows, columns], rows))
    rows, columns = rows[order], columns[order]
    places = np.arange(len(rows)) - np.searchsorted(rows, rows)
    kept = places < n
    return rows[kept], places[kept], columns[kept]
