"""Precision at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.metrics._base import RankingMetric


class Precision(RankingMetric):
    """The share of the k recommended items that are relevant.

    P@k = hits / k, also for lists shorter than k (Herlocker et al., Evaluating Collaborative
    Filtering Recommender Systems, TOIS 2004, section 4.2). From 0 to 1, and at most |relevant| / k;
    NaN for a user without relevant items. Arguments as for `RankingMetric.per_user`.

    >>> hits = np.array([[True, False, True, False], [False, False, False, True]])
    >>> Precision().per_user(hits, np.array([2, 3]))
    array([0.5 , 0.25])
    """

    summary = "share of the k recommended items that are relevant"

    def _values(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        return hits.mean(axis=1)
