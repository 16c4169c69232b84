"""Mean squared error."""

from __future__ import annotations

import numpy as np

from recli.evaluation.elsewhere import MLLIB, SURPRISE, Elsewhere
from recli.evaluation.metrics._base import MeanMetric
from recli.evaluation.predictions import Predictions


class MSE(MeanMetric):
    """The mean squared error of the predicted ratings.

    MSE = 1/n Σ (r_ui - r̂_ui)², as `surprise.accuracy.mse`. In squared units of the rating, from 0;
    NaN for no ratings. All ratings count alike, whoever gave them; a user's value is over theirs.

    >>> truth, estimate = np.array([4.0, 2.0, 5.0]), np.array([3.0, 2.0, 3.0])
    >>> round(MSE()(Predictions(truth, estimate, np.array([0, 0, 1]))), 4)
    1.6667
    """

    summary = "mean squared error of the predicted ratings"
    elsewhere = (Elsewhere(1.596154, {SURPRISE: "accuracy.mse", MLLIB: "meanSquaredError"}),)

    def _numbers(self, predictions: Predictions) -> np.ndarray:
        return (predictions.truth - predictions.estimate) ** 2
