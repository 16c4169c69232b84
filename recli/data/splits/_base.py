"""What a split gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli.data.ratings import Ratings


@dataclass(frozen=True, eq=False)
class Fold:
    """Row numbers of a table of ratings, int64: those to learn from and those to test on."""

    train: np.ndarray
    test: np.ndarray


class Split:
    """A way to cut ratings into training and test; a subclass in a file of its own registers it."""

    n_splits: int

    def folds(self, ratings: Ratings) -> list[Fold]:
        """The folds. Raises DataError if the ratings are too few."""
        raise NotImplementedError
