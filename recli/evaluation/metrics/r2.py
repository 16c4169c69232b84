"""Coefficient of determination."""

from __future__ import annotations

import math

import numpy as np

from recli.evaluation.elsewhere import MLLIB, RECOMMENDERS, Elsewhere
from recli.evaluation.metrics._base import PooledMetric, ratio
from recli.evaluation.predictions import Predictions

_ROUNDING = 1e-12


class R2(PooledMetric):
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

    def _sums(self, predictions: Predictions) -> np.ndarray:
        # About any centre the formula is the same; about the mean it loses no digits.
        rating = predictions.truth - predictions.truth.mean()
        error = (predictions.truth - predictions.estimate) ** 2
        return predictions.sums_per_user(error, rating**2, rating, np.ones(len(rating)))

    def _of_sums(self, sums: np.ndarray) -> np.ndarray:
        error, squares, total, n = np.moveaxis(sums, -1, 0)
        variance = squares - np.nan_to_num(ratio(total**2, n))
        # Rounding may give equal ratings a variance.
        return 1 - ratio(error, np.where(variance > _ROUNDING * squares, variance, 0.0))
