"""Mean squared error."""

from __future__ import annotations

import numpy as np

from recli.evaluation.metrics._base import RatingMetric


class MSE(RatingMetric):
    """The mean squared error of the predicted ratings.

    MSE = 1/n Σ (r_ui - r̂_ui)², as `surprise.accuracy.mse`. In squared units of the rating, from 0;
    NaN for no ratings. Arguments as for `RatingMetric`; `users` plays no part.

    >>> truth, estimate = np.array([4.0, 2.0, 5.0]), np.array([3.0, 2.0, 3.0])
    >>> round(MSE()(truth, estimate, np.array([0, 0, 1])), 4)
    1.6667
    """

    summary = "mean squared error of the predicted ratings"

    def _value(self, truth: np.ndarray, estimate: np.ndarray, users: np.ndarray) -> float:
        return float(np.mean((truth - estimate) ** 2))
