"""Exact lists by inner products, without the scores of all items.

An inner product is at most the product of the two norms. So items are gone through from the largest norm
on, and where the next one's, times the user's, is less than the last score of the list, none that follows
can be in it. Factors of preferences have norms that differ much, since what few users like stays near
zero: experiments/large_catalogue.py tells how few items are scored. Where norms are alike, all would be,
and the search gives up early.

Source: Teflioudi and Gemulla, Exact and approximate maximum inner product search with LEMP, TODS 2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recli.algorithms import best, excluded
from recli.algorithms._contract.catalogue import unknown_alike
from recli.algorithms._shared.blas import ONE_THREAD_OF_BLAS
from recli.data.tie_order import TieOrder
from recli.ranking.ranked_lists import RankedLists

if TYPE_CHECKING:
    from recli.models.model import FittedModel
    from recli.ranking.request import Request

FROM_ITEMS = 20_000
"""The smallest catalogue that is searched; of fewer items, all are as soon scored."""
USERS = 64
"""How many are searched for at a time."""
_MANY = 16  # users, for whom it pays to put the items in order
_BLOCK = 2048  # items; each block has as many as all before it
_SHARE = 8  # one in so many items is looked at before a search gives up
_RISE = 1.5  # times: what a last score may become of the first block's
_ROUNDING = 1e-9  # relative, far above that of a product and far below what matters


def prepare(model: FittedModel) -> None:
    """Have the items in order before single users are searched for, one after another.

    Args:
        model: a fitted model
    """
    if _is_large(model) and model.algorithm.scores_by_products:
        model.by_norm  # noqa: B018, made once


def can_search(model: FittedModel, request: Request) -> bool:
    """Whether lists are by scores that are products, of a large catalogue that is in order.

    Args:
        model: a fitted model
        request: who gets how many of which items
    """
    if "by_norm" not in vars(model) and len(request.users) < _MANY:
        return False  # all scores of a user are sooner made
    short = request.pool(model.trainset.n_catalogue) * _SHARE <= model.trainset.n_catalogue
    by_score = request.sort == "score" and model.algorithm.scores_by_products
    return _is_large(model) and by_score and short


def _is_large(model: FittedModel) -> bool:
    return model.trainset.n_catalogue >= FROM_ITEMS


def searched(model: FittedModel, request: Request) -> RankedLists:
    """The best items for users, without re-ranking: those that the scores of all items would give.

    Args:
        model: a fitted model
        request: who gets how many of which items

    Returns:
        Lists with as many places as the re-rankers need, which are full or, where the search has been
        given up, empty.
    """
    trainset, n_users = model.trainset, len(request.users)
    pool, ordered = request.pool(trainset.n_catalogue), model.by_norm
    vectors, offsets = model.algorithm.user_vectors(
        unknown_alike(trainset.inner_users[request.users])
    )
    lengths = np.linalg.norm(vectors, axis=1) * (1 + _ROUNDING)
    rows, left_out = excluded(trainset, request.users, request.exclude_seen, request.withheld)
    places = ordered.place[left_out]
    order = TieOrder.of(trainset.ratings, request.users, model.seed)
    held = _Held(np.full((n_users, pool), -1, np.int64), np.full((n_users, pool), -np.inf))
    done, waiting = np.zeros(n_users, bool), np.flatnonzero(~np.isnan(lengths))
    start, most = 0, (len(ordered.items) - 1) // _SHARE
    while len(waiting) and start < most:
        stop = min(2 * start or _BLOCK, len(ordered.items))
        codes = trainset.item_codes[ordered.items[start:stop]]
        with ONE_THREAD_OF_BLAS:
            scores = vectors[waiting] @ ordered.vectors(start, stop).T
        row_of = np.full(n_users, -1)
        row_of[waiting] = np.arange(len(waiting))
        here = (places >= start) & (places < stop) & (row_of[rows] >= 0)
        scores[row_of[rows[here]], places[here] - start] = -np.inf
        if request.candidates is not None:
            scores[:, ~request.candidates[codes]] = -np.inf
        held.take(waiting, codes, scores, order)
        rest = ordered.norms[stop] if stop < len(ordered.items) else -np.inf
        last = held.scores[waiting, -1]
        full = last > lengths[waiting] * rest
        done[waiting[full]] = True
        # The last score will rise, but not as far as it would have to.
        hopeless = np.isfinite(last) & (_RISE * last < lengths[waiting] * ordered.norms[most])
        waiting, start = waiting[~(full | hopeless)], stop
    items = np.where(done[:, None], held.codes, -1).astype(np.int32)
    return RankedLists(
        request.users, items, np.where(done[:, None], held.scores + offsets[:, None], np.nan)
    )


@dataclass(frozen=True, eq=False)
class _Held:
    """The best so far.

    Attributes:
        codes: int64[n_users, n], of items; -1 where there is none
        scores: float64[n_users, n], -inf beside -1
    """

    codes: np.ndarray
    scores: np.ndarray

    def take(
        self, users: np.ndarray, codes: np.ndarray, scores: np.ndarray, order: TieOrder
    ) -> None:
        """Have the best of some users' scores among those held; float64[n_users, n_codes]."""
        n = self.codes.shape[1]
        own = TieOrder(order.rows[users], order.columns[codes])
        rows, at, columns = best(scores, min(n, len(codes)), own)
        found = np.full((len(users), n), -1, np.int64)
        values = np.full((len(users), n), -np.inf)
        found[rows, at], values[rows, at] = codes[columns], scores[rows, columns]
        found = np.concatenate([self.codes[users], found], axis=1)
        values = np.concatenate([self.scores[users], values], axis=1)
        draws = order.draws(users[:, None], found)
        first = np.lexsort((draws, -values), axis=-1)[:, :n]
        self.codes[users] = np.take_along_axis(found, first, axis=1)
        self.scores[users] = np.take_along_axis(values, first, axis=1)
