"""Predictions of models with biases and factors: mean + b_u + b_i + q_i · p_u."""

from __future__ import annotations

import numpy as np

from recli.algorithms._base import Algorithm, catalogue_size, padded

_BLOCK = 1 << 16


class Factors(Algorithm):
    """A model that has `pu`, `qi`, `bu`, `bi` after `fit`; without biases if `biased` is False.

    A user or item that is unknown has zeros for biases and factors; without biases there is then no
    prediction.
    """

    biased = True

    def _user_factors(self, users: np.ndarray) -> np.ndarray:
        """float64[n, n_factors], zeros for -1."""
        factors: np.ndarray = self.pu[users]
        factors[users < 0] = 0.0
        return factors

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        items = self._known_items(items)
        dots = np.empty(len(users))
        item_factors = padded(self.qi)
        for start in range(0, len(users), _BLOCK):  # the factors of all pairs may not fit in memory
            block = slice(start, start + _BLOCK)
            of_users = self._user_factors(users[block])
            dots[block] = np.einsum("nf,nf->n", item_factors[items[block]], of_users)
        if self.biased:
            return (
                self.trainset.global_mean + padded(self.bu)[users] + padded(self.bi)[items] + dots
            )
        return np.where((users >= 0) & (items >= 0), dots, np.nan)

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        items = self._known_items(np.arange(catalogue_size(self.trainset)))
        scores = self._user_factors(users) @ padded(self.qi)[items].T
        if self.biased:
            scores += padded(self.bi)[items]
            scores += (self.trainset.global_mean + padded(self.bu)[users])[:, None]
        else:
            scores[:, items < 0] = np.nan
            scores[users < 0] = np.nan
        return scores
