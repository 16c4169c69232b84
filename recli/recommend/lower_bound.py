"""How far ratings may be from what is predicted, and lists that mind it."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from recli.algorithms import Algorithm
from recli.recommend.model import Model

Sort = Literal["score", "lower-bound"]
SORTS: tuple[Sort, ...] = get_args(Sort)
DEVIATIONS = 1.0
"""How many deviations the lower bound is below the prediction: if ratings are normal, five of six are
above it."""


class LowerBound(Algorithm):
    """A fitted algorithm that scores by the prediction less the deviation of the rating.

    Of two items with the same prediction, the one that more is known of goes first. An algorithm that
    does not know its deviations raises UsageError when it is asked for a score.
    """

    def __init__(self, algorithm: Algorithm) -> None:
        self.algorithm = algorithm
        self.trainset = algorithm.trainset

    def score_users(self, users: np.ndarray) -> np.ndarray:
        deviations = self.algorithm.deviations_of_users(users)
        return self.algorithm.score_users(users) - DEVIATIONS * deviations


def sorted_by(algorithm: Algorithm, sort: Sort) -> Algorithm:
    """A fitted algorithm whose scores order items as `sort` says: by `score`, or by `lower-bound`."""
    return LowerBound(algorithm) if sort == "lower-bound" else algorithm


def deviations_of(model: Model, user: int, items: np.ndarray) -> np.ndarray | None:
    """The deviations of a user's ratings of items, float64[n], all given by codes.

    None where the model does not know them.
    """
    if not model.algorithm.has_deviations:
        return None
    users = np.full(len(items), model.trainset.inner_users[user])
    return model.algorithm.deviations_of_pairs(users, model.trainset.inner_items[items])
