"""Places for items that the scores would not show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recli.models.model import FittedModel
from recli.params import Float
from recli.ranking.qualities import mean_of_items, surprisal
from recli.ranking.ranked_lists import Measure, RankedLists
from recli.ranking.rerankers._base import Reranker


@dataclass(frozen=True, eq=False)
class Explore(Reranker):
    """A share of the places goes to items drawn evenly from all that may be recommended.

    The ε-greedy strategy (Sutton and Barto, Reinforcement learning, section 2.2), with as many places
    of a list as share · n says, a fraction of one by chance. What is drawn depends on the seed and
    the user alone. Items that are not drawn keep their order.

    Attributes:
        share: the share of places, from 0 to 1
        seed: what is drawn, for each user, is drawn by it
        surprisal: float64[n_catalogue] by item code, in bits, as in the metric `novelty`
    """

    parameters = (Float("share", 0.1, "share of places for items drawn by chance", low=0, high=1),)
    position = 900

    share: float
    seed: int
    surprisal: np.ndarray

    @classmethod
    def of(cls, whole: FittedModel, model: FittedModel, seed: int, *, share: float) -> Explore:
        """With what the ratings of the model say of how known items are.

        Args:
            model: a fitted model
            seed: what is drawn at random is drawn by it
            share: the share of the whole, above 0 and below 1
            whole: the model as it was trained
        """
        ratings = whole.trainset.own_ratings
        return cls(share, seed, surprisal(ratings.item_counts, ratings.n_users))

    def pool(self, n: int, n_catalogue: int) -> int:
        return n_catalogue

    def measures(self) -> Mapping[str, Measure]:
        def novelty(lists: RankedLists) -> np.ndarray:
            return mean_of_items(lists.items, self.surprisal)

        return {"novelty in bits": novelty}

    def __call__(self, lists: RankedLists, n: int) -> RankedLists:
        items, scores = lists.items.copy(), lists.scores.copy()
        for row, user in enumerate(lists.users):
            order = self._order(int(user), int(np.count_nonzero(items[row] >= 0)), n)
            items[row, : len(order)] = items[row, order]
            scores[row, : len(order)] = scores[row, order]
        return RankedLists(lists.users, items, scores)

    def _order(self, user: int, n_items: int, n: int) -> np.ndarray:
        """Places of the list, int64[n_items], the first `n` of them with what is drawn among them."""
        rng = np.random.default_rng((self.seed, user))
        n = min(n, n_items)
        wanted = self.share * n
        n_drawn = int(wanted) + int(rng.random() < wanted % 1)
        kept = np.arange(n - n_drawn)
        drawn = rng.choice(np.arange(n - n_drawn, n_items), n_drawn, replace=False)
        first = np.empty(n, np.int64)
        explored = np.zeros(n, bool)
        explored[rng.choice(n, n_drawn, replace=False)] = True
        first[explored], first[~explored] = drawn, kept
        return np.append(first, np.setdiff1d(np.arange(n - n_drawn, n_items), drawn))
