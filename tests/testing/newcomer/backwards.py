"""A reranker of somebody else."""

from __future__ import annotations

import numpy as np

from recli.ranking.lists import RankedLists


class Backwards:
    """The best n in the reverse order."""

    def pool(self, n, n_catalogue):
        return min(n, n_catalogue)

    def measures(self):
        return {"best last": lambda lists: lists.scores[:, -1].copy()}

    def __call__(self, lists, n):
        items, scores = lists.items[:, :n].copy(), lists.scores[:, :n].copy()
        for row in range(len(items)):
            there = np.flatnonzero(items[row] >= 0)
            items[row, there], scores[row, there] = (
                items[row, there[::-1]],
                scores[row, there[::-1]],
            )
        return RankedLists(lists.users, items, scores)
