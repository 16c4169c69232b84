"""Normalised discounted cumulative gain at k, of ratings."""

from __future__ import annotations

import numpy as np

from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import ListMetric
from recli.evaluation.metrics.ndcg import NDCG


class GradedNDCG(ListMetric):
    """The discounted gain of the list, where an item's gain is its rating: `ndcg:gain=rating`.

    It asks for no threshold. From 0 to 1; NaN for a user with nothing above the lowest rating of the
    scale. Definition and source as for `NDCG`.
    """

    aspect = "accuracy"
    highest = 1.0
    perfect = 1.0
    summary = "gain of the k recommended by their test ratings, discounted by rank"

    def values(self, lists: EvaluatedLists) -> np.ndarray:
        return NDCG(gain="rating").values(lists)
