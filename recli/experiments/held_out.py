"""How good lists are on ratings that are held back from the training, in one quick look."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from recli import errors
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold
from recli.data.splits.shuffle import Shuffle
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.fold import FoldScores, score_fold
from recli.evaluation.metric_names import Measure
from recli.models.list_quality import FLOOR, ListQuality
from recli.ranking.recommender import lists_of, recommender

NDCG, HIT_RATE = Measure("ndcg", 10), Measure("hit-rate", 10)
_SHARE = 0.2
_MEASURED = "a random fifth of the {rows}, held back"
_MOST_USERS = 5_000  # whose lists are made: the standard error of the mean is below 0.01


def list_qualities(
    dataset: Dataset, line_up: Sequence[Configured], seed: int, threshold: float
) -> dict[str, ListQuality]:
    """What the lists of each algorithm reach, by name; one that cannot learn from this is left out.

    A random fifth of the ratings is the test, the same that 'recli tune' locks away by default with
    the same seed; lists are made for at most 5,000 of its users, drawn by the seed.
    What is the same for everybody is filtered as the lists of the first algorithm are.

    Args:
        dataset: the ratings, and what is known of items and users
        line_up: the algorithms that are compared
        seed: what is drawn at random is drawn by it
        threshold: the rating from which on an item is liked

    Raises:
        RecliError: where the ratings are too few for that
    """
    [cut] = Shuffle(n_splits=1, test_size=_SHARE, seed=seed).folds(dataset)
    fold = Fold(np.sort(cut.train), np.sort(cut.test))
    statistics = TrainingStatistics(dataset, fold.train, threshold)
    test = _of_some_users(dataset, fold, seed)
    found: dict[str, FoldScores] = {}
    everybodys = recommender(Configured.of(FLOOR), lists_of(line_up[0]).without_reranking)
    for configured in (everybodys, *line_up):
        try:
            found[configured.name] = score_fold(
                statistics, test, configured, (NDCG, HIT_RATE), seed
            )
        except errors.RecliError:  # too large, or nothing left to learn from
            if configured.name == FLOOR:
                raise
    floor = found[FLOOR].metrics[str(NDCG)]
    if math.isnan(floor):
        raise errors.DataError(f"{dataset.name}: no user likes anything among what is held back.")
    wanted = [configured.name for configured in line_up]
    measured = _MEASURED.format(rows="interactions" if dataset.ratings.implicit else "ratings")
    return {
        name: ListQuality(
            ndcg=scores.metrics[str(NDCG)],
            hit_rate=scores.metrics[str(HIT_RATE)],
            floor=floor,
            n_users=scores.n_users_liking,
            measured=measured,
        )
        for name, scores in found.items()
        if name in wanted
    }


def _of_some_users(dataset: Dataset, fold: Fold, seed: int) -> np.ndarray:
    """The rows of the test, int64[n], of at most so many of its users."""
    users = dataset.ratings.users[fold.test]
    distinct = np.unique(users)
    if len(distinct) <= _MOST_USERS:
        return fold.test
    some = np.random.default_rng(seed).choice(distinct, _MOST_USERS, replace=False)
    return fold.test[np.isin(users, some)]
