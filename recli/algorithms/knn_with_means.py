"""k nearest neighbours around means."""

from __future__ import annotations

import numpy as np
import surprise

from recli.algorithms._declared import WITH_PEARSON_BASELINE, baselines, neighbours
from recli.algorithms._shared.neighbours import Neighbours
from recli.algorithms._shared.reasons import Reason


class KNNWithMeans(Neighbours, surprise.KNNWithMeans):
    """k-NN on deviations from each user's mean (item's, if item-based).

    With fewer than `min_k` neighbours the prediction is that mean; for an unknown user or item it is
    the global mean.
    """

    source = "surprise.KNNWithMeans"
    kind = "neighbours"
    parameters = (*neighbours(), *baselines(tune=False, only_for=WITH_PEARSON_BASELINE))

    def _fit_scale(self) -> None:
        indptr, _, values = self._by_x
        self.means = np.add.reduceat(values, indptr[:-1]) / np.diff(indptr)

    def _scale_first(self, values: np.ndarray) -> None:
        self.means = np.append(values.mean(), self.means)

    def _centre_reasons(self, user: int, item: int) -> list[Reason]:
        user_based = self.sim_options["user_based"]
        kind, x = ("user mean", user) if user_based else ("item mean", item)
        return [Reason(kind, "", float(self.means[x]))]

    def _deviations(self, neighbours: np.ndarray, ys: np.ndarray, values: np.ndarray) -> np.ndarray:
        return values - self.means[neighbours]

    def _from_mean(
        self, xs: np.ndarray, ys: np.ndarray, means: np.ndarray, enough: np.ndarray
    ) -> np.ndarray:
        known = (xs >= 0) & (ys >= 0)
        return np.where(known, self.means[xs] + np.where(enough, means, 0.0), np.nan)
