"""Mean average precision at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.metrics._base import HitMetric


class MAP(HitMetric):
    """The precision at each hit, averaged over the hits that k places allow.

    AP@k = 1 / min(|relevant|, k) Σ_r hit_r P@r over the ranks r = 1 … k, and MAP@k its mean over
    the users (Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008,
    section 8.4). The book and trec_eval divide by |relevant|, which keeps a user with more than k
    relevant items below 1; min(|relevant|, k) gives a perfect list 1. From 0 to 1; NaN for a user
    without relevant items. Arguments as for `HitMetric.of_hits`.

    >>> hits = np.array([[True, False, True], [False, True, False]])
    >>> MAP().of_hits(hits, np.array([2, 9])).round(4)
    array([0.8333, 0.1667])
    """

    summary = "precision at each relevant item among the k recommended, averaged"

    def _of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        k = hits.shape[1]
        precision = np.cumsum(hits, axis=1) / np.arange(1, k + 1)
        return (precision * hits).sum(axis=1) / np.minimum(n_relevant, k)
