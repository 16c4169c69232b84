"""A re-ranker of whole lists, and a term beside the scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli.models.model import FittedModel
from recli.params import Bool, Float
from recli.ranking.ranked_lists import RankedLists
from recli.ranking.rerankers import Reranker, Term


@dataclass(frozen=True)
class ByCode(Reranker):
    """The best items in the order of the catalogue."""

    parameters = (Bool("reverse", False, "the last first"),)

    reverse: bool

    @classmethod
    def of(cls, whole: FittedModel, model: FittedModel, seed: int, *, reverse: bool) -> ByCode:
        return cls(reverse)

    def pool(self, n: int, n_catalogue: int) -> int:
        return n

    def __call__(self, lists: RankedLists, n: int) -> RankedLists:
        key = np.where(lists.items < 0, np.iinfo(np.int32).max, lists.items)
        key = np.where((lists.items >= 0) & self.reverse, -key, key)
        order = np.argsort(key, axis=1, kind="stable")
        items, scores = (np.take_along_axis(a, order, 1) for a in (lists.items, lists.scores))
        return RankedLists(lists.users, items, scores)


@dataclass(frozen=True)
class Low(Term):
    """Items with low codes."""

    parameters = (Float("weight", 0.5, "weight of a low code", low=0, high=1),)

    weight: float
    n_items: int

    @classmethod
    def of(cls, whole: FittedModel, model: FittedModel, seed: int, *, weight: float) -> Low:
        return cls(weight, whole.trainset.n_catalogue)

    def begin(self, user: int, items: np.ndarray) -> _Codes:
        return _Codes(1 - items / self.n_items)


class _Codes:
    def __init__(self, gains: np.ndarray) -> None:
        self._gains = gains

    def values(self) -> np.ndarray:
        return self._gains

    def add(self, place: int) -> None:
        pass
