"""k nearest neighbours on standard scores."""

from __future__ import annotations

import numpy as np
import surprise

from recli.algorithms._declared import WITH_PEARSON_BASELINE, baselines, neighbours
from recli.algorithms._neighbours import Neighbours


class KNNWithZScore(Neighbours, surprise.KNNWithZScore):
    """k-NN on each user's standard scores (item's, if item-based).

    Who gives always the same rating has the standard deviation of all ratings. With fewer than
    `min_k` neighbours the prediction is the mean; for an unknown user or item, the global mean.
    """

    source = "surprise.KNNWithZScore"
    parameters = (*neighbours(), *baselines(tune=False, only_for=WITH_PEARSON_BASELINE))
    fitted = ("sim", "means", "sigmas")

    def _learn(self, trainset: surprise.Trainset) -> None:
        super()._learn(trainset)
        self.sigmas[self.sigmas == 0] = 1.0  # all ratings are equal: every score is 0, not 0 / 0

    def _deviations(self, neighbours: np.ndarray, ys: np.ndarray, values: np.ndarray) -> np.ndarray:
        return (values - self.means[neighbours]) / self.sigmas[neighbours]

    def _from_mean(
        self, xs: np.ndarray, ys: np.ndarray, means: np.ndarray, enough: np.ndarray
    ) -> np.ndarray:
        known = (xs >= 0) & (ys >= 0)
        estimates = self.means[xs] + np.where(enough, means, 0.0) * self.sigmas[xs]
        return np.where(known, estimates, np.nan)
