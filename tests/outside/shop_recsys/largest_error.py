"""A metric."""

from __future__ import annotations

import numpy as np

from recli.evaluation.metrics import RatingMetric


class LargestError(RatingMetric):
    """The largest error of a prediction."""

    summary = "the largest error"

    def _value(self, predictions):
        return float(np.abs(predictions.truth - predictions.estimate).max())

    def _values(self, predictions):
        errors = np.abs(predictions.truth - predictions.estimate)
        return np.array([errors[predictions.users == u].max() for u in predictions.distinct])
