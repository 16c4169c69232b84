"""A split of somebody else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli.data.splits import Fold, Split
from recli.params import Int


@dataclass(frozen=True)
class EveryNth(Split):
    """Fold f tests on the rows f, f + n, f + 2n, … of the file."""

    parameters = (Int("n", 3, "how many folds", low=2),)
    random = False
    tests_all = True
    advice = "Take fewer folds."

    n: int = 3
    seed: int = 0

    def _folds(self, dataset):
        place = np.arange(len(dataset.ratings)) % self.n
        yield from (Fold.where(place == fold) for fold in range(self.n))
