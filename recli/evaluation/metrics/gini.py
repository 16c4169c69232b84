"""Gini index at k."""

from __future__ import annotations

import numpy as np

from recli.data.checks.concentration import gini
from recli.evaluation.elsewhere import ELLIOT, LENSKIT, RECBOLE, Elsewhere
from recli.evaluation.metrics._items import CountMetric
from recli.params import Choice


class Gini(CountMetric):
    """How unevenly the recommendations are spread over the catalogue.

    The Gini index of how often each item is among the k recommended: with these counts x_1 ≤ … ≤
    x_n in order, over all n items of the catalogue, G = Σ_i (2i - n - 1) x_i / (n Σ_i x_i) (Fleder
    and Hosanagar, Blockbuster culture's next rise or fall, Management Science 2009). Shani and
    Gunawardana (Evaluating recommendation systems, 2011, section 8.3.3) divide by n - 1 in place of n,
    as does `denominator=n-1`.

    From 0, all items alike, to 1 - 1/n, one item in every list, or to 1 with n - 1. Less counts as
    better: the index is read as concentration on few items. That is a choice; what sells well may be
    meant to be there. NaN if nothing is recommended. Arguments as for `CountMetric.of_counts`.

    >>> Gini().of_counts(np.array([2, 2, 2, 2])), Gini().of_counts(np.array([0, 0, 8, 0]))
    (0.0, 0.75)
    """

    parameters = (
        Choice(
            "denominator",
            "n",
            "what is divided by: the items of the catalogue, or one less, so that 1 can be reached",
            options=("n", "n-1"),
        ),
    )
    greater_is_better = False
    highest = 1.0
    summary = "how unevenly the recommendations are spread over the catalogue"
    elsewhere = (
        Elsewhere(0.227273, {LENSKIT: "ListGini(k)"}),
        Elsewhere(
            0.318182,
            {RECBOLE: "GiniIndex"},
            (
                "a list shorter than k is filled up with what the user has seen, and padding is an "
                "item"
            ),
            None,
        ),
        Elsewhere(
            0.747475,
            {ELLIOT: "GiniIndex"},
            "1 less what denominator=n-1 gives: how even, and not how uneven",
            None,
        ),
    )

    def _of_counts(self, counts: np.ndarray) -> float:
        found, n = gini(counts), len(counts)
        return found * n / max(n - 1, 1) if self.options["denominator"] == "n-1" else found
