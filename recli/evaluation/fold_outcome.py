"""What one algorithm gave on one fold: everything that metrics are computed from, and no metric."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from recli import kernels, memory, registry
from recli.algorithms import Algorithm, Configured
from recli.data.training_statistics import TrainingStatistics
from recli.data.trainset import Trainset
from recli.epochs import Epoch, heard
from recli.evaluation.lists import EvaluatedLists, Tested, tested_pairs
from recli.evaluation.outcome import predict, recommend
from recli.evaluation.predictions import Predictions
from recli.models.model import of_training
from recli.ranking.recommender import lists_of

if TYPE_CHECKING:
    from recli.evaluation.metric_names import Measure

Fit = Callable[[Configured, Trainset, int], Algorithm]
"""Fits an algorithm on a trainset with a seed."""
LIST_LENGTH = 50
"""Places of the lists that are kept at least: another cut-off up to here needs no fit."""


@dataclass(frozen=True)
class Wanted:
    """What of an outcome is wanted.

    Attributes:
        predictions: whether the test ratings are to be predicted
        k: places of the ranked lists; 0 for no lists
        ranks: whether the rank of every tested item is to be found, wherever it is; only with lists
    """

    predictions: bool = False
    k: int = 0
    ranks: bool = False

    @classmethod
    def by(cls, measures: Iterable[Measure]) -> Wanted:
        """What these measures are computed from.

        Args:
            measures: metrics with their cut-offs

        >>> from recli.evaluation.metric_names import Measure
        >>> Wanted.by([Measure.parse("rmse"), Measure.parse("ndcg@5")])
        Wanted(predictions=True, k=5, ranks=False)
        >>> Wanted.by([Measure.parse("auc")])
        Wanted(predictions=False, k=1, ranks=True)
        """
        measures = list(measures)
        of_lists = [measure for measure in measures if measure.metric.needs == "rankings"]
        return cls(
            predictions=any(measure.metric.needs == "predictions" for measure in measures),
            k=max((measure.k or 1 for measure in of_lists), default=0),
            ranks=any(not measure.metric.cutoff for measure in of_lists),
        )

    def __or__(self, other: Wanted) -> Wanted:
        return Wanted(
            self.predictions or other.predictions,
            max(self.k, other.k),
            self.ranks or other.ranks,
        )


@dataclass(frozen=True, eq=False)
class PredictedRatings:
    """The predicted ratings of a fold's test, in the order of its rows.

    Attributes:
        estimates: float64[n_test], within the rating scale; those of another program as they are
        impossible: bool[n_test], where the algorithm had nothing to go by and the estimate is the
            global mean
    """

    estimates: np.ndarray
    impossible: np.ndarray


@dataclass(frozen=True, eq=False)
class Listed:
    """The ranked lists of the users of a fold's test, and where the tested items rank.

    Attributes:
        items: int32[n_users, k], item codes, best first; -1 where the candidates end before the
            list; users in the order of their codes
        n_candidates: int64[n_users], how many items could have been in the list
        places: int64[n_pairs], float64[n_pairs], as in `lists.Tested`, whose order they have; None
            where they were not wanted
        midranks: likewise
        tied: bool[n_users, k], as in `lists.EvaluatedLists`
        n_ranked: likewise
    """

    items: np.ndarray
    n_candidates: np.ndarray
    places: np.ndarray | None
    midranks: np.ndarray | None
    tied: np.ndarray
    n_ranked: np.ndarray | None = None

    @property
    def k(self) -> int:
        """Places of a list."""
        return self.items.shape[1]


@dataclass(frozen=True, eq=False)
class FoldOutcome:
    """What one algorithm gave on one fold; times in seconds of wall clock, NaN where they are not known.

    The compiling of kernels does not count as time, nor the loading of an extra's packages.

    Attributes:
        rates: whether it predicts ratings, and not only an order of items
        estimated: None where that was not wanted, or where it predicts no ratings
        listed: None where that was not wanted
        fit_seconds: seconds of wall clock that the fit took
        test_seconds: seconds of wall clock that the predictions took
        rank_seconds: seconds of wall clock that the lists took
        peak_mb: the most memory that the process held while it worked, MiB; where others worked
            beside it on threads, since the process started; NaN where the system does not tell
        losses: float64[n_epochs, 2], what each epoch of the fit lost on what was learned from, and after
            it on what was held out of that (NaN where nothing was); None where a fit tells of none
    """

    rates: bool
    estimated: PredictedRatings | None = None
    listed: Listed | None = None
    fit_seconds: float = 0.0
    test_seconds: float = 0.0
    rank_seconds: float = 0.0
    peak_mb: float = math.nan
    losses: np.ndarray | None = None

    @property
    def has(self) -> Wanted:
        """What can be measured of it."""
        return Wanted(
            self.estimated is not None or not self.rates,
            self.listed.k if self.listed else 0,
            self.listed is not None and self.listed.places is not None,
        )

    def covers(self, wanted: Wanted) -> bool:
        """Whether all that is wanted is there.

        Args:
            wanted: what of an outcome is wanted
        """
        return self.has | wanted == self.has

    def predictions(self, statistics: TrainingStatistics, test: np.ndarray) -> Predictions | None:
        """The predictions beside the ratings of the fold's test rows, int64[n]; None without.

        Args:
            statistics: what the training ratings and the item table show
            test: int64[n], rows that are tested, ascending
        """
        if self.estimated is None:
            return None
        ratings = statistics.dataset.ratings
        estimates, impossible = self.estimated.estimates, self.estimated.impossible
        return Predictions(ratings.values[test], estimates, ratings.users[test], impossible)

    def lists(
        self, statistics: TrainingStatistics, test: np.ndarray, k: int
    ) -> EvaluatedLists | None:
        """The first `k` places of the lists beside the fold's test rows, int64[n]; None without.

        Args:
            statistics: what the training ratings and the item table show
            test: int64[n], rows that are tested, ascending
            k: the least number of ratings that each has
        """
        if self.listed is None:
            return None
        users, rows, items, values = tested_pairs(statistics.dataset.ratings, test)
        return EvaluatedLists(
            users=users,
            items=self.listed.items[:, :k],
            n_candidates=self.listed.n_candidates,
            tested=Tested(rows, items, values, self.listed.places, self.listed.midranks),
            relevant=values >= statistics.threshold,
            statistics=statistics,
            n_ranked=self.listed.n_ranked,
            tied=self.listed.tied[:, :k],
        )


def fold_outcome(
    statistics: TrainingStatistics,
    test: np.ndarray,
    configured: Configured,
    wanted: Wanted,
    seed: int,
    memory_limit: int | None = None,
    alone: bool = False,
    sampled_negatives: int = 0,
    fit: Fit | None = None,
) -> FoldOutcome:
    """Fit on the fold's training rows, predict its test rows, and rank the catalogue.

    Ratings are predicted for all test rows. Lists are made for every user with a test rating, as
    `recommend` makes them: out of all items of the catalogue less those that the user has in the
    training rows, by score, unless `configured` is a `Recommender`, which says otherwise.

    Args:
        statistics: the training rows, int64[n]
        test: the rows to test on, int64[n]
        configured: the algorithm
        wanted: what is to be made; nothing else is
        seed: that of the algorithm
        memory_limit: bytes, that of `scored`
        alone: whether nothing else works in this process, so that its peak of memory is this cell's
        sampled_negatives: how many items lists are made of beside the relevant ones; 0 for all
        fit: what fits the algorithm; None is the algorithm itself

    Raises:
        RecliError: as the algorithm and `recommend` do.
    """
    if alone:
        memory.reset_peak()
    algorithm, trainset = configured.create(seed), statistics.trainset
    registry.check_inherited(type(algorithm))  # loads packages, in a process that has not: no fit
    times = [kernels.clock.seconds()]
    epochs: list[Epoch] = []
    with heard(epochs.append):
        algorithm = algorithm.fit(trainset) if fit is None else fit(configured, trainset, seed)
    times.append(kernels.clock.seconds())
    rates, estimated, listed = algorithm.predicts == "ratings", None, None
    if wanted.predictions and rates:
        found = predict(algorithm, statistics, test)
        assert found.impossible is not None
        estimated = PredictedRatings(found.estimate, found.impossible)
    times.append(kernels.clock.seconds())
    if wanted.k:
        model, options = of_training(statistics, configured, algorithm, seed), lists_of(configured)
        lists = recommend(
            model,
            statistics,
            test,
            wanted.k,
            memory_limit,
            options,
            sampled_negatives,
            wanted.ranks,
        )
        places, midranks = lists.tested.places, lists.tested.midranks
        assert lists.tied is not None
        listed = Listed(lists.items, lists.n_candidates, places, midranks, lists.tied)
    times.append(kernels.clock.seconds())
    fit_seconds, test_seconds, rank_seconds = np.diff(times).tolist()
    return FoldOutcome(
        rates,
        estimated,
        listed,
        fit_seconds,
        test_seconds,
        rank_seconds,
        memory.peak(),
        own_losses(algorithm, epochs),
    )


def own_losses(algorithm: Algorithm, told: Sequence[Epoch]) -> np.ndarray | None:
    """Those of the algorithm's own epochs, as `FoldOutcome` has them; a member's are not its own.

    Args:
        algorithm: what was fitted
        told: the epochs that were heard of meanwhile
    """
    name = algorithm._own_name
    own = [(epoch.loss, epoch.held_out) for epoch in told if epoch.algorithm == name]
    return np.array(own, np.float64) if own else None


def to_keep(
    wanted: Wanted,
    configured: Configured,
    statistics: TrainingStatistics,
    test: np.ndarray,
    memory_limit: int,
) -> Wanted:
    """What to make where it will be kept: if lists, then of `LIST_LENGTH` places at least, and all ranks.

    So another metric needs no fit. Lists are shorter where the catalogue has not so many items, or the
    limit (bytes) does not easily hold the lists of all users. Re-ranked lists are as long as they are
    wanted: longer ones begin otherwise.

    Args:
        configured: an algorithm with its parameters
        statistics: what the training ratings and the item table show
        test: int64[n], rows that are tested, ascending
        wanted: what of an outcome is wanted
        memory_limit: bytes
    """
    if not wanted.k:
        return wanted
    wanted |= Wanted(ranks=True)
    if lists_of(configured).reranks:
        return wanted
    n_users = max(1, len(np.unique(statistics.dataset.ratings.users[test])))
    most = memory_limit // 4 // (12 * n_users)
    return wanted | Wanted(k=min(LIST_LENGTH, most, statistics.n_items))
