"""Predicted ratings beside the true ones."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Predictions:
    """What was predicted for the ratings of a test.

    Attributes:
        truth: float64[n], the ratings and their predictions
        estimate: likewise
        users: int[n], whose rating it is; any integers, in any order
        impossible: bool[n], where the algorithm had nothing to go by and the estimate is the global
            mean; None: nowhere
    """

    truth: np.ndarray
    estimate: np.ndarray
    users: np.ndarray
    impossible: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.truth)

    @functools.cached_property
    def distinct(self) -> np.ndarray:
        """The users, sorted, each once: int[n_users]."""
        return self._distinct_and_row[0]

    @functools.cached_property
    def row(self) -> np.ndarray:
        """For each rating its user's place in `distinct`: int[n]."""
        return self._distinct_and_row[1]

    @functools.cached_property
    def _distinct_and_row(self) -> tuple[np.ndarray, np.ndarray]:
        distinct, row = np.unique(self.users, return_inverse=True)
        return distinct, row

    def once(self, key: Hashable, make: Callable[[Predictions], np.ndarray]) -> np.ndarray:
        """What is made of the predictions, which is made the first time that it is asked for.

        Args:
            key: what it is kept by
            make: what makes it
        """
        if key not in self._made:
            self._made[key] = make(self)
        return self._made[key]

    @functools.cached_property
    def _made(self) -> dict[Hashable, np.ndarray]:
        return {}

    def sums_per_user(self, *values: np.ndarray) -> np.ndarray:
        """The sums over each user's ratings, of each of `values` float64[n_users, n_values].

        Args:
            values: float64[n] each
        """
        n_users = len(self.distinct)
        return np.column_stack([np.bincount(self.row, one, n_users) for one in values])

    def where(self, chosen: np.ndarray) -> Predictions:
        """Those of the ratings that are `chosen`, bool[n].

        Args:
            chosen: bool[n], which ones
        """
        impossible = None if self.impossible is None else self.impossible[chosen]
        return Predictions(
            self.truth[chosen], self.estimate[chosen], self.users[chosen], impossible
        )
