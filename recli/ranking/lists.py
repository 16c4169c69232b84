"""From a fitted model to ranked lists, some users at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from recli.algorithms import best, scored
from recli.data.tie_order import TieOrder
from recli.models.model import FittedModel
from recli.ranking import by_index, by_norm
from recli.ranking.lower_bound import sorted_by
from recli.ranking.ranked_lists import RankedLists
from recli.ranking.request import Request

_LONGER = 8


def recommend(
    model: FittedModel, request: Request, memory_limit: int | None = None, threads: int = 1
) -> Iterator[RankedLists]:
    """The lists that are asked for, in the order of the request's users, some users at a time.

    However many users there are, only the lists of some are held. Of a large catalogue, not all items
    are scored where the lists are the same without, see `by_norm`, or where the model has an index, by
    which a list may lack an item, see `by_index`. Raises as `with_scores` does.

    Args:
        model: a fitted model
        request: the request, as it came
        memory_limit: the most memory that scores may take, bytes; None is a share of what is free
        threads: how many threads score
    """
    if by_index.can_search(model, request) or by_norm.can_search(model, request):
        return _searched(model, request, memory_limit, threads)
    return (lists for lists, _ in with_scores(model, request, memory_limit, threads))


def _searched(
    model: FittedModel, request: Request, memory_limit: int | None, threads: int
) -> Iterator[RankedLists]:
    if request.exclude_seen and len(request.users) > 1:
        model.trainset.by_user  # noqa: B018, grouped once; a single user's ratings are looked for
    for start in range(0, len(request.users), by_norm.USERS):
        some = replace(request, users=request.users[start : start + by_norm.USERS])
        searched = by_index.searched if by_index.can_search(model, some) else by_norm.searched
        lists = searched(model, some)
        missing = lists.items[:, -1] < 0
        if request.rerankers:
            lists = replace(_reranked(lists, some), plain=lists.cut(some.n))
            missing |= lists.items[:, -1] < 0
        rows, at = np.flatnonzero(missing), 0
        all_scored = with_scores(
            model, replace(some, users=some.users[rows]), memory_limit, threads
        )
        for exact, _ in all_scored if len(rows) else ():
            places = rows[at : at + len(exact.users)]
            lists.put(places, exact)
            at += len(places)
        yield lists


def with_scores(
    model: FittedModel,
    request: Request,
    memory_limit: int | None = None,
    threads: int = 1,
    held: int = 0,
) -> Iterator[tuple[RankedLists, np.ndarray]]:
    """The one maker of lists: those that users get, and those that are evaluated.

    Args:
        model: The fitted model.
        request: Who gets how many of which items, and how they are re-ranked.
        memory_limit: Bytes, see `scored`.
        threads: How many chunks may be scored at once, see `scored`.
        held: How many places of each user's list the caller holds; 0 if not the lists of all.

    Yields:
        The lists of some users, in the order of the request's, and the scores that they are made of:
        float64[n_some, n_catalogue] by inner id, -inf for what is no candidate. The order of equal
        scores is drawn by the model's seed, see `TieOrder`.

    Raises:
        UsageError: At the call, if the limit is too small for a single user; when the first lists are
            taken, if the model cannot sort as it is asked to.
    """
    chunks = scored(
        sorted_by(model.algorithm, request.sort),
        model.trainset,
        request.users,
        held,
        request.exclude_seen,
        memory_limit,
        request.candidates,
        threads,
        request.withheld,
    )
    codes = model.trainset.item_codes
    order = TieOrder.of(model.trainset.ratings, request.users, model.seed).by(codes)

    def ranked(start: int, scores: np.ndarray) -> RankedLists:
        rows = slice(start, start + len(scores))
        return lists_of_scores(request.users[rows], scores, codes, order.part(rows), request)

    return ((ranked(start, scores), scores) for start, scores in chunks)


def lists_of_scores(
    users: np.ndarray, scores: np.ndarray, codes: np.ndarray, order: TieOrder, request: Request
) -> RankedLists:
    """The lists of `users` by `scores`.

    Args:
        users: int32[n_users], codes of users
        scores: float64[n_users, n_catalogue], -inf for what may not be recommended
        codes: int32[n_catalogue], the code of the item of each column
        order: the order of equal scores, of these users and columns
        request: the request, as it came
    """
    n_catalogue = scores.shape[1]
    pool = request.pool(n_catalogue)
    best_ones = _best(users, scores, pool, codes, order)
    if not request.rerankers:
        return best_ones
    lists = _reranked(best_ones, request)
    n_candidates = np.count_nonzero(scores > -np.inf, axis=1)
    while len(short := np.flatnonzero((lists.items[:, -1] < 0) & (n_candidates > pool))):
        pool = min(_LONGER * pool, n_catalogue)
        best_of_short = _best(users[short], scores[short], pool, codes, order.part(short))
        longer = _reranked(best_of_short, request)
        lists.items[short], lists.scores[short] = longer.items, longer.scores
    return replace(lists, plain=best_ones.cut(request.n))


def _best(
    users: np.ndarray, scores: np.ndarray, n: int, codes: np.ndarray, order: TieOrder
) -> RankedLists:
    rows, places, found = best(scores, n, order)
    items = np.full((len(users), n), -1, np.int32)
    values = np.full((len(users), n), np.nan)
    items[rows, places] = codes[found]
    values[rows, places] = scores[rows, found]
    return RankedLists(users, items, values)


def _reranked(lists: RankedLists, request: Request) -> RankedLists:
    for reranker in request.rerankers:
        lists = reranker(lists, request.n)
    return lists.cut(request.n)
