"""Mean reciprocal rank at k."""

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


class MRR(HitMetric):
    """One over the rank of the first relevant item.

    RR@k = 1 / r with r the rank of the first hit among the k recommended, 0 without one, and MRR@k
    its mean over the users (Voorhees, The TREC-8 Question Answering Track Report, 1999). From 0 to
    1; NaN for a user without relevant items. Arguments as for `HitMetric.of_hits`.

    >>> hits = np.array([[False, True, True], [False, False, False]])
    >>> MRR().of_hits(hits, np.array([2, 1]))
    array([0.5, 0. ])
    """

    summary = "one over the rank of the first relevant item among the k recommended"
    elsewhere = (
        Elsewhere(
            0.5,
            {
                RECTOOLS: "MRR(k)",
                LENSKIT: "RecipRank(k)",
                IR_MEASURES: "RR@k",
                RANX: "mrr@k",
                RECBOLE: "MRR",
                ELLIOT: "MRR",
                RS_METRICS: "mrr(k)",
            },
        ),
        Elsewhere(
            0.5,
            {TREC_EVAL: "recip_rank"},
            "looks at lists of any length; as here where they have k",
            None,
        ),
    )

    def _of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        return np.where(hits.any(axis=1), 1 / (1 + hits.argmax(axis=1)), 0.0)
