"""F1 at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.elsewhere import ELLIOT, RANX, RECTOOLS, Elsewhere
from recli.evaluation.metrics._base import HitMetric


class F1(HitMetric):
    """The harmonic mean of a list's precision and recall.

    F1@k = 2 P R / (P + R) with P = hits / k and R = hits / |relevant|, and 0 without a hit; that is
    2 hits / (k + |relevant|) (van Rijsbergen, Information Retrieval, 1979, chapter 7, with E = 1 - F
    and equal weights). It is computed for each user and then averaged, which is not the F1 of mean
    precision and mean recall. From 0 to 1, and 1 only for |relevant| = k; NaN for a user without
    relevant items. Arguments as for `HitMetric.of_hits`.

    >>> hits = np.array([[True, False, True, False], [False, False, False, True]])
    >>> F1().of_hits(hits, np.array([2, 6])).round(4)
    array([0.6667, 0.2   ])
    """

    summary = "harmonic mean of precision and recall of the k recommended"
    elsewhere = (Elsewhere(0.367857, {RECTOOLS: "F1Beta(k)", RANX: "f1@k", ELLIOT: "F1"}),)
    elsewhere = (Elsewhere(0.367857, {RECTOOLS: "F1Beta(k)", RANX: "f1@k", ELLIOT: "F1"}),)

    def _of_hits(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        return 2 * hits.sum(axis=1) / (hits.shape[1] + n_relevant)
