"""How far ratings may be from what is predicted, and lists that mind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from recli.algorithms import Algorithm
from recli.algorithms._contract.catalogue import unknown_alike
from recli.models.model import FittedModel

Sort = Literal["score", "lower-bound"]
SORTS: tuple[Sort, ...] = get_args(Sort)
DEVIATIONS = 1.0
"""How many deviations the lower bound is below the prediction: if ratings are normal, five of six are
above it."""


class LowerBound(Algorithm):
    """A fitted algorithm that scores by the prediction less the deviation of the rating.

    Of two items with the same prediction, the one that more is known of goes first. An algorithm that
    does not know its deviations raises UsageError when it is asked for a score.

    Args:
        algorithm: a fitted algorithm
    """

    def __init__(self, algorithm: Algorithm) -> None:
        self.algorithm = algorithm
        self.trainset = algorithm.trainset

    def score_users(self, users: np.ndarray) -> np.ndarray:
        deviations = self.algorithm.deviations_of_users(unknown_alike(users))
        return self.algorithm.score_users(users) - DEVIATIONS * deviations


def sorted_by(algorithm: Algorithm, sort: Sort) -> Algorithm:
    """A fitted algorithm whose scores order items as `sort` says: by `score`, or by `lower-bound`.

    Args:
        algorithm: a fitted algorithm
        sort: what goes first: `score` or `lower-bound`
    """
    return LowerBound(algorithm) if sort == "lower-bound" else algorithm


@dataclass(frozen=True, eq=False)
class Predicted:
    """What a model predicts for places of lists, float64[n] each; None where it does not know.

    Attributes:
        ratings: cut off at the ends of the rating scale
        deviations: how far ratings may be from that
    """

    ratings: np.ndarray | None
    deviations: np.ndarray | None


def predicted(
    model: FittedModel, users: np.ndarray, items: np.ndarray, scores: np.ndarray, sort: Sort
) -> Predicted:
    """What lists that are sorted by `sort` say of ratings: users and items are codes, int[n].

    Args:
        model: a fitted model
        users: int32[n_users], codes of users
        items: int32[n], codes of items
        scores: float64[n_users, n_catalogue] by item code, -inf for what may not be recommended
        sort: what goes first: `score` or `lower-bound`
    """
    if model.algorithm.predicts != "ratings":
        return Predicted(None, None)
    trainset, deviations = model.trainset, None
    if model.algorithm.has_deviations:
        pairs = unknown_alike(trainset.inner_users[users]), trainset.inner_items[items]
        deviations = model.algorithm.deviations_of_pairs(*pairs)
        scores = scores + DEVIATIONS * deviations if sort == "lower-bound" else scores
    return Predicted(np.clip(scores, *trainset.rating_scale), deviations)
