"""Recall at k."""

from __future__ import annotations

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
    SURPRISE,
    TREC_EVAL,
    Elsewhere,
)
from recli.evaluation.metrics._base import HitMetric
from recli.params import Choice


class Recall(HitMetric):
    """The share of the relevant items that are among the k recommended.

    R@k = hits / |relevant| (Herlocker et al., Evaluating Collaborative Filtering Recommender
    Systems, TOIS 2004, section 4.2). From 0 to 1, and at most k / |relevant|; NaN for a user
    without relevant items. With `denominator=min` hits are divided by min(|relevant|, k), so that a
    perfect list has 1 (Liang et al., Variational autoencoders for collaborative filtering, WWW 2018).
    Arguments as for `HitMetric.of_hits`.

    >>> hits = np.array([[True, False, True, False], [False, False, False, True]])
    >>> Recall().of_hits(hits, np.array([2, 4]))
    array([1.  , 0.25])
    """

    parameters = (
        Choice(
            "denominator",
            "relevant",
            "what hits are divided by: the relevant items, or the least of these and k",
            options=("relevant", "min"),
        ),
    )
    summary = "share of the relevant items that are among the k recommended"
    elsewhere = (
        Elsewhere(
            0.5,
            {
                RECTOOLS: "Recall(k)",
                TREC_EVAL: "recall_k",
                IR_MEASURES: "R@k",
                RANX: "recall@k",
                RECBOLE: "Recall",
                RECOMMENDERS: "recall_at_k(k)",
                ELLIOT: "Recall",
                MLLIB: "recallAt(k)",
                RS_METRICS: "recall(k)",
            },
        ),
        Elsewhere(
            0.541667, {LENSKIT: "Recall(k)"}, "divides by min(|relevant|, k)", "denominator=min"
        ),
        Elsewhere(
            0.3125,
            {SURPRISE: "FAQ, precision_recall_at_k"},
            (
                "ranks only what the user rated in the test; a hit has to be predicted at or above "
                "the threshold"
            ),
            None,
        ),
    )

    def _of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        most = n_relevant
        if self.options["denominator"] == "min":
            most = np.minimum(n_relevant, hits.shape[1])
        return hits.sum(axis=1) / most
