"""Recall at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.metrics._base import RankingMetric


class Recall(RankingMetric):
    """The share of the relevant items that are among the k recommended.

    R@k = hits / |relevant| (Herlocker et al., Evaluating Collaborative Filtering Recommender
    Systems, TOIS 2004, section 4.2). From 0 to 1, and at most k / |relevant|; NaN for a user
    without relevant items. Arguments as for `RankingMetric.per_user`.

    >>> hits = np.array([[True, False, True, False], [False, False, False, True]])
    >>> Recall().per_user(hits, np.array([2, 4]))
    array([1.  , 0.25])
    """

    summary = "share of the relevant items that are among the k recommended"

    def _values(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        return hits.sum(axis=1) / n_relevant
