"""Biases of users and items."""

from __future__ import annotations

import numpy as np
import surprise

from recli.algorithms._base import Algorithm
from recli.algorithms._contract.catalogue import catalogue_size
from recli.algorithms._contract.state import Floats, Layout
from recli.algorithms._declared import baselines
from recli.algorithms._shared.arrays import padded
from recli.algorithms._shared.reasons import Reason


class BaselineOnly(Algorithm, surprise.BaselineOnly):
    """Mean plus the biases of user and item: μ + b_u + b_i.

    An unknown user or item has the bias 0.
    """

    source = "Koren 2010, section 2.1; surprise.BaselineOnly"
    kind = "baseline"
    cold_users = "baseline"
    cold_items = "baseline"
    parameters = baselines(tune=True, only_for=None)
    fitted = ("bu", "bi")
    additive = True

    def layout(self) -> Layout:
        return {"bu": Floats((self.trainset.n_users,)), "bi": Floats((self.trainset.n_items,))}

    @property
    def ranks_by_own_ratings(self) -> bool:
        return True

    def explain(self, user: int, item: int) -> list[Reason]:
        return self._baseline_reasons(user, item)

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        items, values = self._alone(items, values, user)
        self.bu = np.array([self._bias(items, values, self.bi)])

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        items = self._known_items(items)
        return self.trainset.global_mean + padded(self.bu)[users] + padded(self.bi)[items]

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        items = self._known_items(np.arange(catalogue_size(self.trainset)))
        return self.trainset.global_mean + padded(self.bu)[users][:, None] + padded(self.bi)[items]
