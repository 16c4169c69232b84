"""Novelty at k."""

from __future__ import annotations

import numpy as np

from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.elsewhere import ELLIOT, RECOMMENDERS, RECTOOLS, Elsewhere
from recli.evaluation.metrics._items import ItemMetric
from recli.ranking.qualities import surprisal


class Novelty(ItemMetric):
    """How little known the items of the list are, in bits.

    The mean over the list's items of their self-information -log2(users who rated i / users), over
    the training ratings (Zhou et al., Solving the apparent diversity-accuracy dilemma of
    recommender systems, PNAS 2010; Vargas and Castells, Rank and relevance in novelty and diversity
    metrics, RecSys 2011). An item that nobody rated counts as if one user had. From 0, rated by all,
    to log2 of the users; NaN for an empty list.
    """

    summary = "self-information of the k recommended items, in bits"
    elsewhere = (
        Elsewhere(1.666667, {RECTOOLS: "MeanInvUserFreq(k)"}),
        Elsewhere(
            2.751472,
            {RECOMMENDERS: "novelty"},
            (
                "the share is of all training ratings, not of the users; an item that nobody rated "
                "counts as 0; the mean is over all recommendations"
            ),
            None,
        ),
        Elsewhere(
            1.07006,
            {ELLIOT: "EFD"},
            "the share is of all training ratings; only relevant items count, discounted by rank",
            None,
        ),
    )

    def _numbers(self, statistics: TrainingStatistics) -> np.ndarray:
        return surprisal(statistics.raters, int(np.count_nonzero(statistics.activity)))
