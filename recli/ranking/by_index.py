"""Lists of a large catalogue by the index of a model: of few items the scores are made, not of all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recli.algorithms import excluded
from recli.algorithms._contract.catalogue import unknown_alike
from recli.data.tie_order import TieOrder
from recli.models.model import FittedModel
from recli.ranking.ranked_lists import RankedLists

if TYPE_CHECKING:
    from recli.ranking.request import Request

MOST = 4096
"""Candidates of a user. Where it takes more, to score all items is sooner done."""
_SPARE = (
    2  # candidates for each that is needed: the last of those that are found are the least sure
)
_WIDER = 4  # times as many are asked for where filters have left too few
_NUMBERS = 1 << 22  # of vectors of candidates at a time: 32 MiB


def can_search(model: FittedModel, request: Request) -> bool:
    """Whether there is an index, and lists are short enough and by score.

    Args:
        model: a fitted model
        request: who gets how many of which items
    """
    short = _SPARE * request.pool(model.trainset.n_catalogue) <= MOST
    return model.index is not None and request.sort == "score" and short


def searched(model: FittedModel, request: Request) -> RankedLists:
    """The best items for users, without re-ranking.

    A list may lack an item that is not found. What is found has the score that it always has, equal
    scores are in the same order, and what may not be recommended is not in it.

    Args:
        model: a model with an index
        request: who gets how many of which items

    Returns:
        Lists with as many places as the re-rankers need. One that is not full is not made: the scores
        of the user are no products, or filters have left too few of what is found.
    """
    assert model.index is not None
    candidates = _Candidates.of(model, request)
    pool, n_users = request.pool(model.trainset.n_catalogue), len(request.users)
    lists = RankedLists(
        request.users, np.full((n_users, pool), -1, np.int32), np.full((n_users, pool), np.nan)
    )
    asked = candidates.needed(pool, model.index.depth)
    while len(waiting := np.flatnonzero(asked <= MOST)):
        n = int(asked[waiting].min())
        rows = waiting[asked[waiting] == n]
        at_once = max(1, _NUMBERS // (n * candidates.vectors.shape[1]))
        for some in np.split(rows, range(at_once, len(rows), at_once)):
            found = model.index.searched.nearest(candidates.vectors[some], n)
            candidates.fill(lists, some, found)
        full = lists.items[rows, -1] >= 0
        asked[rows] = np.where(full, MOST + 1, _WIDER * n)
    return lists


@dataclass(frozen=True, eq=False)
class _Candidates:
    """What candidates of some users are judged by.

    Attributes:
        model: a model with an index
        allowed: bool[n_catalogue] by item code, what may be recommended to anybody; None is everything
        excluded: int64[n], what may not be to one of them: place among users times n_catalogue, and code
        n_excluded: int64[n_users], how many items these are for each
        vectors: float64[n_users, k], NaN for a user whose scores are no products
        offsets: float64[n_users], what comes to every product
        order: that of equal scores
    """

    model: FittedModel
    allowed: np.ndarray | None
    excluded: np.ndarray
    n_excluded: np.ndarray
    vectors: np.ndarray
    offsets: np.ndarray
    order: TieOrder

    @classmethod
    def of(cls, model: FittedModel, request: Request) -> _Candidates:
        trainset, users = model.trainset, request.users
        rows, left_out = excluded(trainset, users, request.exclude_seen, request.withheld)
        inner = unknown_alike(trainset.inner_users[users])
        return cls(
            model,
            request.candidates,
            rows * trainset.n_catalogue + trainset.item_codes[left_out],
            np.bincount(rows, minlength=len(users)),
            *model.algorithm.user_vectors(inner),
            TieOrder.of(trainset.ratings, users, model.seed),
        )

    def needed(self, pool: int, depth: int) -> np.ndarray:
        """How many candidates the list of each user begins with, int64[n_users]; above MOST: none.

        In steps, so that many users are searched for at once.
        """
        share = 1.0 if self.allowed is None else float(self.allowed.mean())
        wanted = _SPARE * (pool + self.n_excluded) / share
        steps = np.ceil(np.log2(np.maximum(wanted / depth, 1.0)))
        known = ~np.isnan(self.vectors).any(axis=1)
        return np.where(known, depth * 2**steps, MOST + 1).astype(np.int64)

    def fill(self, lists: RankedLists, rows: np.ndarray, found: np.ndarray) -> None:
        """Put the best of what was found for some users in their lists, if there is enough of it.

        rows: int[n], their places; found: int64[n, n_found], inner ids, -1 for none
        """
        trainset, pool = self.model.trainset, lists.items.shape[1]
        codes = trainset.item_codes[found]
        fits = found >= 0
        fits &= ~np.isin(rows[:, None] * trainset.n_catalogue + codes, self.excluded)
        if self.allowed is not None:
            fits &= self.allowed[codes]
        vectors = self.model.algorithm.item_vectors(found.ravel()).reshape(*found.shape, -1)
        scores = np.einsum("uk,uik->ui", self.vectors[rows], vectors) + self.offsets[rows, None]
        scores[~fits] = -np.inf
        draws = self.order.draws(rows[:, None], codes)
        best = np.lexsort((draws, -scores), axis=-1)[:, :pool]
        full = np.count_nonzero(fits, axis=1) >= pool
        lists.items[rows[full]] = np.take_along_axis(codes, best, axis=1)[full]
        lists.scores[rows[full]] = np.take_along_axis(scores, best, axis=1)[full]
