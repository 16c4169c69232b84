"""recli against Surprise: the same folds, the same parameters, the same numbers; seconds and memory."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from recli import errors, params
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold
from recli.experiments import benchmark_sides
from recli.experiments.benchmark_sides import Side, peer_of
from recli.records import failures, store
from recli.records.failures import CellFailure, EntryFailure

README_ROWS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("svd", {}),
    ("svdpp", {"cache_ratings": False}),
    ("svdpp", {"cache_ratings": True}),
    ("nmf", {}),
    ("slope-one", {}),
    ("knn-basic", {}),
    ("knn-with-means", {}),
    ("knn-baseline", {}),
    ("co-clustering", {}),
    ("baseline-only", {}),
    ("normal-predictor", {}),
)
"""The eleven rows of the table in Surprise's README."""


@dataclass(frozen=True, eq=False)
class BenchmarkComparison:
    """Both sides of one algorithm; `surprise` is None where recli was measured alone.

    Attributes:
        configured: an algorithm with its parameters
        recli: what recli needs and finds; None where a side failed
        surprise: what Surprise needs and finds; None where it was not asked, or a side failed
        failure: why there is nothing to compare; None where both sides came out
    """

    configured: Configured
    recli: Side | None
    surprise: Side | None
    failure: EntryFailure | None = None

    @property
    def ratio(self) -> float | None:
        """How many times faster recli is."""
        if self.recli is None or self.surprise is None:
            return None
        return self.surprise.seconds / self.recli.seconds

    @property
    def max_difference(self) -> float | None:
        """The largest difference between two estimates of the same."""
        if self.recli is None or self.surprise is None:
            return None
        return float(np.abs(self.recli.estimates - self.surprise.estimates).max())


def compare(
    dataset: Dataset,
    folds: Sequence[Fold],
    line_up: Sequence[Configured],
    seed: int,
    jobs: int,
    alone: bool = False,
) -> Iterator[BenchmarkComparison]:
    """Each algorithm fitted and tested on each fold by recli (on `jobs` threads) and by Surprise.

    Surprise has one thread; with `alone` it is left out. Each side works in a process of its own.
    Half stars are cut off on both sides where Surprise does so. The random `normal-predictor`
    cannot have the same predictions.

    Args:
        dataset: the ratings, and what is known of items and users
        folds: training and test rows of each fold
        line_up: the algorithms that are compared
        seed: what is drawn at random is drawn by it
        jobs: how many cells work at once
        alone: whether Surprise is left out

    Raises:
        UsageError: for an algorithm that Surprise has not
    """
    _check(line_up)
    for configured in line_up:
        arguments = dataset, configured, seed, folds
        ours = partial(_apart, benchmark_sides.recli_predicts, *arguments, jobs)
        theirs = partial(_apart, benchmark_sides.surprise_predicts, *arguments)
        yield _compared(configured, ours, None if alone else theirs)


def compare_lists(
    dataset: Dataset, line_up: Sequence[Configured], seed: int, n: int, alone: bool = False
) -> Iterator[BenchmarkComparison]:
    """The `n` best unrated items for every user, by models fitted on all ratings, one thread each.

    Surprise's way is build_anti_testset, test and a sort per user. What is compared are the ratings
    along the lists, cut off at the ends of the scale as Surprise's are.

    Args:
        dataset: the ratings, and what is known of items and users
        line_up: the algorithms that are compared
        seed: what is drawn at random is drawn by it
        n: how long a list is
        alone: whether Surprise is left out
    """
    _check(line_up)
    for configured in line_up:
        arguments = dataset, configured, seed, n
        ours = partial(_apart, benchmark_sides.recli_ranks, *arguments)
        theirs = partial(_apart, benchmark_sides.surprise_ranks, *arguments)
        yield _compared(configured, ours, None if alone else theirs)


def _compared(
    configured: Configured, ours: Callable[[], Side], theirs: Callable[[], Side] | None
) -> BenchmarkComparison:
    """Both sides, one after the other; what one of them raises is the failure of that algorithm."""
    try:
        return BenchmarkComparison(configured, ours(), theirs and theirs())
    except BrokenProcessPool as error:
        raise errors.WorkerDiedError(
            f"{configured.label}: the process that measured it is gone. The system killed it, most "
            "often for lack of memory."
        ) from error
    except errors.MissingExtraError:
        raise
    except Exception as error:  # noqa: BLE001, it is kept whole, and Surprise raises what it likes
        failed = CellFailure.of(0, 0, error)
        failure = EntryFailure(configured.label, (1,), 1, failed.error, failed.trace)
        return BenchmarkComparison(configured, None, None, failure)


def _check(line_up: Sequence[Configured]) -> None:
    for configured in line_up:
        if peer_of(configured) is None:
            raise errors.UsageError(f"Surprise has no {configured.name} to compare with.")


def _apart(work, *arguments) -> Side:  # type: ignore[no-untyped-def]
    """`work(*arguments)` in a new process, whose memory is then its own; BLAS on one thread."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=_one_thread) as pool:
        side: Side = pool.submit(work, *arguments).result()
    return side


def _one_thread() -> None:
    import threadpoolctl

    threadpoolctl.threadpool_limits(1)


def line_up(names: Sequence[str], assignments: Sequence[str]) -> list[Configured]:
    """The algorithms to compare, by default the rows of Surprise's README. Raises UsageError.

    Args:
        names: the tables that the file holds
        assignments: `name=value`, as typed
    """
    given = params.assignments(assignments)
    if names:
        return [Configured.of(name, given) for name in names]
    return [Configured.of(name, {**own, **given}) for name, own in README_ROWS]


def document(found: Sequence[BenchmarkComparison]) -> dict[str, Any]:
    """The comparison as `recli benchmark --format json` prints it.

    Args:
        found: a comparison for each algorithm
    """
    rows = [_row(comparison) for comparison in found if comparison.recli is not None]
    failed = [comparison.failure for comparison in found if comparison.failure is not None]
    ours = sum(row["recli_seconds"] for row in rows)
    theirs = sum(row["surprise_seconds"] or 0.0 for row in rows)
    alone = any(row["surprise_seconds"] is None for row in rows)
    return {
        "results": rows,
        "failures": failures.document(failed),
        "total": {
            "recli_seconds": ours,
            "surprise_seconds": None if alone else theirs,
            "ratio": None if alone or not rows else theirs / ours,
        },
    }


def _row(comparison: BenchmarkComparison) -> dict[str, Any]:
    ours, theirs = comparison.recli, comparison.surprise
    assert ours is not None
    return {
        "algorithm": comparison.configured.label,
        "recli_seconds": ours.seconds,
        "surprise_seconds": None if theirs is None else theirs.seconds,
        "ratio": comparison.ratio,
        "max_difference": comparison.max_difference,
        "recli_peak_mb": store.or_none(ours.peak_mb),
        "surprise_peak_mb": None if theirs is None else store.or_none(theirs.peak_mb),
        "compile_seconds": ours.compile_seconds,
    }
