"""Gini index at k."""

from __future__ import annotations

import numpy as np

from recli.data.checks.concentration import gini
from recli.evaluation.metrics._items import CountMetric


class Gini(CountMetric):
    """How unevenly the recommendations are spread over the catalogue.

    The Gini index of how often each item is among the k recommended: with these counts x_1 ≤ … ≤
    x_n in order, over all n items of the catalogue, G = Σ_i (2i - n - 1) x_i / (n Σ_i x_i) (Fleder
    and Hosanagar, Blockbuster culture's next rise or fall, Management Science 2009). Shani and
    Gunawardana (Evaluating recommendation systems, 2011, section 8.3.3) divide by n - 1 in place of n.

    From 0, all items alike, to 1 - 1/n, one item in every list. Less counts as better: the index is
    read as concentration on few items. That is a choice; what sells well may be meant to be there.
    NaN if nothing is recommended. Arguments as for `CountMetric.of_counts`.

    >>> Gini().of_counts(np.array([2, 2, 2, 2])), Gini().of_counts(np.array([0, 0, 8, 0]))
    (0.0, 0.75)
    """

    greater_is_better = False
    highest = 1.0
    summary = "how unevenly the recommendations are spread over the catalogue"

    def _of_counts(self, counts: np.ndarray) -> float:
        return gini(counts)
