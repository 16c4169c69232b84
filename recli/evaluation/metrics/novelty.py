"""Novelty at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.background import Background
from recli.evaluation.metrics._items import ItemMetric


class Novelty(ItemMetric):
    """How little known the items of the list are, in bits.

    The mean over the list's items of their self-information -log2(users who rated i / users), over
    the training ratings (Zhou et al., Solving the apparent diversity-accuracy dilemma of
    recommender systems, PNAS 2010; Vargas and Castells, Rank and relevance in novelty and diversity
    metrics, RecSys 2011). An item that nobody rated counts as if one user had. From 0, rated by all,
    to log2 of the users; NaN for an empty list. Arguments as for `ItemMetric.of_items`.

    >>> bits = Novelty.surprisal(np.array([8, 1, 0, 4]), n_users=8)
    >>> bits
    array([0., 3., 3., 1.])
    >>> Novelty().of_items(np.array([[0, 1], [3, -1]]), bits)
    array([1.5, 1. ])
    """

    summary = "self-information of the k recommended items, in bits"

    @staticmethod
    def surprisal(raters: np.ndarray, n_users: int) -> np.ndarray:
        """float64[n_catalogue], how many bits it says that a user knows the item.

        raters: int64[n_catalogue], users who rated the item; n_users: all who rated any
        """
        return np.log2(n_users / np.maximum(raters, 1))

    def _numbers(self, background: Background) -> np.ndarray:
        return self.surprisal(background.raters, int(np.count_nonzero(background.activity)))
