"""k-fold cross-validation with every user's ratings spread over the folds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recli.data.dataset import Dataset
from recli.data.splits._base import Fold, Split
from recli.data.splits._declared import n_splits
from recli.data.splits._rows import check_enough, grouped


@dataclass(frozen=True)
class Stratified(Split):
    """Every rating is in the test of exactly one fold, each user's spread over all of them.

    The shuffled ratings are dealt out like cards, user after user, without starting at the first fold
    again: a user's numbers of test ratings in two folds differ by one at most, and so do the sizes of
    the folds. A user with fewer ratings than folds is in the test of that many folds.

    Attributes:
        n_splits: how many folds
        seed: what is drawn at random is drawn by it
    """

    parameters = (n_splits(),)
    tests_all = True
    advice = "Add ratings, or take fewer folds."

    n_splits: int = 5
    seed: int = 0

    def _folds(self, dataset: Dataset) -> Iterator[Fold]:
        ratings, n = dataset.ratings, len(dataset.ratings)
        check_enough(n, self.n_splits, "rating")
        shuffled = np.random.RandomState(self.seed).permutation(n)
        by_user, _ = grouped(shuffled, ratings.users, len(ratings.user_ids))
        fold_of = np.empty(n, np.int64)
        fold_of[by_user] = np.arange(n) % self.n_splits
        for fold in range(self.n_splits):
            yield Fold.where(fold_of == fold)
