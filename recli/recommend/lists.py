"""From a fitted model to ranked lists, some users at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from recli.algorithms import best, scored
from recli.recommend.model import Model


@dataclass(frozen=True, eq=False)
class Lists:
    """Ranked lists of some users, best first.

    users: int32[n_users], codes in the ratings of the model
    items: int32[n_users, n], codes; -1 where nothing is left to recommend
    scores: float64[n_users, n], what the model ranks by; NaN beside -1
    """

    users: np.ndarray
    items: np.ndarray
    scores: np.ndarray

    def cut(self, n: int) -> Lists:
        """The first `n` places."""
        return Lists(self.users, self.items[:, :n], self.scores[:, :n])


class Reranker(Protocol):
    """What makes other lists of those that the scores give: caps, diversity, exploration."""

    def pool(self, n: int, n_catalogue: int) -> int:
        """How long a list it has to see to give one of `n`."""

    def __call__(self, lists: Lists, n: int) -> Lists:
        """The best `n` by its own measure; a place keeps the score that the model gave."""


@dataclass(frozen=True, eq=False)
class Request:
    """Who gets how many of which items.

    users: int32[n_users], codes in the ratings of the model
    n: the longest that a list may be
    candidates: bool[n_catalogue] by item code, what may be recommended; None is everything
    exclude_seen: whether what a user has rated is left out
    rerankers: applied in their order to the lists that the scores give
    """

    users: np.ndarray
    n: int = 10
    candidates: np.ndarray | None = None
    exclude_seen: bool = True
    rerankers: tuple[Reranker, ...] = field(default=())

    def pool(self, n_catalogue: int) -> int:
        """How many of the best items have to be found for a user."""
        needed = [reranker.pool(self.n, n_catalogue) for reranker in self.rerankers]
        return min(max([self.n, *needed]), n_catalogue)


def recommend(model: Model, request: Request, memory_limit: int | None = None) -> Iterator[Lists]:
    """The lists that are asked for, in the order of the request's users, some users at a time.

    However many users there are, only the lists of some are held. Of equal scores the smaller item
    id goes first. `memory_limit` is that of `scored`, bytes; UsageError at the call if it is too
    small.
    """
    chunks = scored(
        model.algorithm,
        model.trainset,
        request.users,
        0,
        request.exclude_seen,
        memory_limit,
        request.candidates,
    )
    return (
        ranked(request.users[start : start + len(scores)], scores, request)
        for start, scores in chunks
    )


def ranked(users: np.ndarray, scores: np.ndarray, request: Request) -> Lists:
    """The lists of `users` by `scores`, float64[n_users, n_catalogue] by item code.

    -inf stands for what may not be recommended.
    """
    pool = request.pool(scores.shape[1])
    rows, places, found = best(scores, pool)
    items = np.full((len(users), pool), -1, np.int32)
    values = np.full((len(users), pool), np.nan)
    items[rows, places] = found
    values[rows, places] = scores[rows, found]
    lists = Lists(users, items, values)
    for reranker in request.rerankers:
        lists = reranker(lists, request.n)
    return lists.cut(request.n)
