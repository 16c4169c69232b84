"""Predictions of models with biases and factors: mean + b_u + b_i + q_i · p_u."""

from __future__ import annotations

import numpy as np

from recli.algorithms._base import Algorithm, catalogue_size, padded


class Factors(Algorithm):
    """A model that has `pu`, `qi`, `bu`, `bi` after `fit`; without biases if `biased` is False.

    A user or item that is unknown has zeros for biases and factors; without biases there is then no
    prediction.
    """

    biased = True

    def _user_factors(self, users: np.ndarray) -> np.ndarray:
        """float64[n, n_factors], zeros for -1."""
        return padded(self.pu)[users]

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        items = self._known_items(items)
        dots = np.einsum("nf,nf->n", padded(self.qi)[items], self._user_factors(users))
        if self.biased:
            return (
                self.trainset.global_mean + padded(self.bu)[users] + padded(self.bi)[items] + dots
            )
        return np.where((users >= 0) & (items >= 0), dots, np.nan)

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        items = self._known_items(np.arange(catalogue_size(self.trainset)))
        dots = (self._user_factors(users) @ np.asarray(self.qi).T)[:, items]
        known = items >= 0
        if self.biased:
            biases = padded(self.bu)[users][:, None] + padded(self.bi)[items]
            return self.trainset.global_mean + biases + np.where(known, dots, 0.0)
        return np.where(known & (users >= 0)[:, None], dots, np.nan)
