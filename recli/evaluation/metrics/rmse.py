"""Root mean squared error."""

from __future__ import annotations

import numpy as np

from recli.evaluation.elsewhere import LENSKIT, MLLIB, RECBOLE, RECOMMENDERS, SURPRISE, Elsewhere
from recli.evaluation.metrics.mse import MSE


class RMSE(MSE):
    """The root of the mean squared error of the predicted ratings.

    RMSE = sqrt(1/n Σ (r_ui - r̂_ui)²), as `surprise.accuracy.rmse`. In units of the rating, from 0;
    NaN for no ratings. All ratings count alike, whoever gave them; a user's value is over theirs.

    >>> from recli.evaluation.predictions import Predictions
    >>> truth, estimate = np.array([4.0, 2.0, 5.0]), np.array([3.0, 2.0, 3.0])
    >>> round(RMSE()(Predictions(truth, estimate, np.array([0, 0, 1]))), 4)
    1.291
    """

    summary = "root mean squared error of the predicted ratings"
    elsewhere = (
        Elsewhere(
            1.26339,
            {
                SURPRISE: "accuracy.rmse",
                RECBOLE: "RMSE",
                RECOMMENDERS: "rmse",
                MLLIB: "rootMeanSquaredError",
            },
        ),
        Elsewhere(
            1.17478,
            {LENSKIT: "RMSE()"},
            "the mean of each user's own error, however few ratings they have",
            None,
        ),
    )

    def _of_sums(self, sums: np.ndarray) -> np.ndarray:
        return np.sqrt(super()._of_sums(sums))
