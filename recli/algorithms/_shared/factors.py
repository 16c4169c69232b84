"""Predictions of models with biases and factors: mean + b_u + b_i + q_i · p_u."""

from __future__ import annotations

import math

import numpy as np
import surprise

from recli.algorithms._base import Algorithm
from recli.algorithms._contract.catalogue import catalogue_size
from recli.algorithms._contract.state import Floats, Layout
from recli.algorithms._shared.arrays import padded
from recli.algorithms._shared.reasons import Reason, rated_items
from recli.data.trainset import Trainset, by_user

_BLOCK = 1 << 22  # factors: 32 MiB
_OF_USERS = ("bu", "pu")
_WARM_SHARE = 4
"""One in so many epochs is done from a warm start; experiments/warm_start.py measures what it gives."""


class Factors(Algorithm):
    """A model that has `pu`, `qi`, `bu`, `bi` after `fit`; without biases if `biased` is False.

    A user or item that is unknown has zeros for biases and factors; without biases there is then no
    prediction.
    """

    biased = True
    additive = True
    similarity = "cosine of factors"

    @property
    def ranks_by_own_ratings(self) -> bool:
        return True

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        return 8 * self.n_factors * (trainset.n_users + trainset.n_items)

    def layout(self) -> Layout:
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        return {
            "pu": Floats((n_users, self.n_factors)),
            "qi": Floats((n_items, self.n_factors)),
            "bu": Floats((n_users,)),
            "bi": Floats((n_items,)),
        }

    def _take_over(self, start: Factors, trainset: Trainset) -> int:
        """Put what `start` learned of users and items that it knew in place of their random start.

        `fitted` has been drawn for `trainset`. Gives the number of epochs that are left to do.
        """
        users, items = trainset.places_in(start.trainset)
        items = items[: trainset.n_items]
        known_users, known_items = users >= 0, (items >= 0) & (items < start.trainset.n_items)
        for name in self.fitted:
            known, places = (known_users, users) if name in _OF_USERS else (known_items, items)
            getattr(self, name)[known] = getattr(start, name)[places[known]]
        return math.ceil(self.n_epochs / _WARM_SHARE)

    def embeddings(self) -> tuple[np.ndarray, np.ndarray]:
        items = np.full((catalogue_size(self.trainset), self.n_factors), np.nan)
        items[: len(self.qi)] = self.qi
        return self._user_factors(np.arange(self.trainset.n_users)), items

    @property
    def scores_by_products(self) -> bool:
        # Without biases an item without ratings gets the mean, which is no product.
        return self.biased or catalogue_size(self.trainset) == self.trainset.n_items

    def user_vectors(self, users: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        factors = self._user_factors(users)
        if not self.biased:
            factors[users < 0] = np.nan
            return factors, np.zeros(len(users))
        offsets = self.trainset.global_mean + np.where(users >= 0, self.bu[users], 0.0)
        return np.column_stack([factors, np.ones(len(users))]), offsets

    def item_vectors(self, items: np.ndarray) -> np.ndarray:
        known = self._known_items(items)
        factors = self._item_factors(known)
        if not self.biased:
            return factors
        return np.column_stack([factors, np.where(known >= 0, self.bi[known], 0.0)])

    def _user_factors(self, users: np.ndarray) -> np.ndarray:
        """float64[n, n_factors], zeros for -1."""
        factors: np.ndarray = self.pu[users]
        factors[users < 0] = 0.0
        return factors

    def _item_factors(self, items: np.ndarray) -> np.ndarray:
        """float64[n, n_factors], zeros for -1."""
        factors: np.ndarray = self.qi[items]
        factors[items < 0] = 0.0
        return factors

    def explain(self, user: int, item: int) -> list[Reason]:
        """Mean, biases, and what each rated item carries of q_i · p_u.

        See `carried`; what they do not make is "other". (In the best ten of MovieLens latest-small they
        make 78 % of it for SVD, 98 % for SVD++ and 99 % for NMF; a smaller λ makes more, by amounts
        that cancel out.)
        """
        known = user >= 0 and 0 <= item < self.trainset.n_items
        if not self.biased and not known:
            return self._default_reasons()
        reasons = self._baseline_reasons(user, item) if self.biased else []
        if not known:
            return reasons
        indptr, items, values = by_user(self.trainset)
        ratings = slice(indptr[user], indptr[user + 1])
        of_known = items[ratings] < self.trainset.n_items  # a folded-in user may have rated others
        rated, values = items[ratings][of_known], values[ratings][of_known]
        amounts = self._carried(user, item, rated)
        reasons += rated_items(self.trainset, rated, amounts, values)
        [factors] = self._user_factors(np.array([user]))
        rest = float(self.qi[item] @ factors - amounts.sum())
        return [*reasons, Reason("other", "", rest)]

    def _carried(self, user: int, item: int, rated: np.ndarray) -> np.ndarray:
        """How much of q_i · p_u each of the rated items carries, float64[n_rated]."""
        return carried(self.pu[user], self.qi[rated], self.qi[item])

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        items = self._known_items(items)
        dots = np.empty(len(users))
        size = max(1, _BLOCK // self.n_factors)  # the factors of all pairs may not fit in memory
        for start in range(0, len(users), size):
            block = slice(start, start + size)
            factors = self._item_factors(items[block]), self._user_factors(users[block])
            dots[block] = np.einsum("nf,nf->n", *factors)
        if self.biased:
            return (
                self.trainset.global_mean + padded(self.bu)[users] + padded(self.bi)[items] + dots
            )
        return np.where((users >= 0) & (items >= 0), dots, np.nan)

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        n_items, n_catalogue = self.trainset.n_items, catalogue_size(self.trainset)
        scores = np.empty((len(users), n_catalogue))
        scores[:, :n_items] = self._user_factors(users) @ self.qi.T
        scores[:, n_items:] = 0.0 if self.biased else np.nan
        if self.biased:
            scores += padded(self.bi)[self._known_items(np.arange(n_catalogue))]
            # Not padded: of a million users, only these are copied.
            scores += (self.trainset.global_mean + np.where(users >= 0, self.bu[users], 0.0))[
                :, None
            ]
        else:
            scores[users < 0] = np.nan
        return scores


def carried(p: np.ndarray, rated: np.ndarray, q: np.ndarray) -> np.ndarray:
    """How much of q · p each rated item carries: c_j q · q_j.

    c is where |p − Σ_j c_j q_j|² + λ |c|² is least, with λ a tenth of the mean of |q_j|²: the user's
    factors put together from those of the rated items.

    Args:
        p: float64[n_factors], the user's factors.
        rated: float64[n, n_factors], factors of the rated items.
        q: float64[n_factors], factors of the item.

    Returns:
        float64[n].
    """
    gram = rated @ rated.T
    reg = max(0.1 * float(np.trace(gram)) / max(1, len(rated)), np.finfo(float).tiny)
    c = np.linalg.solve(gram + reg * np.eye(len(rated)), rated @ p)
    amounts: np.ndarray = c * (rated @ q)
    return amounts
