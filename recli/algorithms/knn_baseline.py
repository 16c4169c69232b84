"""k nearest neighbours around baselines."""

from __future__ import annotations

import numpy as np
import surprise

from recli.algorithms._declared import baselines, neighbours
from recli.algorithms._shared.arrays import padded
from recli.algorithms._shared.neighbours import Neighbours
from recli.algorithms._shared.reasons import Reason


class KNNBaseline(Neighbours, surprise.KNNBaseline):
    """k-NN on deviations from the baseline μ + b_u + b_i.

    With fewer than `min_k` neighbours, or an unknown user or item, the prediction is the baseline.
    """

    source = "Koren 2010, formula 3; surprise.KNNBaseline"
    kind = "neighbours"
    cold_users = "baseline"
    cold_items = "baseline"
    parameters = (*neighbours(), *baselines(tune=False, only_for=None))
    _centres_on_baselines = True

    def _centre_reasons(self, user: int, item: int) -> list[Reason]:
        return self._baseline_reasons(user, item)

    def _deviations(self, neighbours: np.ndarray, ys: np.ndarray, values: np.ndarray) -> np.ndarray:
        return values - (self.trainset.global_mean + self.bx[neighbours] + self.by[ys])

    def _from_mean(
        self, xs: np.ndarray, ys: np.ndarray, means: np.ndarray, enough: np.ndarray
    ) -> np.ndarray:
        baseline = self.trainset.global_mean + padded(self.bx)[xs] + padded(self.by)[ys]
        return baseline + np.where(enough, means, 0.0)
