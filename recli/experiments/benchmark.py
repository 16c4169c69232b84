"""recli against Surprise: the same folds, the same parameters, the same numbers; seconds and memory."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np
import surprise

from recli import errors, memory, params
from recli.algorithms import Configured
from recli.algorithms._configured import class_of
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold
from recli.experiments import store

LINE_UP = (
    *("svd", "svdpp", "nmf", "slope-one", "knn-basic", "knn-with-means", "knn-baseline"),
    *("co-clustering", "baseline-only", "normal-predictor", "knn-with-zscore"),
)
_WARM_UP = 200  # ratings: enough to run every kernel once, too few to take time


@dataclass(frozen=True, eq=False)
class Side:
    """One implementation over all folds.

    seconds: wall clock of fit and test, without compiling
    compile_seconds: what the first call took, with kernels compiled or read from their cache
    peak_mb: how far the memory of the process rose above what it held with the data loaded, MiB;
        NaN where the system does not tell
    predictions: float64[n_test], all folds
    """

    seconds: float
    compile_seconds: float
    peak_mb: float
    predictions: np.ndarray


@dataclass(frozen=True, eq=False)
class Comparison:
    """Both sides of one algorithm."""

    algorithm: str
    recli: Side
    surprise: Side

    @property
    def ratio(self) -> float:
        """How many times faster recli is."""
        return self.surprise.seconds / self.recli.seconds

    @property
    def max_difference(self) -> float:
        """The largest difference between two predictions of the same rating."""
        return float(np.abs(self.recli.predictions - self.surprise.predictions).max())


def compare(
    dataset: Dataset, folds: Sequence[Fold], line_up: Sequence[Configured], seed: int, jobs: int
) -> Iterator[Comparison]:
    """Each algorithm on each fold by recli (on `jobs` threads) and by Surprise (on one).

    Each side works in a process of its own. Half stars are cut off on both sides where Surprise
    does so. The random `normal-predictor` cannot have the same predictions.
    """
    for configured in line_up:
        if peer_of(configured) is None:
            raise errors.UsageError(f"Surprise has no {configured.name} to compare with.")
    for configured in line_up:
        ours = _alone(_run_recli, dataset, folds, configured, seed, jobs)
        theirs = _alone(_run_surprise, dataset, folds, configured, seed)
        yield Comparison(configured.name, ours, theirs)


def peer_of(configured: Configured) -> type[surprise.AlgoBase] | None:
    """Surprise's own class of the same name, if there is one."""
    peer: type[surprise.AlgoBase] | None = getattr(
        surprise, class_of(configured.name).__name__, None
    )
    return peer


def _alone(work, *arguments) -> Side:  # type: ignore[no-untyped-def]
    """`work(*arguments)` in a new process, whose memory is then its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        side: Side = pool.submit(work, *arguments).result()
    return side


def _run_recli(
    dataset: Dataset, folds: Sequence[Fold], configured: Configured, seed: int, jobs: int
) -> Side:
    as_surprise = dict(configured.params)
    if "cut_half_stars" in as_surprise:
        as_surprise["cut_half_stars"] = True
    configured = Configured(configured.name, as_surprise)
    trainsets = [dataset.trainset(fold.train) for fold in folds]

    def one(number: int) -> np.ndarray:
        trainset, test = trainsets[number], folds[number].test
        algorithm = configured.create(seed)
        algorithm.fit(trainset)
        users = trainset.inner_users[dataset.ratings.users[test]]
        items = trainset.inner_items[dataset.ratings.items[test]]
        return algorithm.predict_pairs(users, items)

    started = time.perf_counter()
    warm = configured.create(seed)
    warm.fit(dataset.trainset(np.arange(min(_WARM_UP, len(dataset.ratings)))))
    warm.predict_pairs(np.zeros(1, np.int32), np.zeros(1, np.int32))
    compile_seconds = time.perf_counter() - started
    held = memory.reset_peak()
    started = time.perf_counter()
    parallel = joblib.Parallel(n_jobs=jobs, backend="threading")
    predictions = parallel(joblib.delayed(one)(number) for number in range(len(folds)))
    seconds = time.perf_counter() - started
    return Side(seconds, compile_seconds, memory.peak() - held, np.concatenate(predictions))


def _run_surprise(
    dataset: Dataset, folds: Sequence[Fold], configured: Configured, seed: int
) -> Side:
    ratings = dataset.ratings
    users = ratings.user_ids.text[ratings.users].tolist()
    items = ratings.item_ids.text[ratings.items].tolist()
    rows = list(zip(users, items, ratings.values.tolist(), [None] * len(users), strict=True))
    constructor = surprise.Dataset(surprise.Reader(rating_scale=ratings.scale))
    cls = peer_of(configured)
    assert cls is not None
    held = memory.reset_peak()
    seconds, predictions = 0.0, []
    for fold in folds:
        trainset = constructor.construct_trainset([rows[row] for row in fold.train])
        testset = [rows[row][:3] for row in fold.test]
        algorithm = cls(**configured.arguments(cls, seed))
        started = time.perf_counter()
        algorithm.fit(trainset)
        found = algorithm.test(testset)
        seconds += time.perf_counter() - started
        predictions += [prediction.est for prediction in found]
    return Side(seconds, 0.0, memory.peak() - held, np.array(predictions))


def line_up(names: Sequence[str], assignments: Sequence[str]) -> list[Configured]:
    """The algorithms to compare, Surprise's eleven by default. Raises UsageError."""
    given = params.assignments(assignments)
    return [Configured.of(name, given) for name in names or LINE_UP]


def document(found: Sequence[Comparison]) -> dict[str, Any]:
    """The comparison as `recli benchmark --format json` prints it."""
    ours = sum(comparison.recli.seconds for comparison in found)
    theirs = sum(comparison.surprise.seconds for comparison in found)
    return {
        "results": [
            {
                "algorithm": comparison.algorithm,
                "recli_seconds": comparison.recli.seconds,
                "surprise_seconds": comparison.surprise.seconds,
                "ratio": comparison.ratio,
                "max_difference": comparison.max_difference,
                "recli_peak_mb": store.or_none(comparison.recli.peak_mb),
                "surprise_peak_mb": store.or_none(comparison.surprise.peak_mb),
                "compile_seconds": comparison.recli.compile_seconds,
            }
            for comparison in found
        ],
        "total": {
            "recli_seconds": ours,
            "surprise_seconds": theirs,
            "ratio": theirs / ours,
        },
    }
