"""Ranked lists out of the whole catalogue."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from recli import errors, kernels, memory
from recli.algorithms._base import Algorithm
from recli.algorithms._shared.blas import ONE_THREAD_OF_BLAS
from recli.data.tie_order import TieOrder
from recli.data.trainset import Trainset
from recli.kernels.csr import ranges

_CHUNK_BYTES = 1 << 20  # of scores: with their copies they stay in a core's cache
_CHUNK_USERS = 64  # at least, where the catalogue is large: what is done once a chunk counts too
_ITEM_BY_ITEM_USERS = 1024  # at least, where much is done once a chunk
_PAIR_BYTES = 64
"""What ranking holds at most for each user and item of a chunk: scores, what they are made of, and
copies. Measured for every algorithm, from 18 (svd) to 63 (knn-with-zscore)."""
_SHORT = 128  # places of a list that is kept in order while the scores are read
_LEAST = -np.finfo(np.float64).max


@dataclass(frozen=True, eq=False)
class Rankings:
    """The best items for some users, best first.

    Attributes:
        items: int32[n_users, n], codes; -1 where the catalogue ends before the list does.
        scores: float64[n_users, n], what the items are ranked by; NaN beside -1.
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
    seed: int = 0,
) -> Rankings:
    """The items of the catalogue that score highest for each user.

    Args:
        algorithm: Fitted on `trainset`.
        trainset: Whose catalogue is ranked.
        users: int[n_users], codes.
        n: Items in a list.
        exclude_seen: Whether to leave out what a user has in the trainset.
        memory_limit: In bytes, as for `scored`.
        seed: What the order of equal scores is drawn by, see `TieOrder`.

    Returns:
        The lists, in the order of `users`.

    Raises:
        UsageError: As `scored`.
    """
    chunks = scored(algorithm, trainset, users, n, exclude_seen, memory_limit)
    order = TieOrder.of(trainset.ratings, users, seed).by(trainset.item_codes)
    items = np.full((len(users), n), -1, np.int32)
    scores = np.full((len(users), n), np.nan)
    for start, some in chunks:
        own = order.part(slice(start, start + len(some)))
        rows, places, best_items = best(some, min(n, trainset.n_catalogue), own)
        items[start + rows, places] = trainset.item_codes[best_items]
        scores[start + rows, places] = some[rows, best_items]
    return Rankings(items, scores)


def scored(
    algorithm: Algorithm,
    trainset: Trainset,
    users: np.ndarray,
    n: int,
    exclude_seen: bool = True,
    memory_limit: int | None = None,
    candidates: np.ndarray | None = None,
    threads: int = 1,
    withheld: np.ndarray | None = None,
) -> Iterator[tuple[int, np.ndarray]]:
    """The scores of the catalogue, some users at a time.

    A chunk stays in a core's cache, unless the algorithm goes item by item. Then a chunk takes long, and
    several threads score one each, if these fit, which changes no score.

    Args:
        algorithm: Fitted on `trainset`.
        trainset: Whose catalogue is scored.
        users: int[n_users], codes.
        n: Items in a list to be made of the scores; 0 for a caller that does not hold all lists.
        exclude_seen: Whether to exclude what a user has rated.
        memory_limit: Bytes that lists and chunks may take with all that is made on the way, the fitted
            algorithm not counted. None is half of the free memory.
        candidates: bool[n_catalogue]; all other items are excluded. None: there are no others.
        threads: At most so many, where the algorithm goes item by item.
        withheld: Items that are excluded for single users, as `Dataset.withheld` has them; None: there
            are none.

    Returns:
        Pairs of where a chunk begins in `users`, and float64[n_chunk, n_catalogue] by inner id, with
        -inf for what is excluded. They are not brought into the order of item codes: that would take
        longer than the rest of a ranking.

    Raises:
        UsageError: At the call, if the limit is too small for a single user.
    """
    at_once = _ITEM_BY_ITEM_USERS if algorithm.item_by_item else _CHUNK_USERS
    at_once = max(at_once, _CHUNK_BYTES // (8 * trainset.n_catalogue))
    fitting = _fitting(len(users), trainset.n_catalogue, n, memory_limit)
    if not algorithm.item_by_item or fitting < (threads + 1) * at_once:  # the caller holds one, too
        threads = 1
    rounds = math.ceil(len(users) / (threads * at_once))
    even = math.ceil(len(users) / (threads * max(1, rounds)))  # no thread waits for another's last
    chunk = max(1, min(fitting, at_once if threads == 1 else even))
    if exclude_seen and len(users) > 1:
        trainset.by_user  # noqa: B018, grouped once; a single user's ratings are looked for
    starts = range(0, len(users), chunk)

    def scores(start: int) -> np.ndarray:
        some = users[start : start + chunk]
        return _scores(algorithm, trainset, some, exclude_seen, candidates, withheld)

    if threads == 1 or len(starts) <= 1:
        return ((start, scores(start)) for start in starts)
    return _ahead(scores, starts, threads)


def _ahead(
    scores: Callable[[int], np.ndarray], starts: Sequence[int], threads: int
) -> Iterator[tuple[int, np.ndarray]]:
    """Each start and its scores in order, while threads make those of the starts that follow."""
    coming: deque[tuple[int, Future[np.ndarray]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for start in starts:
                coming.append((start, pool.submit(scores, start)))
                if len(coming) > threads:
                    first, made = coming.popleft()
                    yield first, made.result()
            for first, made in coming:
                yield first, made.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _scores(
    algorithm: Algorithm,
    trainset: Trainset,
    users: np.ndarray,
    exclude_seen: bool,
    candidates: np.ndarray | None,
    withheld: np.ndarray | None,
) -> np.ndarray:
    """Those of one chunk, see `scored`."""
    inner = trainset.inner_users[users]
    with ONE_THREAD_OF_BLAS:
        scores = algorithm.score_users(inner)
    scores[excluded(trainset, users, exclude_seen, withheld)] = -np.inf
    if candidates is not None:
        scores[:, ~candidates[trainset.item_codes]] = -np.inf
    return scores


def excluded(
    trainset: Trainset, users: np.ndarray, exclude_seen: bool, withheld: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """What is left out for single users, as `scored` has it.

    Args:
        trainset: Whose users and catalogue these are.
        users: int[n_users], codes.
        exclude_seen: Whether what a user has rated is.
        withheld: As for `scored`.

    Returns:
        Places among `users`, int64[n], and inner ids of items, int32[n]; a pair may be there twice.
    """
    rows, items = np.empty(0, np.int64), np.empty(0, np.int32)
    if exclude_seen:
        rows, items = trainset.rated_by(trainset.inner_users[users])
    if withheld is not None and len(withheld):
        firsts = users.astype(np.int64) * trainset.n_catalogue
        starts, ends = np.searchsorted(withheld, [firsts, firsts + trainset.n_catalogue])
        own_rows, places = ranges(starts, ends)
        own = trainset.inner_items[withheld[places] - firsts[own_rows]]
        rows, items = np.append(rows, own_rows), np.append(items, own)
    return rows, items


def _fitting(n_users: int, n_catalogue: int, n: int, limit: int | None) -> int:
    """How many users may be scored at once within the limit, besides the lists of all."""
    limit = memory.available() // 2 if limit is None else limit
    lists, one = 12 * n_users * n, _PAIR_BYTES * n_catalogue
    if lists + one > limit:
        whose = f"for {n_users:,} users, the best {n:,} each," if n else "for one user"
        shorter = "Ask for shorter lists or raise" if n else "Raise"
        raise errors.UsageError(
            f"To rank {n_catalogue:,} items {whose} takes at least {memory.shown(lists + one)}, the "
            f"limit is {memory.shown(limit)}. {shorter} `memory_limit`."
        )
    return (limit - lists) // one


def best(scores: np.ndarray, n: int, order: TieOrder) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The largest scores of each row; -inf is left out.

    Args:
        scores: float64[n_rows, n_columns].
        n: How many of a row.
        order: That of equal scores.

    Returns:
        Row, place in the list and column of each, int64[n_found].
    """
    if n <= 0:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
    if len(scores) > 1 and n <= _SHORT:
        found = kernels.top.best(scores, n, order.rows, order.columns)
        rows, places = np.nonzero(found >= 0)
        return rows, places, found[rows, places]
    # For a single row, numba is not worth loading.
    n_columns = scores.shape[1]
    threshold = np.partition(scores, n_columns - n, axis=1)[:, n_columns - n, None]
    # All that are as good as the n-th; ties at the edge may make it more than n.
    found = np.flatnonzero(scores >= np.maximum(threshold, _LEAST))
    rows, columns = np.divmod(found, n_columns)
    by_score = np.lexsort((order.draws(rows, columns), -scores[rows, columns], rows))
    rows, columns = rows[by_score], columns[by_score]
    places = np.arange(len(rows)) - np.searchsorted(rows, rows)
    kept = places < n
    return rows[kept], places[kept], columns[kept]
