"""A reranker of somebody else."""

from __future__ import annotations

import numpy as np

from recli.params import Int
from recli.ranking.ranked_lists import RankedLists
from recli.ranking.rerankers import Reranker


class Backwards(Reranker):
    """The best n in the reverse order, but for the first `kept`."""

    parameters = (Int("kept", 0, "places that stay", low=0),)

    def __init__(self, kept):
        self.kept = kept

    @classmethod
    def of(cls, whole, model, seed, *, kept):
        return cls(kept)

    def measures(self):
        return {"best last": lambda lists: lists.scores[:, -1].copy()}

    def __call__(self, lists, n):
        items, scores = lists.items[:, :n].copy(), lists.scores[:, :n].copy()
        for row in range(len(items)):
            there = np.flatnonzero(items[row] >= 0)[self.kept :]
            items[row, there], scores[row, there] = (
                items[row, there[::-1]],
                scores[row, there[::-1]],
            )
        return RankedLists(lists.users, items, scores)
