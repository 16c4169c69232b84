"""k-fold cross-validation over ratings."""

from __future__ import annotations

import numpy as np

from recli import errors
from recli.data.ratings import Ratings
from recli.data.splits._base import Fold, Split


class KFold(Split):
    """Every rating is in the test of exactly one fold.

    The rows are shuffled once by `seed` and cut into `n_splits` runs, the first ones longer by one
    where the number does not divide. Rows, order and folds are those of
    `surprise.model_selection.KFold(n_splits, random_state=seed)`.
    """

    def __init__(self, n_splits: int = 5, seed: int = 0) -> None:
        self.n_splits = n_splits
        self.seed = seed

    def folds(self, ratings: Ratings) -> list[Fold]:
        n = len(ratings)
        if self.n_splits > n:
            raise errors.DataError(
                f"{n:,} rating{'s' * (n != 1)} cannot be cut into {self.n_splits} folds. "
                "Add ratings, or take fewer folds with '--cv'."
            )
        rows = np.arange(n)
        np.random.RandomState(self.seed).shuffle(rows)
        sizes = np.full(self.n_splits, n // self.n_splits)
        sizes[: n % self.n_splits] += 1
        ends = np.cumsum(sizes)
        return [
            Fold(np.concatenate([rows[: end - size], rows[end:]]), rows[end - size : end])
            for end, size in zip(ends, sizes, strict=True)
        ]
