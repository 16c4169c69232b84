"""The work that `recli benchmark` measures, by recli and by Surprise's own class."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
import surprise

from recli import memory
from recli.algorithms import Algorithm, Configured, rank
from recli.algorithms._configured import class_of
from recli.data.dataset import Dataset
from recli.data.filters import filtered
from recli.data.splits._base import Fold
from recli.data.trainset import Trainset

_ENOUGH_SECONDS, _REPEATS = 2.0, 5
_WARM_UP = 200  # ratings: enough to run every kernel once, too few to take time


@dataclass(frozen=True, eq=False)
class Side:
    """One implementation, measured.

    Attributes:
        seconds: wall clock, without compiling; the least of up to five times within two seconds
        compile_seconds: what the first call took, with kernels compiled or read from their cache
        peak_mb: how far the memory of the process rose above what it held with the data loaded,
            MiB; NaN where the system does not tell
        estimates: float64[n], the predictions of all folds, or the ratings along all ranked lists
    """

    seconds: float
    compile_seconds: float
    peak_mb: float
    estimates: np.ndarray


def peer_of(configured: Configured) -> type[surprise.AlgoBase] | None:
    """Surprise's own class of the same name, if there is one.

    Args:
        configured: an algorithm with its parameters
    """
    peer: type[surprise.AlgoBase] | None = getattr(
        surprise, class_of(configured.name).__name__, None
    )
    return peer


def recli_predicts(
    dataset: Dataset, configured: Configured, seed: int, folds: Sequence[Fold], jobs: int
) -> Side:
    """Fit and test every fold by recli, on `jobs` threads.

    Args:
        dataset: the ratings, and what is known of items and users
        configured: an algorithm with its parameters
        seed: what is drawn at random is drawn by it
        folds: training and test rows of each fold
        jobs: how many cells work at once
    """
    configured = _as_surprise(configured)
    trainsets = [dataset.trainset(fold.train) for fold in folds]

    def one(number: int) -> np.ndarray:
        algorithm = configured.create(seed)
        algorithm.fit(trainsets[number])
        return algorithm.predict_pairs(*_pairs(dataset, trainsets[number], folds[number]))

    def all_folds() -> np.ndarray:
        parallel = joblib.Parallel(n_jobs=jobs, backend="threading")
        return np.concatenate(parallel(joblib.delayed(one)(n) for n in range(len(folds))))

    started = time.perf_counter()
    warm = _warm(dataset, configured, seed)
    warm.predict_pairs(np.zeros(1, np.int32), np.zeros(1, np.int32))
    return _measured(all_folds, time.perf_counter() - started)


def surprise_predicts(
    dataset: Dataset, configured: Configured, seed: int, folds: Sequence[Fold]
) -> Side:
    """Fit and test every fold by Surprise; to build its trainsets and testsets does not count.

    Args:
        dataset: the ratings, and what is known of items and users
        configured: an algorithm with its parameters
        seed: what is drawn at random is drawn by it
        folds: training and test rows of each fold
    """
    rows = _rows(dataset)
    constructor = surprise.Dataset(surprise.Reader(rating_scale=dataset.ratings.scale))
    sides = [
        (
            constructor.construct_trainset([rows[row] for row in fold.train]),
            [rows[row][:3] for row in fold.test],
        )
        for fold in folds
    ]

    def all_folds() -> np.ndarray:
        estimates = []
        for trainset, testset in sides:
            algorithm = _peer(configured, seed)
            algorithm.fit(trainset)
            estimates += [prediction.est for prediction in algorithm.test(testset)]
        return np.array(estimates)

    return _measured(all_folds, 0.0)


def recli_ranks(dataset: Dataset, configured: Configured, seed: int, n: int) -> Side:
    """Rank the catalogue for every user by recli, with a model fitted on all ratings.

    Args:
        dataset: the ratings, and what is known of items and users
        configured: an algorithm with its parameters
        seed: what is drawn at random is drawn by it
        n: how long a list is
    """
    configured = _as_surprise(configured)
    trainset = filtered(dataset, 0, 1).trainset()  # Surprise's anti-testset has no cold items
    algorithm = configured.create(seed)
    algorithm.fit(trainset)
    users = trainset.user_codes

    def lists() -> np.ndarray:
        return rank(algorithm, trainset, users, n).scores

    started = time.perf_counter()
    rank(algorithm, trainset, users[:2], n)
    side = _measured(lists, time.perf_counter() - started)
    ratings = np.clip(side.estimates[~np.isnan(side.estimates)], *dataset.ratings.scale)
    return Side(side.seconds, side.compile_seconds, side.peak_mb, ratings)


def surprise_ranks(dataset: Dataset, configured: Configured, seed: int, n: int) -> Side:
    """Surprise's way to the same lists: build_anti_testset, test, sort each user's predictions.

    Args:
        dataset: the ratings, and what is known of items and users
        configured: an algorithm with its parameters
        seed: what is drawn at random is drawn by it
        n: how long a list is
    """
    constructor = surprise.Dataset(surprise.Reader(rating_scale=dataset.ratings.scale))
    trainset = constructor.construct_trainset(_rows(dataset))
    algorithm = _peer(configured, seed)
    algorithm.fit(trainset)

    def lists() -> np.ndarray:
        by_user = defaultdict(list)
        for prediction in algorithm.test(trainset.build_anti_testset()):
            by_user[prediction.uid].append((prediction.est, prediction.iid))
        for found in by_user.values():
            found.sort(key=lambda pair: pair[0], reverse=True)
        users = map(trainset.to_raw_uid, trainset.all_users())
        return np.array([estimate for user in users for estimate, _ in by_user[user][:n]])

    return _measured(lists, 0.0)


def _measured(work: Callable[[], np.ndarray], compile_seconds: float) -> Side:
    """What is short is done up to five times, and the least counts: the others were disturbed."""
    held = memory.reset_peak()
    every: list[float] = []
    while not every or (sum(every) < _ENOUGH_SECONDS and len(every) < _REPEATS):
        started = time.perf_counter()
        estimates = work()
        every.append(time.perf_counter() - started)
    return Side(min(every), compile_seconds, memory.peak() - held, estimates)


def _as_surprise(configured: Configured) -> Configured:
    """With half stars cut off where Surprise does so."""
    cut = {"cut_half_stars": True} if "cut_half_stars" in configured.params else {}
    return Configured(configured.name, {**configured.params, **cut})


def _warm(dataset: Dataset, configured: Configured, seed: int) -> Algorithm:
    algorithm = configured.create(seed)
    algorithm.fit(dataset.trainset(np.arange(min(_WARM_UP, len(dataset.ratings)))))
    return algorithm


def _pairs(dataset: Dataset, trainset: Trainset, fold: Fold) -> tuple[np.ndarray, np.ndarray]:
    users, items = dataset.ratings.users[fold.test], dataset.ratings.items[fold.test]
    return trainset.inner_users[users], trainset.inner_items[items]


def _rows(dataset: Dataset) -> list[tuple[str, str, float, None]]:
    """The ratings as Surprise takes them."""
    ratings = dataset.ratings
    users = ratings.user_ids.text[ratings.users].tolist()
    items = ratings.item_ids.text[ratings.items].tolist()
    return list(zip(users, items, ratings.values.tolist(), [None] * len(users), strict=True))


def _peer(configured: Configured, seed: int) -> Any:
    cls = peer_of(configured)
    assert cls is not None
    params = {k: v for k, v in configured.params.items() if k != "cut_half_stars"}  # ours alone
    return cls(**Configured(configured.name, params).arguments(cls, seed))
