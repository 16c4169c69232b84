"""Mean absolute error."""

from __future__ import annotations

import numpy as np

from recli.evaluation.elsewhere import LENSKIT, MLLIB, RECBOLE, RECOMMENDERS, SURPRISE, Elsewhere
from recli.evaluation.metrics._base import MeanMetric
from recli.evaluation.predictions import Predictions


class MAE(MeanMetric):
    """The mean absolute error of the predicted ratings.

    MAE = 1/n Σ |r_ui - r̂_ui|, as `surprise.accuracy.mae`. In units of the rating, from 0; NaN for
    no ratings. Over all ratings alike, whoever gave them; a user's value is over theirs.

    >>> truth, estimate = np.array([4.0, 2.0, 5.0]), np.array([3.0, 2.0, 3.0])
    >>> MAE()(Predictions(truth, estimate, np.array([0, 0, 1])))
    1.0
    """

    summary = "mean absolute error of the predicted ratings"
    elsewhere = (
        Elsewhere(
            0.961538,
            {
                SURPRISE: "accuracy.mae",
                RECBOLE: "MAE",
                RECOMMENDERS: "mae",
                MLLIB: "meanAbsoluteError",
            },
        ),
        Elsewhere(
            1.004167,
            {LENSKIT: "MAE()"},
            "the mean of each user's own error, however few ratings they have",
            None,
        ),
    )

    def _numbers(self, predictions: Predictions) -> np.ndarray:
        return np.abs(predictions.truth - predictions.estimate)
