"""Algorithms that the contract has to refuse."""

from __future__ import annotations

import numpy as np

from recli.algorithms import Algorithm
from recli.params import Float


class ByChance(Algorithm):
    """Draws from numpy's global generator, whatever the seed."""

    source = "nobody"
    fitted = ("drawn",)

    def _learn(self, trainset):
        super()._learn(trainset)
        self.drawn = np.random.random(trainset.n_items)

    def _estimate_pairs(self, users, items):
        known = (items >= 0) & (items < len(self.drawn))
        return np.where(known, 1 + self.drawn[np.where(known, items, 0)], np.nan)


class Forgetful(Algorithm):
    """Does not store what it has learned, and has a parameter that does nothing."""

    source = "nobody"
    parameters = (Float("useless", 1.0, "nothing", low=0),)

    def _learn(self, trainset):
        super()._learn(trainset)
        self.times = getattr(self, "times", 0) + 1

    def estimate(self, u, i):
        return float(self.times)


class Spread(Algorithm):
    """Divides by the deviation of the ratings, which may be 0."""

    source = "nobody"
    fitted = ("sigma",)

    def _learn(self, trainset):
        super()._learn(trainset)
        self.sigma = float(trainset.values.std())

    def _estimate_pairs(self, users, items):
        return self.trainset.global_mean + np.asarray(items, float) / self.sigma


class Denying(Algorithm):
    """Goes by the threshold and says that it does not."""

    source = "nobody"

    @classmethod
    def uses_threshold(cls, given):
        return False

    def _estimate_pairs(self, users, items):
        return np.full(len(users), self.trainset.threshold)


class Timeless(Algorithm):
    """Calls itself a model of sequences and goes by the order of the rows."""

    source = "nobody"
    kind = "sequence"

    def _estimate_pairs(self, users, items):
        return np.where(items >= 0, 1 + 1 / (2 + np.asarray(items)), np.nan)


class ByName(Algorithm):
    """Likes items whose ids are late in the alphabet."""

    source = "nobody"

    def _estimate_pairs(self, users, items):
        codes = self.trainset.item_codes[np.maximum(items, 0)]
        return np.where(items >= 0, 1 + codes / len(self.trainset.item_codes), np.nan)
