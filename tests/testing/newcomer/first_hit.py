"""A metric of somebody else whose best value is 0, with an option."""

from __future__ import annotations

import numpy as np

from recli.evaluation.metrics import HitMetric
from recli.params import Int


class FirstHit(HitMetric):
    """How many places stand before the first relevant item, over `unit`; all k without one.

    NaN for a user who likes nothing of the test.
    """

    parameters = (Int("unit", 1, "what a place counts", low=1),)
    greater_is_better = False
    highest = float("inf")
    perfect = 0.0
    summary = "places before the first relevant item"

    def _of_hits(self, hits, n_relevant):
        places = np.where(hits.any(axis=1), hits.argmax(axis=1), hits.shape[1])
        return places / self.options["unit"]
