"""Normalised discounted cumulative gain at k."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from recli.evaluation.elsewhere import (
    ELLIOT,
    IR_MEASURES,
    LENSKIT,
    MLLIB,
    RANX,
    RECBOLE,
    RECOMMENDERS,
    RECTOOLS,
    RS_METRICS,
    TREC_EVAL,
    Elsewhere,
)
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import HitMetric
from recli.params import Choice


class NDCG(HitMetric):
    """The discounted gain of the list, as a share of the best that k places allow.

    nDCG@k = DCG / IDCG with DCG = Σ_r g_r / log2(r + 1) over the ranks r = 1 … k, and IDCG the DCG
    of the best list for the user (Järvelin and Kekäläinen, Cumulated gain-based evaluation of IR
    techniques, TOIS 2002). They divide by log2 r, and not at all at the first rank, so that the first
    two places weigh the same: that is `discount=rank`.

    With `gain=binary`, g_r is 1 for a relevant item and 0 for another; the best list begins with
    min(|relevant|, k) hits, or with `ideal=k` with k, however few are relevant. The other gains are of
    the test ratings, 0 for an item that the user has not rated in the test, and the best list has the
    user's k best in order: `rating` less the lowest of the scale, which asks for no threshold;
    `stars`, the rating itself; `exponential`, 2^rating - 1; and `exponential-liked`,
    2^(rating - threshold + 1) - 1 for what is relevant and 0 for the rest. None is below 0.

    From 0 to 1; NaN for a user without relevant items, or with gains of ratings for one without any
    gain in the test. Arguments as for `HitMetric.of_hits`, which takes hits for gains of 1.

    >>> hits = np.array([[True, False, True], [False, True, False]])
    >>> NDCG().of_hits(hits, np.array([2, 1])).round(4)
    array([0.9197, 0.6309])
    >>> NDCG(ideal="k").of_hits(hits, np.array([2, 1])).round(4)
    array([0.7039, 0.2961])
    """

    parameters = (
        Choice(
            "gain",
            "binary",
            "what a place is worth: 1 for a relevant item, or something of the test rating",
            options=("binary", "rating", "stars", "exponential", "exponential-liked"),
        ),
        Choice(
            "ideal",
            "relevant",
            "how many hits the best list has: as many as are relevant, k at most, or always k",
            options=("relevant", "k"),
            when=("gain", ("binary",)),
        ),
        Choice(
            "discount",
            "rank+1",
            "what log2 of divides a place's gain: the rank and one more, or the rank, from 2 on",
            options=("rank+1", "rank"),
        ),
    )
    summary = "gain of the k recommended, discounted by rank, as a share of the best"
    elsewhere = (
        Elsewhere(
            0.430425,
            {
                RECTOOLS: "NDCG(k, divide_by_achievable=True)",
                TREC_EVAL: "ndcg_cut_k",
                IR_MEASURES: "nDCG@k",
                RANX: "ndcg@k",
                RECOMMENDERS: "ndcg_at_k(k)",
                ELLIOT: "nDCGRendle2020",
                RECBOLE: "NDCG",
                MLLIB: "ndcgAt(k)",
                RS_METRICS: "ndcg(k)",
            },
        ),
        Elsewhere(
            0.32402,
            {RECTOOLS: "NDCG(k)"},
            "the best list has k hits, however few are relevant",
            "ideal=k",
        ),
        Elsewhere(
            0.529977,
            {LENSKIT: "NDCG(k)"},
            "ranks 1 and 2 weigh the same: divided by log2 of the rank, from 2 on",
            "discount=rank",
        ),
        Elsewhere(
            0.666817,
            {LENSKIT: 'NDCG(k, gain="rating")'},
            "a gain is the rating, of all that is rated in the test; ranks 1 and 2 weigh the same",
            "gain=stars,discount=rank",
        ),
        Elsewhere(
            0.646343,
            {
                TREC_EVAL: "ndcg_cut_k, ratings as relevance",
                RANX: "ndcg@k, ratings as relevance",
                RECOMMENDERS: 'ndcg_at_k(k, score_type="raw"), all ratings',
            },
            "a gain is the rating, of all that is rated in the test",
            "gain=stars",
        ),
        Elsewhere(
            0.59802,
            {
                RANX: "ndcg_burges@k, ratings as relevance",
                RECOMMENDERS: 'ndcg_at_k(k, score_type="exp"), all ratings',
            },
            "a gain is 2^rating - 1, of all that is rated in the test",
            "gain=exponential",
        ),
        Elsewhere(
            0.496668,
            {ELLIOT: "nDCG"},
            "a gain is 2^(rating - threshold + 1) - 1 of what is liked",
            "gain=exponential-liked",
        ),
    )

    def values(self, lists: EvaluatedLists) -> np.ndarray:
        gain = self.options["gain"]
        if gain == "binary":
            return super().values(lists)
        return _of_ratings(lists, _GAINS[gain](lists), self._discount(lists.k))

    def _of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        k = hits.shape[1]
        n_best = np.full_like(n_relevant, k) if self.options["ideal"] == "k" else n_relevant
        return of_gains(hits, np.arange(k) < n_best[:, None], self._discount(k))

    def _discount(self, k: int) -> np.ndarray:
        ranks = np.arange(1, k + 1)
        return 1 / np.log2(
            ranks + 1 if self.options["discount"] == "rank+1" else np.maximum(ranks, 2)
        )


def of_gains(gains: np.ndarray, best: np.ndarray, discount: np.ndarray) -> np.ndarray:
    """Normalised gain of each user's list by the gains of its places.

    Args:
        gains: Float or bool [n_users, k], k ≥ 1; the gain of the item at rank r + 1 of user u's list.
        best: The same of the best list for the user: the largest gains, descending, padded with 0.
        discount: float64[k], what the gain of a place is multiplied by.

    Returns:
        float64[n_users]; NaN where `best` is all 0.

    >>> discount = 1 / np.log2([2, 3, 4])
    >>> of_gains(np.array([[0.0, 3.0, 1.0]]), np.array([[4.0, 3.0, 1.0]]), discount).round(4)
    array([0.3743])
    """
    gain, ideal = _dcg(gains, discount), _dcg(best, discount)
    return np.divide(gain, ideal, out=np.full(len(ideal), np.nan), where=ideal > 0)


def _dcg(gains: np.ndarray, discount: np.ndarray) -> np.ndarray:
    # Summed from rank 1 on: list and ideal are rounded alike, so that a perfect list gives exactly 1.
    return np.cumsum(gains * discount, axis=1)[:, -1]


def _of_ratings(lists: EvaluatedLists, gains: np.ndarray, discount: np.ndarray) -> np.ndarray:
    """The metric by the gains of the test ratings, float64[n_tested]."""
    rows, gains = lists.tested.rows, np.maximum(gains, 0)
    shown = replace(lists, tested=replace(lists.tested, values=gains)).ratings
    gains = gains[np.lexsort((-gains, rows))]
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)
    counted = place < lists.k
    best = np.zeros(lists.items.shape)
    best[rows[counted], place[counted]] = gains[counted]
    return of_gains(np.nan_to_num(shown), best, discount)


def _exponential(lists: EvaluatedLists) -> np.ndarray:
    """2^rating - 1, divided by 2 to the user's highest, so that large counts stay finite."""
    values, rows = lists.tested.values, lists.tested.rows
    highest = np.zeros(len(lists.users))
    np.maximum.at(highest, rows, values)
    return np.exp2(values - highest[rows]) - np.exp2(-highest[rows])


_GAINS: dict[str, Callable[[EvaluatedLists], np.ndarray]] = {
    "rating": lambda lists: lists.tested.values - lists.statistics.dataset.ratings.scale[0],
    "stars": lambda lists: lists.tested.values,
    "exponential": _exponential,
    "exponential-liked": lambda lists: _exponential(_above_threshold(lists)),
}


def _above_threshold(lists: EvaluatedLists) -> EvaluatedLists:
    """The same lists where a test rating is 1 at the threshold, 1 more for each star, and below it 0."""
    values = lists.tested.values - lists.statistics.threshold + 1
    return replace(lists, tested=replace(lists.tested, values=np.where(lists.relevant, values, 0)))
