"""Ranked lists of users."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class RankedLists:
    """Ranked lists of some users, best first.

    Attributes:
        users: int32[n_users], codes in the ratings of the model
        items: int32[n_users, n], codes; -1 where nothing is left to recommend
        scores: float64[n_users, n], what they are ranked by; NaN beside -1
        plain: the lists that the scores alone give, where rerankers made others of them
    """

    users: np.ndarray
    items: np.ndarray
    scores: np.ndarray
    plain: RankedLists | None = None

    def cut(self, n: int) -> RankedLists:
        """The first `n` places.

        Args:
            n: how many places are kept
        """
        return RankedLists(self.users, self.items[:, :n], self.scores[:, :n])

    def put(self, rows: np.ndarray, others: RankedLists) -> None:
        """Have other lists of as many places for some of the users.

        Args:
            rows: int[n], places of these users
            others: lists of theirs, in this order
        """
        self.items[rows], self.scores[rows] = others.items, others.scores
        if self.plain is not None and others.plain is not None:
            self.plain.put(rows, others.plain)


Measure = Callable[[RankedLists], np.ndarray]
"""A number for each of some lists, float64[n_users]; NaN where a list has none."""
