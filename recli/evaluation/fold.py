"""What an outcome measures up to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recli import errors, registry
from recli.algorithms import Configured
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.fold_outcome import FoldOutcome, Wanted, fold_outcome
from recli.evaluation.grouping import Grouping
from recli.evaluation.groups import GroupScores, group_scores
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metric_names import Measure
from recli.evaluation.significance.influences import Influences
from recli.evaluation.tables import error_by_rating, exposure


@dataclass(frozen=True, eq=False)
class FoldScores:
    """What one algorithm reached on one fold; times in seconds of wall clock.

    Attributes:
        metrics: measure -> value
        users: int32[n_users], codes of the users with a test rating
        per_user: measure -> float64[n_users], NaN where it is not defined; only measures that have
            a value for each user
        without: measure -> float64[n_users], what it would be without each user; only measures of
            predicted ratings that say so, since that of lists is a mean of `per_user`
        fit_seconds: seconds of wall clock that the fit took
        test_seconds: seconds of wall clock that the predictions took
        rank_seconds: seconds of wall clock that the lists took
        metric_seconds: seconds of wall clock that the metrics took
        groups: the metrics of parts of the test
        n_users_liking: how many of the users have a liked item in the test
        error_by_rating: (true rating, ratings, mean error, MAE), see `tables`; empty where no
            ratings were predicted
        exposure: (share of the training ratings, share of the recommendations) for each tenth of
            the catalogue, the most popular first, see `tables`; empty where nothing was recommended
        tied_places: (cut-off, share of the places up to there of which a draw between equal scores
            decided what they hold) for each cut-off; of the ranking by score, before any re-ranking
        losses: (on what was learned from, on what was held out of it) for each epoch of the fit, see
            `FoldOutcome`; empty where a fit tells of none
    """

    metrics: dict[str, float]
    users: np.ndarray
    per_user: dict[str, np.ndarray]
    without: dict[str, np.ndarray]
    fit_seconds: float
    test_seconds: float
    rank_seconds: float
    metric_seconds: float
    groups: tuple[GroupScores, ...] = ()
    n_users_liking: int = 0
    error_by_rating: tuple[tuple[float, int, float, float], ...] = ()
    exposure: tuple[tuple[float, float], ...] = ()
    tied_places: tuple[tuple[int, float], ...] = ()
    losses: tuple[tuple[float, float], ...] = ()

    @property
    def n_users(self) -> int:
        """Users with a test rating."""
        return len(self.users)

    def influences(self, measure: Measure) -> Influences | None:
        """What users do to a measure; None where that is not known.

        Args:
            measure: one of those that were measured
        """
        name = str(measure)
        own, without = self.per_user.get(name), self.without.get(name)
        if own is None or (without is None and not measure.metric.is_mean):
            return None
        return Influences.of_fold(self.metrics[name], own, without)


def measure(
    outcome: FoldOutcome,
    statistics: TrainingStatistics,
    test: np.ndarray,
    measures: Sequence[Measure],
    by: Sequence[str] = (),
) -> FoldScores:
    """The metrics of an outcome that covers what they are computed from.

    Rating metrics are over all test rows; they are NaN for an algorithm that predicts no ratings. The
    metrics of accuracy are over the users who have a liked item (rating ≥ threshold) in the test rows.
    Lists are as long as the longest cut-off that is asked for, whatever is kept.

    Args:
        outcome: of an algorithm on this fold
        statistics: the fold's training rows, and the threshold
        test: the fold's test rows, int64[n]
        measures: what to measure
        by: groupings to break the metrics down by, whose time counts as that of metrics

    Raises:
        UsageError, DataError: as `Grouping.parse` does.
    """
    groupings = [Grouping.parse(text, statistics.dataset) for text in by]
    start, wanted, ratings = time.perf_counter(), Wanted.by(measures), statistics.dataset.ratings
    predictions = outcome.predictions(statistics, test) if wanted.predictions else None
    lists = outcome.lists(statistics, test, wanted.k) if wanted.k else None
    users = np.unique(ratings.users[test])
    metrics: dict[str, float] = {}
    per_user: dict[str, np.ndarray] = {}
    without: dict[str, np.ndarray] = {}
    of_lists = [of for of in measures if of.metric.needs == "rankings"]
    shown = {of.k: lists.at(of.k or wanted.k) for of in of_lists} if lists else {}
    for one in measures:
        metric, name = one.metric, str(one)
        seen = predictions if metric.needs == "predictions" else shown.get(one.k)
        with registry.own_code(type(metric)):
            if metric.per_user:
                per_user[name] = _values(metric, seen, len(users))
            if seen is None:
                metrics[name] = np.nan
            elif metric.is_mean:
                metrics[name] = metric.mean(per_user[name])
            else:
                metrics[name] = metric(seen)
                rest = metric.without(seen)
                if rest is not None:
                    without[name] = rest
    groups = group_scores(statistics, test, predictions, shown, measures, groupings)
    liked = test[ratings.values[test] >= statistics.threshold]
    return FoldScores(
        metrics=metrics,
        users=users,
        per_user=per_user,
        without=without,
        fit_seconds=outcome.fit_seconds,
        test_seconds=outcome.test_seconds,
        rank_seconds=outcome.rank_seconds,
        metric_seconds=time.perf_counter() - start,
        groups=groups,
        n_users_liking=len(np.unique(ratings.users[liked])),
        error_by_rating=error_by_rating(statistics, predictions) if predictions is not None else (),
        exposure=exposure(statistics, lists) if lists is not None else (),
        tied_places=tuple((k, _tied_share(of)) for k, of in shown.items() if k),
        losses=() if outcome.losses is None else tuple(map(tuple, outcome.losses.tolist())),
    )


def _values(metric: Any, seen: Any, n_users: int) -> np.ndarray:
    """The value of each user, float64[n_users]; NaN for all where nothing was computed for it."""
    if seen is None:
        return np.full(n_users, np.nan)
    own = metric.values(seen)
    if np.shape(own) != (n_users,):
        raise errors.OwnCodeError(
            f"{registry.name_of(type(metric))}.values gives an array of shape {np.shape(own)}, and it is "
            f"to have a value for each of {n_users:,} users."
        )
    return own


def _tied_share(lists: EvaluatedLists) -> float:
    n_places = int(np.minimum(lists.n_candidates, lists.k).sum())
    return lists.n_drawn / n_places if n_places else 0.0


def score_fold(
    statistics: TrainingStatistics,
    test: np.ndarray,
    configured: Configured,
    measures: Sequence[Measure],
    seed: int,
    memory_limit: int | None = None,
    by: Sequence[str] = (),
) -> FoldScores:
    """`fold_outcome`, then `measure`, for one that keeps no outcomes. Groups are checked first.

    Args:
        statistics: what the training ratings and the item table show
        test: int64[n], rows that are tested, ascending
        configured: an algorithm with its parameters
        measures: what is measured, the first orders
        seed: what is drawn at random is drawn by it
        memory_limit: the most memory that scores may take, bytes; None is a share of what is free
        by: groupings that the metrics are broken down by
    """
    for text in by:
        Grouping.parse(text, statistics.dataset)
    wanted = Wanted.by(measures)
    outcome = fold_outcome(statistics, test, configured, wanted, seed, memory_limit)
    return measure(outcome, statistics, test, measures, by)
