"""Normalised discounted cumulative gain at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import HitMetric
from recli.params import Choice


class NDCG(HitMetric):
    """The discounted gain of the list, as a share of the best that k places allow.

    nDCG@k = DCG / IDCG with DCG = Σ_r g_r / log2(r + 1) over the ranks r = 1 … k, and IDCG the DCG
    of the best list for the user (Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR
    techniques, TOIS 2002).

    With `gain=binary`, g_r is 1 for a relevant item and 0 for another; the best list begins with
    min(|relevant|, k) hits. With `gain=rating`, g_r is the test rating less the lowest of the scale,
    0 for an item that the user has not rated in the test; the best list has the user's k best test
    ratings in order. That asks for no threshold, and is linear, where others take 2^rating - 1.

    From 0 to 1; NaN for a user without relevant items, or with `gain=rating` for one with nothing
    above the lowest rating. Arguments as for `HitMetric.of_hits`, which takes hits for gains of 1.

    >>> hits = np.array([[True, False, True], [False, True, False]])
    >>> NDCG().of_hits(hits, np.array([2, 1])).round(4)
    array([0.9197, 0.6309])
    """

    parameters = (
        Choice(
            "gain",
            "binary",
            "what a place is worth: 1 for a relevant item, or the test rating",
            options=("binary", "rating"),
        ),
    )
    summary = "gain of the k recommended, discounted by rank, as a share of the best"

    def values(self, lists: EvaluatedLists) -> np.ndarray:
        return super().values(lists) if self.options["gain"] == "binary" else _by_rating(lists)

    def _of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        return of_gains(hits, np.arange(hits.shape[1]) < n_relevant[:, None])


def of_gains(gains: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Normalised gain of each user's list by the gains of its places.

    Args:
        gains: Float or bool [n_users, k], k ≥ 1; the gain of the item at rank r + 1 of user u's list.
        best: The same of the best list for the user: the largest gains, descending, padded with 0.

    Returns:
        float64[n_users]; NaN where `best` is all 0.

    >>> of_gains(np.array([[0.0, 3.0, 1.0]]), np.array([[4.0, 3.0, 1.0]])).round(4)
    array([0.3743])
    """
    gain, ideal = _dcg(gains), _dcg(best)
    return np.divide(gain, ideal, out=np.full(len(ideal), np.nan), where=ideal > 0)


def _dcg(gains: np.ndarray) -> np.ndarray:
    # Summed from rank 1 on: list and ideal are rounded alike, so that a perfect list gives exactly 1.
    discount = 1 / np.log2(np.arange(2, gains.shape[1] + 2))
    return np.cumsum(gains * discount, axis=1)[:, -1]


def _by_rating(lists: EvaluatedLists) -> np.ndarray:
    lowest = lists.statistics.dataset.ratings.scale[0]
    rows, gains = lists.tested.rows, lists.tested.values - lowest
    gains = gains[np.lexsort((-gains, rows))]
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)
    counted = place < lists.k
    best = np.zeros(lists.items.shape)
    best[rows[counted], place[counted]] = gains[counted]
    return of_gains(np.nan_to_num(lists.ratings - lowest), best)
