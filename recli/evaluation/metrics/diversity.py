"""Diversity at k."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from recli.evaluation.lists import Lists
from recli.evaluation.metrics._base import ListMetric
from recli.evaluation.metrics._items import sums


class Diversity(ListMetric):
    """How different the items of a list are from one another.

    The mean of 1 - cos(v_i, v_j) over all pairs of the list's items, v_i the features of item i
    (Ziegler et al., Improving recommendation lists through topic diversification, WWW 2005; Vargas
    and Castells, Rank and relevance in novelty and diversity metrics, RecSys 2011, without rank and
    relevance). Features are categories, flags, tags and the words of texts; numbers and years do not
    count, nor do items that nothing describes. From 0, all alike, to 1, nothing in common; NaN for
    a list with fewer than two described items. With vectors of length 1 the cosines of all pairs add
    up to (|Σ v_i|² - n) / 2, so that the cost is that of one sum a list.

    >>> vectors = scipy.sparse.csr_array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [0.0, 0.0]])
    >>> Diversity().of_items(np.array([[0, 1], [0, 2], [0, 3]]), vectors)
    array([1. , 0.4, nan])
    """

    features = "any"
    uses_test = False
    summary = "how different the k recommended items are from one another"

    def values(self, lists: Lists) -> np.ndarray:
        return self.of_items(lists.items, lists.background.features)

    def of_items(self, items: np.ndarray, vectors: scipy.sparse.csr_array) -> np.ndarray:
        """The metric of each user's list, float64[n_users].

        items: int[n_users, k], -1 for no item
        vectors: float64[n_catalogue, n_features] ≥ 0, of length 1, or 0 for what is not described
        """
        described = np.diff(vectors.indptr) > 0
        n = np.count_nonzero((items >= 0) & described[items], axis=1)
        total = sums(vectors, items)
        cosines, pairs = total.multiply(total).sum(axis=1) - n, n * (n - 1)
        cosine = np.divide(cosines, pairs, out=np.full(len(items), np.nan), where=pairs > 0)
        return np.clip(1 - cosine, 0, 1)  # rounding
