"""Lists made place by place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from recli import errors, registry
from recli.ranking.ranked_lists import Measure, RankedLists
from recli.ranking.rerankers._base import Reranker


class Gains(Protocol):
    """What each item of a pool would add to a list that grows."""

    def values(self) -> np.ndarray:
        """float64[n_items], given the items added so far."""

    def add(self, place: int) -> None:
        """The item at this place of the pool comes into the list.

        Args:
            place: the place of the column, from 0 on
        """


class Term(Reranker):
    """A goal beside the scores, to which a list is made place by place, see `Greedy`.

    A subclass gives `of` and `begin`. Several terms make one list together.

    Attributes:
        weight: how much of an item's worth is this and not its score, from 0 to 1
    """

    weight: float

    def begin(self, user: int, items: np.ndarray) -> Gains | None:
        """For the list of a user, by code, out of these items; None where there is nothing to gain.

        Args:
            user: the code of a user
            items: int32[n], codes of items
        """
        raise NotImplementedError

    def __call__(self, lists: RankedLists, n: int) -> RankedLists:
        return Greedy((self,))(lists, n)


@dataclass(frozen=True, eq=False)
class Greedy(Reranker):
    """At each place the item with the largest (1 − Σ w) · score + Σ w · gain, over the terms.

    The terms' weights are w; they sum to 1 at most. Scores are taken from 0 to 1 between the least
    and the largest of the pool, so that a weight means the same for ratings and other scores. The
    pool are the 100 best, or ten times as many as are asked for if that is more. Of equal worth the
    item with the larger score goes first.

    Attributes:
        terms: what each place is chosen by, besides the score
    """

    terms: tuple[Term, ...]

    def __post_init__(self) -> None:
        if math.fsum(term.weight for term in self.terms) > 1:
            names = " and ".join(registry.name_of(type(term)) for term in self.terms)
            raise errors.UsageError(
                f"The weights of {names} are more than 1 together: nothing is left for the scores."
            )

    def measures(self) -> Mapping[str, Measure]:
        return {name: measure for term in self.terms for name, measure in term.measures().items()}

    def __call__(self, lists: RankedLists, n: int) -> RankedLists:
        items, scores = lists.items.copy(), lists.scores.copy()
        size = self.pool(n, items.shape[1])
        for row, user in enumerate(lists.users):
            pool = items[row, :size][items[row, :size] >= 0]
            order = self._order(int(user), pool, scores[row, : len(pool)], n)
            items[row, : len(pool)] = pool[order]
            scores[row, : len(pool)] = scores[row, order]
        return RankedLists(lists.users, items, scores)

    def _order(self, user: int, items: np.ndarray, scores: np.ndarray, n: int) -> np.ndarray:
        """Places of the pool, the `n` chosen ones first and the others as they were."""
        gains = [(term.weight, term.begin(user, items)) for term in self.terms]
        active = [(weight, gain) for weight, gain in gains if gain is not None]
        worth = _scaled(scores) * (1 - sum(weight for weight, _ in active))
        left = np.ones(len(items), bool)
        chosen: list[int] = []
        for _ in range(min(n, len(items))):
            total = worth + sum(weight * gain.values() for weight, gain in active)
            place = int(np.argmax(np.where(left, total, -np.inf)))
            chosen.append(place)
            left[place] = False
            for _, gain in active:
                gain.add(place)
        return np.append(np.array(chosen, np.int64), np.flatnonzero(left))


def _scaled(scores: np.ndarray) -> np.ndarray:
    """The scores from 0 to 1."""
    if not len(scores) or scores[0] == scores[-1]:
        return np.zeros(len(scores))
    scaled: np.ndarray = (scores - scores[-1]) / (scores[0] - scores[-1])
    return scaled
