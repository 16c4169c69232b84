"""Coefficient of determination."""

from __future__ import annotations

import math

import numpy as np

from recli.evaluation.elsewhere import MLLIB, RECOMMENDERS, Elsewhere
from recli.evaluation.metrics._base import RatingMetric
from recli.evaluation.predictions import Predictions


class R2(RatingMetric):
    """The share of the ratings' variance that the predictions explain.

    R² = 1 - Σ (r_ui - r̂_ui)² / Σ (r_ui - r̄)² with r̄ the mean of the ratings in question (Kvålseth,
    Cautionary Note about R², The American Statistician 1985, his R²₁). 1 for perfect predictions,
    0 for r̄ everywhere, below 0 for worse ones. Over all ratings r̄ is the mean of all, over a user's
    theirs, so that it takes more to be above 0 for a user. NaN where no two ratings differ, for which
    scikit-learn's `r2_score` gives 1 or 0.

    >>> truth, estimate = np.array([4.0, 2.0, 5.0, 5.0]), np.array([3.0, 2.0, 3.0, 4.0])
    >>> by_two = Predictions(truth, estimate, np.array([0, 0, 1, 1]))
    >>> R2()(by_two), R2().values(by_two)
    (0.0, array([0.5, nan]))
    """

    greater_is_better = True
    lowest = -math.inf
    highest = 1.0
    perfect = 1.0
    summary = "share of the variance of the ratings that the predictions explain"
    elsewhere = (Elsewhere(0.172546, {RECOMMENDERS: "rsquared", MLLIB: "r2"}),)
    elsewhere = (Elsewhere(0.172546, {RECOMMENDERS: "rsquared", MLLIB: "r2"}),)

    def _value(self, predictions: Predictions) -> float:
        truth = predictions.truth
        if (truth == truth[0]).all():
            return float("nan")
        error = np.sum((truth - predictions.estimate) ** 2)
        return float(1 - error / np.sum((truth - truth.mean()) ** 2))

    def _values(self, predictions: Predictions) -> np.ndarray:
        truth, row, mean = predictions.truth, predictions.row, predictions.mean_per_user
        error = mean((truth - predictions.estimate) ** 2)
        variance = mean((truth - mean(truth)[row]) ** 2)
        # Rounding may give equal ratings a variance, so they are compared.
        some = np.empty(len(error))
        some[row] = truth
        differ = mean(truth != some[row]) > 0
        return 1 - np.divide(error, variance, out=np.full(len(error), np.nan), where=differ)
