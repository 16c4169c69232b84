"""Window after window of time as the test, all before it as the training."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recli import errors
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold, Split
from recli.data.splits._declared import n_splits, share
from recli.data.splits._rows import number_of


@dataclass(frozen=True)
class Rolling(Split):
    """Windows of time that follow each other are the tests, all before each is its training.

    The last n_splits · window of the ratings are cut by time into `n_splits` windows of equal numbers
    of ratings. The training grows from fold to fold and has nothing of its window or later. Ratings of
    the same time are never parted: they all go to the later window, so that sizes may differ a
    little.

    Attributes:
        n_splits: how many folds
        window: how long a test lasts, as a share of the whole time
        seed: what is drawn at random is drawn by it
    """

    parameters = (n_splits(low=1), share("window", 0.1, "the ratings in each window"))
    uses_time = True
    random = False
    leaves_out = True
    advice = "Take fewer windows or another size of them, or 'timeline'."

    n_splits: int = 5
    window: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n_splits * self.window >= 1:
            raise errors.UsageError(
                f"{self.n_splits} windows of {self.window:g} of the ratings each leave nothing to "
                "learn from before them: take n_splits and window so that n_splits · window < 1."
            )

    def _folds(self, dataset: Dataset) -> Iterator[Fold]:
        times = dataset.ratings.times
        assert times is not None
        in_order = np.sort(times)
        size = number_of(self.window, len(times))
        firsts = len(times) - size * np.arange(self.n_splits, 0, -1)
        starts = [*in_order[np.maximum(firsts, 0)], in_order[-1] + 1]
        for start, end in itertools.pairwise(starts):
            tested = (times >= start) & (times < end)
            yield Fold(np.flatnonzero(times < start), np.flatnonzero(tested))
