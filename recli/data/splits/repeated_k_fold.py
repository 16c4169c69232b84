"""k-fold cross-validation over ratings, again and again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recli.data.dataset import Dataset
from recli.data.splits._base import Fold, Split
from recli.data.splits._declared import n_splits
from recli.data.splits._rows import k_folds
from recli.params import Int


@dataclass(frozen=True)
class RepeatedKFold(Split):
    """k-fold cross-validation `n_repeats` times, each time with the rows shuffled anew.

    Gives n_splits · n_repeats folds. Rows, order and folds are those of
    `surprise.model_selection.RepeatedKFold(n_splits, n_repeats, random_state=seed)`.

    Attributes:
        n_splits: how many folds
        n_repeats: how many times the folds are drawn
        seed: what is drawn at random is drawn by it
    """

    parameters = (n_splits(), Int("n_repeats", 10, "number of times", low=1))
    advice = "Add ratings, or take fewer folds."

    n_splits: int = 5
    n_repeats: int = 10
    seed: int = 0

    def _folds(self, dataset: Dataset) -> Iterator[Fold]:
        rng = np.random.RandomState(self.seed)
        for _ in range(self.n_repeats):
            yield from k_folds(len(dataset.ratings), self.n_splits, rng)
