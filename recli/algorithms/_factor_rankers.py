"""Rankings by the inner product of a user's and an item's factors."""

from __future__ import annotations

import numpy as np
import surprise

from recli.algorithms._base import catalogue_size
from recli.algorithms._preferences import Ranker, below


class FactorRanker(Ranker):
    """A model that has `user_factors` and `item_factors` after `_fit`; biases are among them.

    They are all that it takes to rank: what learned them is not needed again.

    user_factors: float64[n_users, n]; zeros where nothing is known of a user, who then gets the
        items by their number of preferences
    item_factors: float64[n_items or n_catalogue, n]; zeros where nothing is known of an item, which
        then stands below all others
    """

    kind = "factors"
    sized_by = ("n_factors",)
    fitted = ("liked_from", "user_factors", "item_factors")

    n_factors: int
    user_factors: np.ndarray
    item_factors: np.ndarray

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        # Libraries learn in single precision; theirs and ours stand side by side at the end.
        return 12 * self.n_factors * (trainset.n_users + trainset.n_items)

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        factors = self.user_factors[users]
        known = (users >= 0) & (factors != 0).any(axis=1)
        scores = np.zeros((len(users), catalogue_size(self.trainset)))
        scores[:, : self.trainset.n_items] = self.popularity
        n_items = len(self.item_factors)
        scores[known, :n_items] = factors[known] @ self.item_factors.T
        last = np.ones(scores.shape[1], bool)
        last[:n_items] = (self.item_factors == 0).all(axis=1)
        scores[:, last] = below(scores[:, ~last])
        return scores
