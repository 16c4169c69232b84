"""An algorithm of somebody else, with a parameter."""

from __future__ import annotations

import numpy as np

from recli.algorithms import Algorithm
from recli.params import Float


class ShrunkMean(Algorithm):
    """The mean of an item, drawn to the mean of all by `damping` ratings of that."""

    source = "their own"
    kind = "baseline"
    parameters = (Float("damping", 5.0, "ratings of the mean", low=0, tune=(1, 50), log=True),)
    fitted = ("means",)

    def _learn(self, trainset):
        super()._learn(trainset)
        items, values = (np.array(column) for column in zip(*self._rated(trainset), strict=True))
        mean, n = trainset.global_mean, trainset.n_items
        sums = np.bincount(items, values - mean, n)
        self.means = mean + sums / (np.bincount(items, minlength=n) + self.damping)

    @staticmethod
    def _rated(trainset):
        return [(item, value) for _, item, value in trainset.all_ratings()]

    def _estimate_pairs(self, users, items):
        known = (items >= 0) & (items < len(self.means))
        return np.where(known, self.means[np.where(known, items, 0)], np.nan)
