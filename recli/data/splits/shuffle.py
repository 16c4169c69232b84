"""Random training and test ratings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recli.data.dataset import Dataset
from recli.data.splits._base import Fold, Split
from recli.data.splits._declared import n_splits, share
from recli.data.splits._rows import number_of


@dataclass(frozen=True)
class Shuffle(Split):
    """A random share of the ratings is the test of a fold, all others are its training.

    Each of the `n_splits` folds is drawn for itself, so that tests may overlap. Rows, order and folds
    are those of `surprise.model_selection.ShuffleSplit(n_splits, test_size, random_state=seed)`.

    Attributes:
        n_splits: how many folds
        test_size: the share of the whole that is tested
        seed: what is drawn at random is drawn by it
    """

    parameters = (n_splits(low=1), share("test_size", 0.2, "the ratings in the test"))
    advice = "Add ratings, or choose another test_size."

    n_splits: int = 5
    test_size: float = 0.2
    seed: int = 0

    def _folds(self, dataset: Dataset) -> Iterator[Fold]:
        rng = np.random.RandomState(self.seed)
        n = len(dataset.ratings)
        n_train = n - number_of(self.test_size, n)
        for _ in range(self.n_splits):
            rows = rng.permutation(n)
            yield Fold(rows[:n_train], rows[n_train:])
