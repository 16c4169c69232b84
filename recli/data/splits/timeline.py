"""All that was before a moment in the training, all from it on in the test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recli.data.dataset import Dataset
from recli.data.splits._base import Fold, Split
from recli.data.splits._declared import share
from recli.data.splits._rows import number_of
from recli.params import Date


@dataclass(frozen=True)
class Timeline(Split):
    """All ratings before one moment are in the training, all from it on in the test.

    The moment is the start of the day `at`, UTC, or that of the first of the last `test_size` of the
    ratings. Ratings of the same time are on the same side, so that the test may be a little larger.

    Attributes:
        test_size: the share of the whole that is tested
        at: the moment at which the test begins, a date or a time in ISO 8601
        seed: what is drawn at random is drawn by it
    """

    parameters = (
        Date("at", None, "first day of the test"),
        share("test_size", 0.2, "the ratings in the test", when=("at", (None,))),
    )
    uses_time = True
    random = False
    advice = "Choose another date or test_size."

    test_size: float = 0.2
    at: str | None = None
    seed: int = 0

    def _folds(self, dataset: Dataset) -> Iterator[Fold]:
        times = dataset.ratings.times
        assert times is not None
        if self.at is not None:
            moment = int(np.datetime64(self.at, "s").astype(np.int64)) * dataset.ratings.per_second
        else:
            moment = np.sort(times)[-number_of(self.test_size, len(times))]
        yield Fold.where(times >= moment)
