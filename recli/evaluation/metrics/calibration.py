"""Calibration at k."""

from __future__ import annotations

import math

import numpy as np

from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import ListMetric
from recli.ranking.qualities import ALPHA, divergence


class Calibration(ListMetric):
    """How far the categories of the list are from those of what the user liked.

    The Kullback-Leibler divergence Σ_g p_g ln(p_g / q̃_g), q̃ = (1 - α) q + α p with α = 0.01, in
    nats (Steck, Calibrated recommendations, RecSys 2018). p are the categories of the user's liked
    training items, q those of the k recommended, each item with a weight of 1 spread evenly over
    its categories and every item with the same weight. Items without categories do not count.

    From 0, the same shares, to ln 1/α = 4.605, no category in common; less is better. NaN for a user
    without liked training items that have categories, and for a list without categories.
    """

    features = "categories"
    uses_test = False
    greater_is_better = False
    highest = math.log(1 / ALPHA)
    summary = "divergence of the categories of the list from those the user likes"

    def values(self, lists: EvaluatedLists) -> np.ndarray:
        statistics = lists.statistics
        return divergence(lists.items, statistics.categories, statistics.tastes[lists.users])
