"""k nearest neighbours on standard scores."""

from __future__ import annotations

import numpy as np
import surprise

from recli.algorithms._declared import WITH_PEARSON_BASELINE, baselines, neighbours
from recli.algorithms._shared.neighbours import Neighbours
from recli.algorithms._shared.reasons import Reason
from recli.data.trainset import by_user


class KNNWithZScore(Neighbours, surprise.KNNWithZScore):
    """k-NN on each user's standard scores (item's, if item-based).

    Who gives always the same rating has the standard deviation of all ratings. With fewer than
    `min_k` neighbours the prediction is the mean; for an unknown user or item, the global mean.
    """

    source = "surprise.KNNWithZScore"
    kind = "neighbours"
    parameters = (*neighbours(), *baselines(tune=False, only_for=WITH_PEARSON_BASELINE))

    def _fit_scale(self) -> None:
        indptr, _, values = self._by_x
        self.overall_sigma = float(np.std(by_user(self.trainset)[2]))
        rows = np.split(values, indptr[1:-1])
        # One row at a time, as Surprise does: rounding decides whether a deviation is exactly 0.
        self.means = np.array([row.mean() for row in rows])
        sigmas = np.array([row.std() for row in rows])
        # All ratings may be equal: every score is then 0, not 0 / 0.
        self.sigmas = np.where(sigmas == 0.0, self.overall_sigma or 1.0, sigmas)

    def _scale_first(self, values: np.ndarray) -> None:
        self.means = np.append(values.mean(), self.means)
        self.sigmas = np.append(values.std() or self.overall_sigma or 1.0, self.sigmas)

    def _centre_reasons(self, user: int, item: int) -> list[Reason]:
        user_based = self.sim_options["user_based"]
        kind, x = ("user mean", user) if user_based else ("item mean", item)
        return [Reason(kind, "", float(self.means[x]))]

    def _scale(self, x: int) -> float:
        return float(self.sigmas[x])

    def _deviations(self, neighbours: np.ndarray, ys: np.ndarray, values: np.ndarray) -> np.ndarray:
        return (values - self.means[neighbours]) / self.sigmas[neighbours]

    def _from_mean(
        self, xs: np.ndarray, ys: np.ndarray, means: np.ndarray, enough: np.ndarray
    ) -> np.ndarray:
        known = (xs >= 0) & (ys >= 0)
        estimates = self.means[xs] + np.where(enough, means, 0.0) * self.sigmas[xs]
        return np.where(known, estimates, np.nan)
