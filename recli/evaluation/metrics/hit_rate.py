"""Hit rate at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.metrics._base import RankingMetric


class HitRate(RankingMetric):
    """The share of users with at least one relevant item among the k recommended.

    HR@k of a user is 1 with a hit and 0 without (Deshpande and Karypis, Item-Based Top-N
    Recommendation Algorithms, TOIS 2004, for one relevant item a user). From 0 to 1; NaN for a
    user without relevant items. Arguments as for `RankingMetric.per_user`.

    >>> hits = np.array([[True, False, True], [False, False, False]])
    >>> HitRate().per_user(hits, np.array([2, 1])), HitRate()(hits, np.array([2, 1]))
    (array([1., 0.]), 0.5)
    """

    summary = "share of users with a relevant item among the k recommended"

    def _values(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        return np.where(hits.any(axis=1), 1.0, 0.0)
