"""Rank-biased precision at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.elsewhere import LENSKIT, RANX, Elsewhere
from recli.evaluation.metrics._base import HitMetric
from recli.params import Float


class RBP(HitMetric):
    """The rate of relevant items that a patient user meets, who goes on to the next place with p.

    RBP@k = (1 - p) Σ_r hit_r p^(r - 1) over the ranks r = 1 … k (Moffat and Zobel, Rank-biased
    precision for measurement of retrieval effectiveness, TOIS 2008). With p near 0 the first place
    is all that counts, with p near 1 all places count alike. From 0 to 1 - p^k, which is below 1
    because places after k are taken to hold nothing relevant; NaN for a user without relevant items.
    Arguments as for `HitMetric.of_hits`.

    >>> hits = np.array([[True, False, True], [False, True, False]])
    >>> RBP(p=0.5).of_hits(hits, np.array([2, 1]))
    array([0.625, 0.25 ])
    """

    parameters = (
        Float("p", 0.8, "how likely the user goes on to the next place", low=0.0, high=0.9999),
    )
    perfect = 1 - 0.8**10
    summary = "relevant items that a user meets who goes on to the next place with p"
    elsewhere = (
        Elsewhere(0.162, {LENSKIT: "RBP(k, patience=0.8)"}),
        Elsewhere(
            0.162, {RANX: "rbp.80"}, "looks at lists of any length; as here where they have k", None
        ),
    )

    def _of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        p = self.options["p"]
        values: np.ndarray = (1 - p) * (hits * p ** np.arange(hits.shape[1])).sum(axis=1)
        return values
