"""Root mean squared error."""

from __future__ import annotations

import math

import numpy as np

from recli.evaluation.metrics._base import RatingMetric


class RMSE(RatingMetric):
    """The root of the mean squared error of the predicted ratings.

    RMSE = sqrt(1/n Σ (r_ui - r̂_ui)²), as `surprise.accuracy.rmse`. In units of the rating, from 0;
    NaN for no ratings. Arguments as for `RatingMetric`; `users` plays no part.

    >>> truth, estimate = np.array([4.0, 2.0, 5.0]), np.array([3.0, 2.0, 3.0])
    >>> round(RMSE()(truth, estimate, np.array([0, 0, 1])), 4)
    1.291
    """

    summary = "root mean squared error of the predicted ratings"

    def _value(self, truth: np.ndarray, estimate: np.ndarray, users: np.ndarray) -> float:
        return math.sqrt(np.mean((truth - estimate) ** 2))
