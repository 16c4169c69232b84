"""Scores that the model is fairly sure of."""

from __future__ import annotations

import numpy as np

from recli.algorithms import Algorithm

DEVIATIONS = 1.0
"""How many deviations below the prediction: five of six ratings are above that, if they are normal."""


class LowerBound(Algorithm):
    """A fitted algorithm that scores by prediction − deviation of the rating.

    Of two items with the same prediction, the one of which more is known goes first. Raises
    UsageError, at the first score, for an algorithm that does not know its deviations.
    """

    def __init__(self, algorithm: Algorithm) -> None:
        self.algorithm = algorithm
        self.trainset = algorithm.trainset

    def score_users(self, users: np.ndarray) -> np.ndarray:
        deviations = self.algorithm.deviations_of_users(users)
        return self.algorithm.score_users(users) - DEVIATIONS * deviations
