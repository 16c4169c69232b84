"""Metrics of which items are recommended, liked or not."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from recli.evaluation.background import Background
from recli.evaluation.lists import Lists
from recli.evaluation.metrics._base import ListMetric


def counts(lists: Lists) -> np.ndarray:
    """In how many of the lists each item is, int64[n_catalogue]."""
    return np.bincount(lists.items[lists.items >= 0], minlength=lists.background.n_items)


def sums(matrix: scipy.sparse.csr_array, items: np.ndarray) -> scipy.sparse.csr_array:
    """The sum over each list's items of their rows in `matrix`, float64[n_users, n_columns].

    matrix: float64[n_catalogue, n_columns]
    items: int[n_users, k], -1 for no item

    >>> rows = scipy.sparse.csr_array([[1.0, 0.0], [0.0, 3.0]])
    >>> sums(rows, np.array([[1, 0], [1, -1]])).toarray()
    array([[1., 3.],
           [0., 3.]])
    """
    filled = items >= 0
    indptr = np.concatenate(([0], np.cumsum(filled.sum(axis=1))))
    shape = len(items), matrix.shape[0]
    chosen = scipy.sparse.csr_array((np.ones(indptr[-1]), items[filled], indptr), shape)
    return chosen @ matrix


class CountMetric(ListMetric):
    """A metric of how often each item of the catalogue is recommended, over all lists together.

    A subclass gives `_of_counts`, which sees at least one recommended item.
    """

    per_user = False
    uses_test = False

    def __call__(self, lists: Lists) -> float:
        return self.of_counts(counts(lists))

    def of_counts(self, counts: np.ndarray) -> float:
        """The metric of the counts; NaN if nothing is recommended.

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

    def values(self, lists: Lists) -> np.ndarray:
        return self.of_items(lists.items, self._numbers(lists.background))

    def of_items(self, items: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """The mean number of each list's items, float64[n_users]; NaN for an empty list.

        items: int[n_users, k], -1 for no item
        numbers: float64[n_catalogue]
        """
        filled = items >= 0
        total, n = np.where(filled, numbers[items], 0).sum(axis=1), filled.sum(axis=1)
        return np.divide(total, n, out=np.full(len(items), np.nan), where=n > 0)

    def _numbers(self, background: Background) -> np.ndarray:
        """The number of each item, float64[n_catalogue]."""
        raise NotImplementedError
