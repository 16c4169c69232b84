"""Calibration at k."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from recli.evaluation.lists import Lists
from recli.evaluation.metrics._base import ListMetric
from recli.evaluation.metrics._items import sums

ALPHA = 0.01


class Calibration(ListMetric):
    """How far the categories of the list are from those of what the user liked.

    The Kullback-Leibler divergence Σ_g p_g ln(p_g / q̃_g), q̃ = (1 - α) q + α p with α = 0.01, in
    nats (Steck, Calibrated recommendations, RecSys 2018). p are the categories of the user's liked
    training items, q those of the k recommended, each item with a weight of 1 spread evenly over
    its categories and every item with the same weight. Items without categories do not count.

    From 0, the same shares, to ln 1/α = 4.605, no category in common; less is better. NaN for a user
    without liked training items that have categories, and for a list without categories.

    >>> categories = scipy.sparse.csr_array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    >>> tastes = scipy.sparse.csr_array([[0.5, 0.5], [0.5, 0.5], [1.0, 0.0]])
    >>> Calibration().of_items(np.array([[0, 1], [0, 2], [1, -1]]), categories, tastes).round(4)
    array([0.    , 0.1405, 4.6052])
    """

    features = "categories"
    uses_test = False
    greater_is_better = False
    summary = "divergence of the categories of the list from those the user likes"

    def values(self, lists: Lists) -> np.ndarray:
        background = lists.background
        return self.of_items(lists.items, background.categories, background.tastes[lists.users])

    def of_items(
        self,
        items: np.ndarray,
        categories: scipy.sparse.csr_array,
        tastes: scipy.sparse.csr_array,
    ) -> np.ndarray:
        """The metric of each user's list, float64[n_users].

        items: int[n_users, k], -1 for no item
        categories: float64[n_catalogue, n_categories], each row's sum 1, or 0
        tastes: float64[n_users, n_categories], p; each row's sum 1, or 0
        """
        total = sums(categories, items)
        weight = total.sum(axis=1)  # how many of the items have categories
        share = np.divide(1, weight, out=np.zeros(len(items)), where=weight > 0)
        shown = total.multiply(share[:, None])
        # As Σ p = 1, it is ln 1/α - Σ p ln(1 + (1 - α)/α q/p), a sum over the categories of both.
        inverse = tastes.copy()
        inverse.data = 1 / inverse.data
        gain = scipy.sparse.csr_array(shown.multiply(inverse))
        gain.data = np.log1p((1 - ALPHA) / ALPHA * gain.data)
        values = -np.log(ALPHA) - tastes.multiply(gain).sum(axis=1)
        defined = (np.diff(tastes.indptr) > 0) & (weight > 0)
        return np.where(defined, np.maximum(values, 0), np.nan)  # below 0 by rounding
