"""Ratings that are few or odd, for the contract tests."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping

import numpy as np

from recli.algorithms import Algorithm
from recli.data.trainset import Trainset
from recli.testing._data import small_dataset

_N = 200  # ratings, of which an odd case changes the values
_Values = Callable[[np.ndarray], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Odd:
    """What an algorithm has to give finite numbers for, or to refuse with a reason.

    Attributes:
        values: Of the ratings, by those from 0.5 to 5 that there were.
        side: "users" or "items": the ratings of the one that has most of them; else the first 200.
        implicit: Whether they are interactions.
        threshold: Where liking begins; None as the data have it.
        may_refuse: Whether there are algorithms for which this is nothing to learn from.
    """

    values: _Values = np.copy
    side: str = ""
    implicit: bool = False
    threshold: float | None = None
    may_refuse: bool = False

    def trainset(self) -> Trainset:
        """The ratings, in an order of their own."""
        dataset = small_dataset()
        ratings, rows = dataset.ratings, np.arange(_N)
        if self.side:
            ids = getattr(ratings, self.side)
            rows = np.flatnonzero(ids == np.bincount(ids).argmax())
        values = self.values(ratings.values)
        scale = float(values[rows].min()), float(values[rows].max())
        ratings = dataclasses.replace(ratings, values=values, scale=scale, implicit=self.implicit)
        return Trainset(
            ratings, rows, dataset.items, threshold=self.threshold, user_table=dataset.users
        )


def _one_huge(values: np.ndarray) -> np.ndarray:
    counts = np.ones(len(values))
    counts[5] = 1e9
    return counts


ODD: Mapping[str, Odd] = {
    "as they are": Odd(),
    "constant": Odd(lambda values: np.full(len(values), 3.0)),
    "constant 0": Odd(np.zeros_like),
    "two values": Odd(lambda values: np.where(values > 3.5, 1.0, 0.0)),
    "one user": Odd(side="users"),
    "one item": Odd(side="items"),
    "negative": Odd(lambda values: values - 6.0),
    "around 0": Odd(lambda values: values - 3.0),
    "huge": Odd(lambda values: values * 1e6, may_refuse=True),
    "beyond all measure": Odd(lambda values: values * 1e300, may_refuse=True),
    "far from 0": Odd(lambda values: values + 1e6),
    "tiny": Odd(lambda values: values * 1e-6),
    "liked by nobody": Odd(threshold=6.0, may_refuse=True),
    "counts": Odd(lambda values: np.ceil(values**3), implicit=True, may_refuse=True),
    "counts of one user": Odd(side="users", implicit=True, may_refuse=True),
    "counts of one item": Odd(side="items", implicit=True, may_refuse=True),
    "one huge count": Odd(_one_huge, implicit=True, may_refuse=True),
}


@functools.cache
def odd_trainset(name: str) -> Trainset:
    """The ratings of a case, made once.

    Args:
        name: One of `ODD`.
    """
    return ODD[name].trainset()


def tells_nobody_apart(algorithm: Algorithm) -> bool:
    """Whether all that it has learned is 0, and no user has one item before another for it.

    Args:
        algorithm: Fitted.
    """
    trainset = algorithm.trainset
    arrays = [
        np.asarray(value)
        for value in (algorithm.state() or {}).values()
        if not isinstance(value, list | float) and value.dtype.kind == "f"
    ]
    scores = algorithm.score_users(np.arange(trainset.n_users))[:, : trainset.n_items]
    return bool(arrays) and not any(array.any() for array in arrays) and bool(np.ptp(scores) == 0)
