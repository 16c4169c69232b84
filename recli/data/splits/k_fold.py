"""k-fold cross-validation over ratings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recli.data.dataset import Dataset
from recli.data.splits._base import Fold, Split
from recli.data.splits._declared import n_splits
from recli.data.splits._rows import k_folds


@dataclass(frozen=True)
class KFold(Split):
    """Every rating is in the test of exactly one fold.

    The rows are shuffled once by `seed` and cut into `n_splits` runs, the first ones longer by one
    where the number does not divide. Rows, order and folds are those of
    `surprise.model_selection.KFold(n_splits, random_state=seed)`.

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
        return k_folds(len(dataset.ratings), self.n_splits, np.random.RandomState(self.seed))
