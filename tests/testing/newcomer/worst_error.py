"""A metric of somebody else of predicted ratings, with two options."""

from __future__ import annotations

import numpy as np

from recli.evaluation.metrics import RatingMetric
from recli.params import Choice, Float


class WorstError(RatingMetric):
    """The largest error of a prediction, or the mean of those as large as a share of it."""

    parameters = (
        Float("at_least", 1.0, "share of the largest error that counts", low=0, high=1),
        Choice("side", "both", "which errors count", options=("both", "above")),
    )
    summary = "the largest error"

    def _value(self, predictions):
        errors = predictions.estimate - predictions.truth
        errors = np.abs(errors) if self.options["side"] == "both" else np.maximum(errors, 0)
        return float(errors[errors >= self.options["at_least"] * errors.max()].mean())

    def _values(self, predictions):
        alone = [predictions.where(predictions.users == user) for user in predictions.distinct]
        return np.array([self._value(one) for one in alone])
