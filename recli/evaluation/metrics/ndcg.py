"""Normalised discounted cumulative gain at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.metrics._base import HitMetric


class NDCG(HitMetric):
    """The discounted gain of the list, as a share of the best that k places allow.

    nDCG@k = DCG / IDCG with DCG = Σ_r hit_r / log2(r + 1) over the ranks r = 1 … k, and IDCG that
    of a list which begins with min(|relevant|, k) hits (Järvelin and Kekäläinen, Cumulated
    gain-based evaluation of IR techniques, TOIS 2002, with binary gain). From 0 to 1; NaN for a
    user without relevant items. Arguments as for `HitMetric.of_hits`.

    >>> hits = np.array([[True, False, True], [False, True, False]])
    >>> NDCG().of_hits(hits, np.array([2, 1])).round(4)
    array([0.9197, 0.6309])
    """

    summary = "gain of the k recommended, discounted by rank, as a share of the best"

    def _of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        k = hits.shape[1]
        discount = 1 / np.log2(np.arange(2, k + 2))
        # Both summed from rank 1 on: rounded alike, so that a perfect list gives exactly 1.
        gain = np.cumsum(hits * discount, axis=1)[:, -1]
        ideal = np.cumsum(discount)[np.minimum(n_relevant, k) - 1]
        return gain / ideal
