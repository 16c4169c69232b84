"""Precision at k."""

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
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import HitMetric
from recli.params import Choice


class Precision(HitMetric):
    """The share of the k recommended items that are relevant.

    P@k = hits / k, also for lists shorter than k (Herlocker et al., Evaluating Collaborative
    Filtering Recommender Systems, TOIS 2004, section 4.2). From 0 to 1, and at most |relevant| / k;
    NaN for a user without relevant items.

    With `denominator=length` a shorter list is divided by its own length, an empty one gives 0; with
    `denominator=min` every list by min(|relevant|, k), so that a perfect one has 1. Arguments as for
    `HitMetric.of_hits`.

    >>> hits = np.array([[True, False, True, False], [False, False, False, True]])
    >>> Precision().of_hits(hits, np.array([2, 3]))
    array([0.5 , 0.25])
    """

    parameters = (
        Choice(
            "denominator",
            "k",
            "what hits are divided by: k, the length of the list, or the least of |relevant| and k",
            options=("k", "length", "min"),
        ),
    )
    summary = "share of the k recommended items that are relevant"
    elsewhere = (
        Elsewhere(
            0.333333,
            {
                RECTOOLS: "Precision(k)",
                TREC_EVAL: "P_k",
                IR_MEASURES: "P@k",
                RANX: "precision@k",
                RECBOLE: "Precision",
                RECOMMENDERS: "precision_at_k(k)",
                ELLIOT: "Precision",
                MLLIB: "precisionAt(k)",
            },
        ),
        Elsewhere(
            0.541667,
            {RECTOOLS: "Precision(k, r_precision=True)"},
            "divides by min(|relevant|, k)",
            "denominator=min",
        ),
        Elsewhere(
            0.375,
            {LENSKIT: "Precision(k)", RS_METRICS: "precision(k)"},
            "divides by the length of the list, where that is less than k",
            "denominator=length",
        ),
        Elsewhere(
            0.375,
            {SURPRISE: "FAQ, precision_recall_at_k"},
            (
                "ranks only what the user rated in the test; divides by those of the first k that are"
                " predicted at or above the threshold, and is 0 without"
            ),
            None,
        ),
    )

    def values(self, lists: EvaluatedLists) -> np.ndarray:
        found = super().values(lists)
        if self.options["denominator"] == "length":
            found *= lists.k / np.maximum(np.count_nonzero(lists.items >= 0, axis=1), 1)
        return found

    def _of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        if self.options["denominator"] == "min":
            return hits.sum(axis=1) / np.minimum(n_relevant, hits.shape[1])
        return hits.mean(axis=1)
