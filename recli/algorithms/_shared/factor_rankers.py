"""Rankings by the inner product of a user's and an item's factors."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np
import surprise

from recli.algorithms._base import Kind
from recli.algorithms._contract.catalogue import catalogue_size
from recli.algorithms._contract.state import Floats, Layout
from recli.algorithms._shared.factors import carried
from recli.algorithms._shared.preferences import Ranker, below
from recli.algorithms._shared.reasons import Reason

if TYPE_CHECKING:
    import scipy.sparse


class FactorRanker(Ranker):
    """A model that has `user_factors` and `item_factors` after `_fit`; biases are among them.

    They are all that it takes to rank: what learned them is not needed again.

    Attributes:
        user_factors: float64[n_users, n]; zeros where nothing is known of a user, who then gets the
            items by their number of preferences.
        item_factors: float64[n_items or n_catalogue, n]; zeros where nothing is known of an item, which
            then stands below all others.
    """

    kind: ClassVar[Kind] = "factors"
    additive = True
    similarity = "cosine of factors"
    fitted: tuple[str, ...] = ("liked_from", "user_factors", "item_factors")

    n_factors: int
    user_factors: np.ndarray
    item_factors: np.ndarray

    @property
    def ranks_by_own_ratings(self) -> bool:
        return True

    def layout(self) -> Layout:
        n_items = self.trainset.n_items, catalogue_size(self.trainset)
        return {
            **super().layout(),
            "user_factors": Floats((self.trainset.n_users, "k")),
            "item_factors": Floats((n_items, "k")),
        }

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        # Libraries learn in single precision; theirs and ours stand side by side at the end.
        return 12 * self.n_factors * (trainset.n_users + trainset.n_items)

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        items = np.full((catalogue_size(self.trainset), self.item_factors.shape[1]), np.nan)
        learned = np.flatnonzero((self.item_factors != 0).any(axis=1))
        items[learned] = self.item_factors[learned]
        return self.user_factors, items

    @property
    def scores_by_products(self) -> bool:
        return True

    def user_vectors(self, users: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        vectors = self.user_factors[users]
        vectors[(users < 0) | (vectors == 0).all(axis=1)] = np.nan
        return vectors, np.zeros(len(users))

    def item_vectors(self, items: np.ndarray) -> np.ndarray:
        vectors = np.full((len(items), self.item_factors.shape[1]), np.nan)
        known = (items >= 0) & (items < len(self.item_factors))
        vectors[known] = self.item_factors[items[known]]
        vectors[(vectors == 0).all(axis=1)] = np.nan
        return vectors

    def explain(self, user: int, item: int) -> list[Reason]:
        """What each item that the user prefers carries of p_u · q_i, see `carried`, and the rest."""
        [score] = self._estimate_pairs(np.array([user]), np.array([item])).tolist()
        if not 0 <= item < len(self.item_factors) or not self.item_factors[item].any():
            return [Reason("no rating", "", score)]
        if user < 0 or not self.user_factors[user].any():
            return [Reason("popularity", "", score)]
        amounts = self._amounts(user, item, self.preferred[[user]])
        return [*self._carried(user, amounts), Reason("other", "", score - float(amounts.sum()))]

    def _amounts(self, user: int, item: int, own: scipy.sparse.csr_array) -> np.ndarray:
        """What the items that the user prefers carry, float64[n]; own: float64[1, n_items]."""
        rated = self.item_factors[own.indices]
        return carried(self.user_factors[user], rated, self.item_factors[item])

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        factors = self.user_factors[users]
        known = (users >= 0) & (factors != 0).any(axis=1)
        scores = np.zeros((len(users), catalogue_size(self.trainset)))
        if not known.all():
            scores[~known, : self.trainset.n_items] = self.popularity
        n_items = len(self.item_factors)
        scores[known, :n_items] = factors[known] @ self.item_factors.T
        last = np.ones(scores.shape[1], bool)
        last[:n_items] = (self.item_factors == 0).all(axis=1)
        scores[:, last] = below(scores[:, ~last])
        return scores
