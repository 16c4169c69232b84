"""Diversity at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import ListMetric
from recli.ranking.qualities import diversity


class Diversity(ListMetric):
    """How different the items of a list are from one another.

    The mean of 1 - cos(v_i, v_j) over all pairs of the list's items, v_i the features of item i
    (Ziegler et al., Improving recommendation lists through topic diversification, WWW 2005; Vargas
    and Castells, Rank and relevance in novelty and diversity metrics, RecSys 2011, without rank and
    relevance). Features are categories, flags, tags and the words of texts; numbers and years do not
    count, nor do items that nothing describes. From 0, all alike, to 1, nothing in common; NaN for
    a list with fewer than two described items.
    """

    features = "any"
    uses_test = False
    highest = 1.0
    summary = "how different the k recommended items are from one another"

    def values(self, lists: EvaluatedLists) -> np.ndarray:
        return diversity(lists.items, lists.statistics.features)
