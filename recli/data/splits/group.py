"""k-fold cross-validation over users."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recli.data.dataset import Dataset
from recli.data.splits._base import Fold, Split
from recli.data.splits._declared import n_splits
from recli.data.splits._rows import check_enough


@dataclass(frozen=True)
class Group(Split):
    """Every user is in the test of exactly one fold, with all their ratings.

    Nothing of a test user is in the training: what an algorithm knows there are items alone. The
    folds have equal numbers of users, the first ones one more where the number does not divide.

    Attributes:
        n_splits: how many folds
        seed: what is drawn at random is drawn by it
    """

    parameters = (n_splits(),)
    tests_all = True
    advice = "Add users, or take fewer folds."

    n_splits: int = 5
    seed: int = 0

    def _folds(self, dataset: Dataset) -> Iterator[Fold]:
        ratings = dataset.ratings
        check_enough(ratings.n_users, self.n_splits, "user")
        users = np.random.RandomState(self.seed).permutation(np.unique(ratings.users))
        fold_of = np.empty(len(ratings.user_ids), np.int64)
        for fold, members in enumerate(np.array_split(users, self.n_splits)):
            fold_of[members] = fold
        for fold in range(self.n_splits):
            yield Fold.where(fold_of[ratings.users] == fold)
