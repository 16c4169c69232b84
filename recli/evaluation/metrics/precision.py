"""Precision at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.metrics._base import HitMetric


class Precision(HitMetric):
    """The share of the k recommended items that are relevant.

    P@k = hits / k, also for lists shorter than k (Herlocker et al., Evaluating Collaborative
    Filtering Recommender Systems, TOIS 2004, section 4.2). From 0 to 1, and at most |relevant| / k;
    NaN for a user without relevant items. Arguments as for `HitMetric.of_hits`.

    >>> hits = np.array([[True, False, True, False], [False, False, False, True]])
    >>> Precision().of_hits(hits, np.array([2, 3]))
    array([0.5 , 0.25])
    """

    summary = "share of the k recommended items that are relevant"

    def _of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        return hits.mean(axis=1)
