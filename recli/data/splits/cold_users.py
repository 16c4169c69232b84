"""Users of whom the training has little or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from recli.data.dataset import Dataset
from recli.data.splits._base import Fold, Split
from recli.data.splits._cold import cold
from recli.data.splits._declared import share
from recli.params import Int


@dataclass(frozen=True)
class ColdUsers(Split):
    """A random share of the users is the test, all but `given` random ratings of each of them.

    These few, none by default, stay in the training together with all other users. The share is of the
    users that have more than `given` ratings.

    Attributes:
        test_size: the share of the whole that is tested
        given: how many ratings of each of them are in the training set
        seed: what is drawn at random is drawn by it
    """

    parameters = (
        share("test_size", 0.2, "the users in the test"),
        Int("given", 0, "ratings of each test user in the training", low=0),
    )
    advice = "Add users, or choose another test_size or given."

    test_size: float = 0.2
    given: int = 0
    seed: int = 0

    def _folds(self, dataset: Dataset) -> Iterator[Fold]:
        yield cold(dataset.ratings.users, self.test_size, self.given, self.seed)
