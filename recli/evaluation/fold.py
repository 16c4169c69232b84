"""One algorithm on one fold: fitted, timed, and measured."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recli.algorithms import Algorithm, Configured, rank
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold
from recli.data.trainset import Trainset
from recli.evaluation.metric_names import Measure
from recli.evaluation.metrics._base import RankingMetric, RatingMetric


@dataclass(frozen=True)
class FoldScores:
    """What one algorithm reached on one fold; times in seconds of wall clock."""

    metrics: dict[str, float]
    fit_seconds: float
    test_seconds: float
    rank_seconds: float


def score_fold(
    dataset: Dataset,
    fold: Fold,
    configured: Configured,
    measures: Sequence[Measure],
    threshold: float,
    seed: int,
    memory_limit: int | None = None,
) -> FoldScores:
    """Fit on the fold's training rows, predict its test rows, rank the catalogue, and measure.

    Rating metrics are over all test rows. Ranking metrics are over the users who have a liked item
    (rating ≥ threshold) in the test rows; the candidates are all items of the dataset less those
    that the user has in the training rows. `memory_limit` is that of `rank`, bytes.
    """
    trainset = dataset.trainset(fold.train)
    algorithm = configured.create(seed)
    started = time.perf_counter()
    algorithm.fit(trainset)
    fitted = time.perf_counter()
    metrics = _rating_metrics(dataset, fold, trainset, algorithm, measures)
    tested = time.perf_counter()
    metrics |= _ranking_metrics(
        dataset, fold, trainset, algorithm, measures, threshold, memory_limit
    )
    ranked = time.perf_counter()
    return FoldScores(
        metrics={str(measure): metrics[str(measure)] for measure in measures},
        fit_seconds=fitted - started,
        test_seconds=tested - fitted,
        rank_seconds=ranked - tested,
    )


def _rating_metrics(
    dataset: Dataset,
    fold: Fold,
    trainset: Trainset,
    algorithm: Algorithm,
    measures: Sequence[Measure],
) -> dict[str, float]:
    wanted = {str(m): m.metric for m in measures if isinstance(m.metric, RatingMetric)}
    if not wanted:
        return {}
    users, items = dataset.ratings.users[fold.test], dataset.ratings.items[fold.test]
    truth = dataset.ratings.values[fold.test]
    estimates = algorithm.predict_pairs(trainset.inner_users[users], trainset.inner_items[items])
    return {name: metric(truth, estimates, users) for name, metric in wanted.items()}


def _ranking_metrics(
    dataset: Dataset,
    fold: Fold,
    trainset: Trainset,
    algorithm: Algorithm,
    measures: Sequence[Measure],
    threshold: float,
    memory_limit: int | None,
) -> dict[str, float]:
    wanted = [(m, m.metric) for m in measures if isinstance(m.metric, RankingMetric)]
    if not wanted:
        return {}
    liked = fold.test[dataset.ratings.values[fold.test] >= threshold]
    # A pair that was rated twice is one relevant item.
    n_items = trainset.n_catalogue
    relevant = np.unique(
        dataset.ratings.users[liked].astype(np.int64) * n_items + dataset.ratings.items[liked]
    )
    users, n_relevant = np.unique(relevant // n_items, return_counts=True)
    longest = max(measure.k or 0 for measure, _ in wanted)
    lists = rank(algorithm, trainset, users, longest, memory_limit=memory_limit).items
    hits = np.isin(users[:, None] * n_items + lists, relevant) & (lists >= 0)
    return {str(measure): metric(hits[:, : measure.k], n_relevant) for measure, metric in wanted}
