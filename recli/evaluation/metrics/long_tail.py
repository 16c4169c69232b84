"""Share of the long tail at k."""

from __future__ import annotations

import numpy as np

from recli.data.checks.concentration import tail
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.metrics._items import ItemMetric


class LongTail(ItemMetric):
    """The share of the list that is from the long tail of the catalogue.

    APLT@k = mean over users of |L_u ∩ tail| / |L_u| (Abdollahpouri, Burke and Mobasher, Managing
    popularity bias in recommender systems with personalized re-ranking, FLAIRS 2019). The tail are
    the least popular items that together have 20 % of the training ratings: an item is in it if all
    items with no more ratings than it, itself included, have at most a fifth of the ratings. So
    equally popular items are all in or all out, and items without a rating are in. From 0 to 1; NaN
    for an empty list.

    >>> tail = LongTail.tail(np.array([0, 3, 10, 1, 1, 10]))
    >>> tail
    array([ True,  True, False,  True,  True, False])
    """

    highest = 1.0
    summary = "share of the k recommended items from the long tail"

    @staticmethod
    def tail(popularity: np.ndarray, fifths: int = 1) -> np.ndarray:
        """bool[n_catalogue], which items the long tail has.

        Args:
            popularity: int64[n_catalogue], training ratings
            fifths: how many fifths of the ratings the items have together at most
        """
        return tail(popularity, fifths)

    def _numbers(self, statistics: TrainingStatistics) -> np.ndarray:
        return self.tail(statistics.popularity)
