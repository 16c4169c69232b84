"""At most so many of a kind in a list."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli.recommend.fields import Categories
from recli.recommend.lists import Lists


@dataclass(frozen=True, eq=False)
class MaxPer:
    """At most `most` items of each category in a list: down the list, what has no room is left out.

    An item of several categories needs room in all of them; one of none always has room.

    groups: the categories of every item, by code
    """

    groups: Categories
    most: int

    def pool(self, n: int, n_catalogue: int) -> int:
        return n_catalogue  # nobody knows how far down the last one stands

    def __call__(self, lists: Lists, n: int) -> Lists:
        items = np.full((len(lists.users), n), -1, np.int32)
        scores = np.full((len(lists.users), n), np.nan)
        for row, best in enumerate(lists.items):
            kept = self._kept(best[best >= 0], n)
            items[row, : len(kept)] = best[kept]
            scores[row, : len(kept)] = lists.scores[row, kept]
        return Lists(lists.users, items, scores)

    def _kept(self, items: np.ndarray, n: int) -> list[int]:
        """Places of the first `n` that have room."""
        indptr, indices = self.groups.indptr, self.groups.indices
        held = np.zeros(len(self.groups.labels), np.int64)
        kept: list[int] = []
        for place, item in enumerate(items):
            own = indices[indptr[item] : indptr[item + 1]]
            if len(kept) == n:
                break
            if (held[own] < self.most).all():
                held[own] += 1
                kept.append(place)
        return kept
