"""Mean differences between pairs of items."""

from __future__ import annotations

import numpy as np
import surprise

from recli.algorithms._base import Algorithm, catalogue_size
from recli.data.trainset import by_user


class SlopeOne(Algorithm, surprise.SlopeOne):
    """The user's mean plus the mean difference between the item and those that she rated.

    As in Surprise, the differences are taken between whole ratings: half stars are cut off. An
    unknown user or item has no prediction.
    """

    source = "Lemire and Maclachlan 2005; surprise.SlopeOne"

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        items = self._known_items(items)
        result = np.full(len(users), np.nan)
        for user in np.unique(users[users >= 0]):
            mine = (users == user) & (items >= 0)
            result[mine] = self._one_user(user)[items[mine]]
        return result

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        result = np.full((len(users), catalogue_size(self.trainset)), np.nan)
        for row, user in enumerate(users):
            if user >= 0:
                result[row, : self.trainset.n_items] = self._one_user(user)
        return result

    def _one_user(self, user: int) -> np.ndarray:
        """Estimates of all items with ratings, float64[n_items]."""
        indptr, items, _ = by_user(self.trainset)
        rated = items[indptr[user] : indptr[user + 1]]
        # dev[j, i] = -dev[i, j], and the rows of an array in C order are the quick ones to read.
        together = self.freq[rated] > 0
        deviation = -np.sum(self.dev[rated], axis=0, where=together)
        return self.user_mean[user] + deviation / np.maximum(together.sum(axis=0), 1)
