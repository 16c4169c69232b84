"""What re-ranked lists cost in score, and what they gain."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from recli.ranking.ranked_lists import Measure, RankedLists

if TYPE_CHECKING:
    from recli.ranking.rerankers import Reranker


@dataclass(frozen=True)
class Change:
    """The mean of something over the lists that the scores give, and over those that were made.

    NaN where no list has it.

    Attributes:
        what: what it is, for people
        before: of the lists that the scores give
        after: of the lists that were made
    """

    what: str
    before: float
    after: float


class RerankingCost:
    """Adds up what rerankers change while lists go by.

    The score is the mean over a list's places, then over users, as everything is; `others` is the
    share of a list's places whose items would not be in it.

    Args:
        rerankers: what makes other lists of those that the scores give
    """

    def __init__(self, rerankers: tuple[Reranker, ...]) -> None:
        measured = [reranker.measures() for reranker in rerankers]
        self._measures: Mapping[str, Measure] = {
            "score": _score,
            **{name: measure for measures in measured for name, measure in measures.items()},
        }
        self._sums = {name: np.zeros(2) for name in self._measures}
        self._counts = {name: np.zeros(2) for name in self._measures}
        self._n_places = self._n_others = 0

    def follow(self, chunks: Iterator[RankedLists]) -> Iterator[RankedLists]:
        """The lists themselves, each counted before it is passed on.

        Args:
            chunks: lists of some users at a time
        """
        for lists in chunks:
            self._count(lists)
            yield lists

    def _count(self, lists: RankedLists) -> None:
        assert lists.plain is not None
        for side, shown in enumerate((lists.plain, lists)):
            for name, measure in self._measures.items():
                values = measure(shown)
                self._sums[name][side] += np.nansum(values)
                self._counts[name][side] += np.count_nonzero(~np.isnan(values))
        there = lists.items >= 0
        was_there = (lists.items[:, :, None] == lists.plain.items[:, None, :]).any(axis=2)
        self._n_places += int(np.count_nonzero(there))
        self._n_others += int(np.count_nonzero(there & ~was_there))

    @property
    def others(self) -> float:
        """The share of places with items that the scores alone would not show; 0 without places."""
        return self._n_others / max(1, self._n_places)

    @property
    def changes(self) -> list[Change]:
        """What the lists cost and gained, the score first."""
        with np.errstate(invalid="ignore"):
            means = {name: self._sums[name] / self._counts[name] for name in self._measures}
        return [Change(name, *map(float, mean)) for name, mean in means.items()]

    @property
    def document(self) -> dict[str, Any]:
        """The same as JSON should carry it; null where no list has the measure."""
        return {
            "others": self.others,
            **{
                change.what: {"before": _or_null(change.before), "after": _or_null(change.after)}
                for change in self.changes
            },
        }


def _score(lists: RankedLists) -> np.ndarray:
    there = ~np.isnan(lists.scores)
    n = there.sum(axis=1)
    total = np.where(there, lists.scores, 0).sum(axis=1)
    return np.divide(total, n, out=np.full(len(n), np.nan), where=n > 0)


def _or_null(value: float) -> float | None:
    return None if math.isnan(value) else value
