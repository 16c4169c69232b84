"""At most so many of a kind in a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recli.data.tables.fields import Categories
from recli.models.model import FittedModel
from recli.ranking.fields import field
from recli.ranking.ranked_lists import RankedLists
from recli.ranking.rerankers._base import Reranker

_POOL = 100


@dataclass(frozen=True, eq=False)
class MaxPer(Reranker):
    """At most so many items of each category in a list: down the list, what has no room is left out.

    An item of several categories needs room in all of them; one of none always has room.

    Attributes:
        caps: categories of every item by code, and how many items each of them may have
    """

    caps: tuple[tuple[Categories, int], ...]

    @classmethod
    def by_fields(cls, model: FittedModel, most: Mapping[str, int]) -> MaxPer:
        """By fields of the item table. Raises DataError and UsageError as `field` does.

        Args:
            model: a fitted model
            most: columns, and how many items of a list may have the same value there
        """
        return cls(tuple((field(model, name).groups(), cap) for name, cap in most.items()))

    def pool(self, n: int, n_catalogue: int) -> int:
        # Nobody knows how far down the last one stands. The best hundred are found in one reading.
        return min(n_catalogue, max(_POOL, 2 * n))

    def __call__(self, lists: RankedLists, n: int) -> RankedLists:
        items = np.full((len(lists.users), n), -1, np.int32)
        scores = np.full((len(lists.users), n), np.nan)
        for row, best in enumerate(lists.items):
            kept = self._kept(best[best >= 0], n)
            items[row, : len(kept)] = best[kept]
            scores[row, : len(kept)] = lists.scores[row, kept]
        return RankedLists(lists.users, items, scores)

    def _kept(self, items: np.ndarray, n: int) -> list[int]:
        """Places of the first `n` that have room."""
        room = [np.full(len(groups.labels), most) for groups, most in self.caps]
        kept: list[int] = []
        for place, item in enumerate(items):
            if len(kept) == n:
                break
            own = [groups.codes(item) for groups, _ in self.caps]
            if all(left[codes].all() for left, codes in zip(room, own, strict=True)):
                for left, codes in zip(room, own, strict=True):
                    left[codes] -= 1
                kept.append(place)
        return kept
