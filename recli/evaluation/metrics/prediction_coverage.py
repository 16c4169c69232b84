"""Prediction coverage."""

from __future__ import annotations

import numpy as np

from recli.evaluation.metrics._base import MeanMetric
from recli.evaluation.predictions import Predictions


class PredictionCoverage(MeanMetric):
    """The share of the test ratings for which the algorithm had a prediction of its own.

    The others are those for which Surprise raises PredictionImpossible, for an unknown user or item
    as a rule; they are predicted by the mean of the training ratings (Herlocker et al., Evaluating
    Collaborative Filtering Recommender Systems, TOIS 2004, section 5.1). From 0 to 1; NaN for no
    ratings.

    >>> ratings, users = np.array([4.0, 2.0, 5.0]), np.array([0, 0, 1])
    >>> cold = Predictions(ratings, ratings, users, impossible=np.array([True, False, False]))
    >>> round(PredictionCoverage()(cold), 4), PredictionCoverage().values(cold)
    (0.6667, array([0.5, 1. ]))
    """

    greater_is_better = True
    highest = 1.0
    perfect = 1.0
    summary = "share of the ratings that the algorithm could predict from what it learned"

    def _numbers(self, predictions: Predictions) -> np.ndarray:
        if predictions.impossible is None:
            return np.ones(len(predictions))
        return (~predictions.impossible).astype(float)
