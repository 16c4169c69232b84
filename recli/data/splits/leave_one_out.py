"""One rating of each user in the test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recli.data.dataset import Dataset
from recli.data.splits._base import Fold, Split
from recli.data.splits._declared import n_splits
from recli.data.splits._rows import grouped
from recli.params import Int


@dataclass(frozen=True)
class LeaveOneOut(Split):
    """One random rating of each user is in the test, their others are in the training.

    A user with `min_n_ratings` ratings or fewer is in neither. Which rating came last plays no part:
    for the next item in time take `last-n:n=1`. Each of the `n_splits` folds is drawn
    for itself. Rows, order and folds are those of
    `surprise.model_selection.LeaveOneOut(n_splits, random_state=seed, min_n_ratings)`.

    Attributes:
        n_splits: how many folds
        min_n_ratings: how many ratings a user keeps for training at least
        seed: what is drawn at random is drawn by it
    """

    parameters = (
        n_splits(low=1),
        Int("min_n_ratings", 0, "a user's least number of ratings in the training", low=0),
    )
    advice = "Add ratings, or choose another min_n_ratings."

    n_splits: int = 5
    min_n_ratings: int = 0
    seed: int = 0

    def _folds(self, dataset: Dataset) -> Iterator[Fold]:
        rng = np.random.RandomState(self.seed)
        users, distinct = pd.factorize(dataset.ratings.users)  # Surprise's order: first appearance
        rows, starts = grouped(np.arange(len(users)), users, len(distinct))
        sizes = np.diff(starts)
        enough = sizes > self.min_n_ratings
        for _ in range(self.n_splits):
            drawn = starts[:-1][enough] + rng.randint(0, sizes[enough])
            learnt = np.repeat(enough, sizes)
            learnt[drawn] = False
            yield Fold(rows[learnt], rows[drawn])
