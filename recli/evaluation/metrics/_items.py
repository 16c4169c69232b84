"""Metrics of which items are recommended, liked or not."""

from __future__ import annotations

import numpy as np

from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import ListMetric
from recli.ranking.qualities import mean_of_items


def counts(lists: EvaluatedLists) -> np.ndarray:
    """In how many of the lists each item is, int64[n_catalogue].

    Args:
        lists: ranked lists beside the test ratings
    """
    return np.bincount(lists.items[lists.items >= 0], minlength=lists.statistics.n_items)


class CountMetric(ListMetric):
    """A metric of how often each item of the catalogue is recommended, over all lists together.

    A subclass gives `_of_counts`, which sees at least one recommended item.
    """

    per_user = False
    uses_test = False

    def __call__(self, lists: EvaluatedLists) -> float:
        return self.of_counts(counts(lists))

    def of_counts(self, counts: np.ndarray) -> float:
        """The metric of the counts; NaN if nothing is recommended.

        Args:
            counts: int64[n_catalogue], in how many lists each item is
        """
        return self._of_counts(counts) if counts.any() else float("nan")

    def _of_counts(self, counts: np.ndarray) -> float:
        raise NotImplementedError


class ItemMetric(ListMetric):
    """A metric that gives every item a number, and a list the mean of its items' numbers.

    A subclass gives `_numbers`.
    """

    uses_test = False

    def values(self, lists: EvaluatedLists) -> np.ndarray:
        return mean_of_items(lists.items, self._numbers(lists.statistics))

    def _numbers(self, statistics: TrainingStatistics) -> np.ndarray:
        """The number of each item, float64[n_catalogue]."""
        raise NotImplementedError
