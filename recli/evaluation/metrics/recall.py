"""Recall at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.metrics._base import HitMetric


class Recall(HitMetric):
    """The share of the relevant items that are among the k recommended.

    R@k = hits / |relevant| (Herlocker et al., Evaluating Collaborative Filtering Recommender
    Systems, TOIS 2004, section 4.2). From 0 to 1, and at most k / |relevant|; NaN for a user
    without relevant items. Arguments as for `HitMetric.of_hits`.

    >>> hits = np.array([[True, False, True, False], [False, False, False, True]])
    >>> Recall().of_hits(hits, np.array([2, 4]))
    array([1.  , 0.25])
    """

    summary = "share of the relevant items that are among the k recommended"

    def _of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        return hits.sum(axis=1) / n_relevant
