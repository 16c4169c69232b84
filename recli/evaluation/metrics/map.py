"""Mean average precision at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.elsewhere import (
    ELLIOT,
    IR_MEASURES,
    MLLIB,
    RANX,
    RECBOLE,
    RECOMMENDERS,
    RECTOOLS,
    RS_METRICS,
    TREC_EVAL,
    Elsewhere,
)
from recli.evaluation.metrics._base import HitMetric
from recli.params import Choice


class MAP(HitMetric):
    """The precision at each hit, averaged over the hits that k places allow.

    AP@k = 1 / min(|relevant|, k) Σ_r hit_r P@r over the ranks r = 1 … k, and MAP@k its mean over
    the users (Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008,
    section 8.4). The book and trec_eval divide by |relevant|, as does `denominator=relevant`, which
    keeps a user with more than k relevant items below 1; min(|relevant|, k) gives a perfect list 1;
    `denominator=k` keeps those below 1 who have fewer.

    With `of=places` it is another metric of the same name: the mean of P@r over all ranks r = 1 … k,
    hits or not. From 0 to 1; NaN for a user without relevant items. Arguments as for
    `HitMetric.of_hits`.

    >>> hits = np.array([[True, False, True], [False, True, False]])
    >>> MAP().of_hits(hits, np.array([2, 9])).round(4)
    array([0.8333, 0.1667])
    """

    parameters = (
        Choice(
            "of",
            "hits",
            "which places' precision is averaged: that of hits, or that of all k",
            options=("hits", "places"),
        ),
        Choice(
            "denominator",
            "min",
            "what is divided by: the relevant items, k, or the least of both",
            options=("min", "relevant", "k"),
            when=("of", ("hits",)),
        ),
    )
    summary = "precision at each relevant item among the k recommended, averaged"
    elsewhere = (
        Elsewhere(
            0.326389,
            {RECBOLE: "MAP", RECOMMENDERS: "map_at_k(k)", MLLIB: "meanAveragePrecisionAt(k)"},
        ),
        Elsewhere(
            0.291667,
            {
                RECTOOLS: "MAP(k)",
                TREC_EVAL: "map_cut_k",
                IR_MEASURES: "AP@k",
                RANX: "map@k",
                RS_METRICS: "mapr(k)",
                RECOMMENDERS: "map(k)",
            },
            "divides by all relevant items, also where they are more than k",
            "denominator=relevant",
        ),
        Elsewhere(
            0.222222,
            {RECTOOLS: "MAP(k, divide_by_k=True)"},
            "divides by k, also where fewer are relevant",
            "denominator=k",
        ),
        Elsewhere(
            0.319444,
            {ELLIOT: "MAP"},
            "the mean of the precision at every rank up to k, hits or not",
            "of=places",
        ),
        Elsewhere(
            0.291667,
            {MLLIB: "meanAveragePrecision"},
            "divides by all relevant items, and looks at lists of any length",
            None,
        ),
    )

    def _of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        k = hits.shape[1]
        precision = np.cumsum(hits, axis=1) / np.arange(1, k + 1)
        if self.options["of"] == "places":
            return precision.mean(axis=1)
        divided_by = {"min": np.minimum(n_relevant, k), "relevant": n_relevant, "k": k}
        return (precision * hits).sum(axis=1) / divided_by[self.options["denominator"]]
