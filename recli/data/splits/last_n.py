"""The last ratings of each user in the test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recli.data.dataset import Dataset
from recli.data.splits._base import Fold, Split
from recli.data.splits._rows import grouped
from recli.params import Int


@dataclass(frozen=True)
class LastN(Split):
    """The last `n` ratings of each user are in the test, all that they gave before in the training.

    A user with fewer than n + min_train ratings is in the training alone. Of ratings of the same
    time, that on the later row counts as the later one.

    With n = 1, leave-one-out by time, the test of a user is the next item. Where that has rank r in
    their list, hit-rate@k and recall@k are 1 if r ≤ k, mrr@k is 1 / r and ndcg@k is 1 / log2(1 + r),
    else 0. A next item that counts as not liked, by a rating below the threshold, tests nobody: with
    `implicit=True` whatever comes next is tested, as papers on models of sequences have it. They often
    rank it among sampled items, which are other and higher numbers than these among the whole catalogue.

    One user's training may be later than another's test: what will be popular, or taken together, is
    then known to all models, which raises their numbers and may order them otherwise (Ji et al. 2023,
    A critical study on data leakage in recommender system offline evaluation). `timeline` and `rolling`
    forbid that: they cut at one moment for all. What is of the same time, as when somebody rates a
    page of items at once, has no order, and models of sequences may learn that of the file.

    Attributes:
        n: how many ratings of each user are tested
        min_train: how many ratings a user keeps for training at least
        seed: what is drawn at random is drawn by it
    """

    parameters = (
        Int("n", 1, "ratings of each user in the test", low=1),
        Int("min_train", 1, "a test user's least number of ratings in the training", low=0),
    )
    uses_time = True
    random = False
    advice = "Add ratings, or choose a smaller n or min_train."

    n: int = 1
    min_train: int = 1
    seed: int = 0

    def _folds(self, dataset: Dataset) -> Iterator[Fold]:
        ratings = dataset.ratings
        assert ratings.times is not None
        by_time = np.argsort(ratings.times, kind="stable")
        rows, starts = grouped(by_time, ratings.users, len(ratings.user_ids))
        users = ratings.users[rows]
        from_end = starts[users + 1] - np.arange(len(rows))  # 1 for a user's last
        enough = np.diff(starts) >= self.n + self.min_train
        tested = np.empty(len(rows), bool)
        tested[rows] = (from_end <= self.n) & enough[users]
        yield Fold.where(tested)
