"""One algorithm on one fold: fitted, timed, and measured."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recli.algorithms import Configured
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.grouping import Grouping
from recli.evaluation.groups import GroupScores, group_scores
from recli.evaluation.metric_names import Measure
from recli.evaluation.outcome import predict, recommend
from recli.evaluation.tables import error_by_rating, exposure
from recli.models.model import of_training
from recli.ranking.recommender import lists_of


@dataclass(frozen=True, eq=False)
class FoldScores:
    """What one algorithm reached on one fold; times in seconds of wall clock.

    metrics: measure -> value
    users: int32[n_users], codes of the users with a test rating
    per_user: measure -> float64[n_users], NaN where it is not defined; only measures that have a
        value for each user
    groups: the metrics of parts of the test
    n_users_liking: how many of the users have a liked item in the test
    error_by_rating: (true rating, ratings, mean error, MAE), see `tables`; empty where no ratings
        were predicted
    exposure: (share of the training ratings, share of the recommendations) for each tenth of the
        catalogue, the most popular first, see `tables`; empty where nothing was recommended
    """

    metrics: dict[str, float]
    users: np.ndarray
    per_user: dict[str, np.ndarray]
    fit_seconds: float
    test_seconds: float
    rank_seconds: float
    metric_seconds: float
    groups: tuple[GroupScores, ...] = ()
    n_users_liking: int = 0
    error_by_rating: tuple[tuple[float, int, float, float], ...] = ()
    exposure: tuple[tuple[float, float], ...] = ()

    @property
    def n_users(self) -> int:
        """Users with a test rating."""
        return len(self.users)


def score_fold(
    statistics: TrainingStatistics,
    test: np.ndarray,
    configured: Configured,
    measures: Sequence[Measure],
    seed: int,
    memory_limit: int | None = None,
    by: Sequence[str] = (),
) -> FoldScores:
    """Fit on the fold's training rows, predict its test rows, rank the catalogue, and measure.

    Rating metrics are over all test rows; they are NaN for an algorithm that predicts no ratings.
    Lists are made for every user with a test rating as `recommend` makes them: out of all items of the
    catalogue less those that the user has in the training rows, by score, unless `configured` is a
    `Recommender`, whose lists are filtered and re-ranked as it says. The metrics of accuracy are over
    the users who have a liked item (rating ≥ threshold) in the test rows. `memory_limit` is
    that of `recommend`, bytes; `by` are groupings to break the metrics down by, whose time counts as
    that of metrics. Raises as `Grouping.parse` and `recommend` do.
    """
    groupings = [Grouping.parse(text, statistics.dataset) for text in by]
    trainset = statistics.trainset
    algorithm = configured.create(seed)
    of_ratings = [measure for measure in measures if measure.metric.needs == "predictions"]
    of_lists = [measure for measure in measures if measure.metric.needs == "rankings"]
    clock = [time.perf_counter()]
    algorithm.fit(trainset)
    clock.append(time.perf_counter())
    rates = bool(of_ratings) and algorithm.predicts == "ratings"
    predictions = predict(algorithm, statistics, test) if rates else None
    clock.append(time.perf_counter())
    longest = max((measure.k or 1 for measure in of_lists), default=1)
    model = of_training(statistics, configured, algorithm, seed)
    options = lists_of(configured)
    lists = recommend(model, statistics, test, longest, memory_limit, options) if of_lists else None
    clock.append(time.perf_counter())
    ratings = statistics.dataset.ratings
    users = np.unique(ratings.users[test])
    metrics: dict[str, float] = {}
    per_user: dict[str, np.ndarray] = {}
    shown = {m.k: lists.at(m.k or longest) for m in of_lists} if lists else {}
    for measure in measures:
        metric = measure.metric
        seen = predictions if metric.needs == "predictions" else shown[measure.k]
        if metric.per_user:
            own = metric.values(seen) if seen is not None else np.full(len(users), np.nan)
            per_user[str(measure)] = own
        if seen is None:
            metrics[str(measure)] = np.nan
        elif metric.per_user and metric.needs == "rankings":
            metrics[str(measure)] = metric.mean(per_user[str(measure)])
        else:
            metrics[str(measure)] = metric(seen)
    groups = group_scores(statistics, test, predictions, shown, measures, groupings)
    clock.append(time.perf_counter())
    fit_seconds, test_seconds, rank_seconds, metric_seconds = np.diff(clock).tolist()
    liked = test[ratings.values[test] >= statistics.threshold]
    return FoldScores(
        metrics=metrics,
        users=users,
        per_user=per_user,
        fit_seconds=fit_seconds,
        test_seconds=test_seconds,
        rank_seconds=rank_seconds,
        metric_seconds=metric_seconds,
        groups=groups,
        n_users_liking=len(np.unique(ratings.users[liked])),
        error_by_rating=error_by_rating(statistics, predictions) if predictions is not None else (),
        exposure=exposure(statistics, lists) if lists is not None else (),
    )
