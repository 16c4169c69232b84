"""k nearest neighbours."""

from __future__ import annotations

import numpy as np
import surprise

from recli.algorithms._declared import WITH_PEARSON_BASELINE, baselines, neighbours
from recli.algorithms._shared.neighbours import Neighbours


class KNNBasic(Neighbours, surprise.KNNBasic):
    """Mean of the k most similar neighbours' ratings, weighted by similarity.

    With fewer than `min_k` neighbours there is no prediction: the global mean stands in.
    """

    source = "surprise.KNNBasic"
    kind = "neighbours"
    parameters = (*neighbours(), *baselines(tune=False, only_for=WITH_PEARSON_BASELINE))

    def _from_mean(
        self, xs: np.ndarray, ys: np.ndarray, means: np.ndarray, enough: np.ndarray
    ) -> np.ndarray:
        return np.where(enough, means, np.nan)
