"""Entropy at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.elsewhere import ELLIOT, RECBOLE, Elsewhere
from recli.evaluation.metrics._items import CountMetric


class Entropy(CountMetric):
    """How evenly the recommendations are spread over items, in bits.

    Shannon's entropy H = -Σ_i p_i log2 p_i, p_i the share of item i in all recommendations (Shani
    and Gunawardana, Evaluating recommendation systems, 2011, section 8.3.3). From 0, one item in
    every list, to log2 |catalogue|, all items alike; NaN if nothing is recommended. Arguments as
    for `CountMetric.of_counts`.

    >>> Entropy().of_counts(np.array([2, 2, 0, 2, 2])), Entropy().of_counts(np.array([0, 8, 0]))
    (2.0, 0.0)
    """

    summary = "bits of the distribution of the recommendations over items"
    elsewhere = (
        Elsewhere(
            0.237593,
            {RECBOLE: "ShannonEntropy"},
            (
                "in nats, and divided by the number of different items recommended; a list shorter "
                "than k is filled up with what the user has seen"
            ),
            None,
        ),
        Elsewhere(
            3.126098,
            {ELLIOT: "ShannonEntropy"},
            "an item is weighed by 1 over the length of the lists that it is in",
            None,
        ),
    )

    def _of_counts(self, counts: np.ndarray) -> float:
        share = counts[counts > 0] / counts.sum()
        return float((share * np.log2(1 / share)).sum())
