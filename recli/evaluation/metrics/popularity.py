"""Popularity at k."""

from __future__ import annotations

import numpy as np

from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.elsewhere import ELLIOT, RECBOLE, RECTOOLS, Elsewhere
from recli.evaluation.metrics._items import ItemMetric


class Popularity(ItemMetric):
    """The mean number of training ratings of the items in the list.

    Average recommendation popularity: ARP@k = mean over users of 1/|L_u| Σ_{i in L_u} ratings of i
    (Yin et al., Challenging the long tail recommendation, VLDB 2012). In ratings, from 0; NaN for
    an empty list. Less counts as better, because the metric is mostly asked for to see a bias towards
    what is popular; the popular is no worse for it.
    """

    greater_is_better = False
    summary = "training ratings of the k recommended items, averaged"
    elsewhere = (
        Elsewhere(1.083333, {RECTOOLS: "AvgRecPopularity(k)", ELLIOT: "ARP"}),
        Elsewhere(
            1.166667,
            {RECBOLE: "AveragePopularity"},
            "a list shorter than k is filled up with what the user has seen",
            None,
        ),
    )

    def _numbers(self, statistics: TrainingStatistics) -> np.ndarray:
        return statistics.popularity
