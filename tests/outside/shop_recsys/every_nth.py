"""A split."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recli.data.dataset import Dataset
from recli.data.splits import Fold, Split
from recli.params import Int


@dataclass(frozen=True)
class EveryNth(Split):
    """Every n-th rating of the file is in the test."""

    parameters = (Int("n", 3, "which of the ratings", low=2),)
    advice = "Take a smaller n."

    n: int = 3
    seed: int = 0

    def _folds(self, dataset: Dataset) -> Iterator[Fold]:
        yield Fold.where(np.arange(len(dataset.ratings)) % self.n == 0)
