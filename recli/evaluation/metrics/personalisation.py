"""Personalisation at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import ListMetric
from recli.evaluation.metrics._items import counts


class Personalisation(ListMetric):
    """How different the lists of two users are.

    1 - mean |L_u ∩ L_v| / k over all pairs of users u ≠ v: the inter-list distance of Zhou et al.,
    Solving the apparent diversity-accuracy dilemma of recommender systems, PNAS 2010. An item in c
    lists is shared by c(c - 1)/2 pairs, so that no pair needs a look. From 0, the same k items for
    all, to 1, no item in two lists; lists shorter than k share less. NaN for fewer than two users.
    O(n_users k).

    >>> Personalisation().of_counts(np.array([2, 1, 1]), n_users=2, k=2)
    0.5
    """

    per_user = False
    uses_test = False
    highest = 1.0
    summary = "how different the lists of two users are"

    def __call__(self, lists: EvaluatedLists) -> float:
        return self.of_counts(counts(lists), len(lists.users), lists.k)

    def of_counts(self, counts: np.ndarray, n_users: int, k: int) -> float:
        """The metric of `n_users` lists of `k` places.

        Args:
            counts: int64[n_catalogue], in how many lists each item is
            k: the least number of ratings that each has
            n_users: how many users there are
        """
        if n_users < 2:
            return float("nan")
        return 1 - float((counts * (counts - 1)).sum() / (k * n_users * (n_users - 1)))
