"""Hit rate at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.elsewhere import (
    ELLIOT,
    IR_MEASURES,
    LENSKIT,
    RANX,
    RECBOLE,
    RECTOOLS,
    RS_METRICS,
    TREC_EVAL,
    Elsewhere,
)
from recli.evaluation.metrics._base import HitMetric


class HitRate(HitMetric):
    """The share of users with at least one relevant item among the k recommended.

    HR@k of a user is 1 with a hit and 0 without (Deshpande and Karypis, Item-Based Top-N
    Recommendation Algorithms, TOIS 2004, for one relevant item a user). From 0 to 1; NaN for a
    user without relevant items. Arguments as for `HitMetric.of_hits`.

    >>> hits = np.array([[True, False, True], [False, False, False]])
    >>> HitRate().of_hits(hits, np.array([2, 1])).mean().item()
    0.5
    """

    summary = "share of users with a relevant item among the k recommended"
    elsewhere = (
        Elsewhere(
            0.75,
            {
                RECTOOLS: "HitRate(k)",
                LENSKIT: "Hit(k)",
                TREC_EVAL: "success_k",
                IR_MEASURES: "Success@k",
                RANX: "hit_rate@k",
                RECBOLE: "Hit",
                ELLIOT: "HR",
                RS_METRICS: "hitrate(k)",
            },
        ),
    )

    def _of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        return np.where(hits.any(axis=1), 1.0, 0.0)
