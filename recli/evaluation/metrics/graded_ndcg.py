"""Normalised discounted cumulative gain at k, of ratings."""

from __future__ import annotations

import numpy as np

from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import ListMetric


class GradedNDCG(ListMetric):
    """The discounted gain of the list, where an item's gain is its rating.

    nDCG@k = DCG / IDCG with DCG = Σ_r g_r / log2(r + 1) over the ranks r = 1 … k; g_r is the test
    rating less the lowest of the scale, 0 for an item that the user has not rated in the test, and
    IDCG is the DCG of her k best test ratings in order (Järvelin and Kekäläinen, Cumulated
    gain-based evaluation of IR techniques, TOIS 2002; the gain is linear, where others take
    2^rating - 1). It asks for no threshold. From 0 to 1; NaN for a user with nothing above the
    lowest rating.

    >>> gains, best = np.array([[0.0, 3.0, 1.0]]), np.array([[4.0, 3.0, 1.0]])
    >>> GradedNDCG().of_gains(gains, best).round(4)
    array([0.3743])
    """

    aspect = "accuracy"
    summary = "gain of the k recommended by their test ratings, discounted by rank"

    def values(self, lists: EvaluatedLists) -> np.ndarray:
        lowest = lists.statistics.dataset.ratings.scale[0]
        rows, gains = lists.tested.rows, lists.tested.values - lowest
        gains = gains[np.lexsort((-gains, rows))]
        place = np.arange(len(rows)) - np.searchsorted(rows, rows)
        counted = place < lists.k
        best = np.zeros(lists.items.shape)
        best[rows[counted], place[counted]] = gains[counted]
        return self.of_gains(np.nan_to_num(lists.ratings - lowest), best)

    def of_gains(self, gains: np.ndarray, best: np.ndarray) -> np.ndarray:
        """The metric of each user's list, float64[n_users]; NaN where `best` is all 0.

        gains: float64[n_users, k], k ≥ 1; the gain of the item at rank r + 1 of user u's list
        best: float64[n_users, k], the user's largest gains, descending, padded with 0
        """
        gain, ideal = _dcg(gains), _dcg(best)
        return np.divide(gain, ideal, out=np.full(len(ideal), np.nan), where=ideal > 0)


def _dcg(gains: np.ndarray) -> np.ndarray:
    # Summed from rank 1 on: list and ideal are rounded alike, so that a perfect list gives exactly 1.
    discount = 1 / np.log2(np.arange(2, gains.shape[1] + 2))
    return np.cumsum(gains * discount, axis=1)[:, -1]
