"""A line-up of algorithms on the same folds, cell by cell."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import joblib
import numpy as np

from recli import memory
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold, Split
from recli.evaluation.background import Background
from recli.evaluation.fold import FoldScores, score_fold
from recli.evaluation.metric_names import Measure
from recli.experiments.interrupts import start_workers
from recli.experiments.resources import Resources


@dataclass(frozen=True)
class Protocol:
    """How a line-up is compared: what is the same for all of it.

    by: what the metrics are broken down by, as in `activity`, `user:occupation`
    """

    split: Split
    measures: tuple[Measure, ...]
    threshold: float
    seed: int
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One algorithm of the line-up on one fold, and what came out.

    entry, fold: places in the line-up and among the folds, from 0 on
    peak_mb: the most memory that the process held while it worked, MiB; where others worked beside
        it on threads, since the process started; NaN where the system does not tell
    reused: whether it was there already, so that its times and memory are of an earlier run
    """

    entry: int
    fold: int
    scores: FoldScores
    peak_mb: float = math.nan
    reused: bool = False


@dataclass(frozen=True)
class Summary:
    """One algorithm over its folds; its label is another for every entry of the line-up."""

    configured: Configured
    cells: tuple[Cell, ...]
    label: str

    def values(self, measure: Measure) -> list[float]:
        """The measure on every fold, NaN where a fold has no user it applies to."""
        return [cell.scores.metrics[str(measure)] for cell in self.cells]

    def mean(self, measure: Measure) -> float:
        """Mean over folds, NaN if a fold has none."""
        return float(np.mean(self.values(measure)))

    def std(self, measure: Measure) -> float:
        """Standard deviation over folds, as Surprise reports it: divided by the number of folds."""
        return float(np.std(self.values(measure)))

    @property
    def fit_seconds(self) -> float:
        """Mean wall-clock seconds of `fit`."""
        return float(np.mean([cell.scores.fit_seconds for cell in self.cells]))

    @property
    def test_seconds(self) -> float:
        """Mean wall-clock seconds to predict the test ratings."""
        return float(np.mean([cell.scores.test_seconds for cell in self.cells]))

    @property
    def rank_seconds(self) -> float:
        """Mean wall-clock seconds to rank the catalogue for the users of the test."""
        return float(np.mean([cell.scores.rank_seconds for cell in self.cells]))


def cells(
    dataset: Dataset,
    line_up: Sequence[Configured],
    protocol: Protocol,
    resources: Resources,
    folds: Sequence[Fold] | None = None,
    only: Collection[tuple[int, int]] | None = None,
) -> Iterator[Cell]:
    """Every algorithm on every fold, in the order in which they finish.

    folds: those of the protocol's split, where they are known already
    only: (entry, fold) of the cells to compute; None for all

    As many work at once as `resources` says: on threads over one copy of the data where they release
    the GIL, as the kernels of recli's own algorithms do; a user's own code runs in processes.
    """
    jobs = resources.jobs
    folds = protocol.split.folds(dataset) if folds is None else folds
    every = [(entry, fold) for entry in range(len(line_up)) for fold in range(len(folds))]
    wanted = set(every if only is None else only)
    share = resources.memory_of_a_cell(len(wanted))

    def tasks(chosen: Collection[int], shared: bool) -> Iterator[tuple]:
        # What the algorithms share of a fold is made when the first of them comes to it, and is
        # gone with the last.
        for number, fold in enumerate(folds):
            background = Background(dataset, fold.train, protocol.threshold)
            for entry in chosen:
                if (entry, number) in wanted:
                    configured = line_up[entry]
                    yield background, fold.test, configured, protocol, entry, number, share, shared

    if jobs == 1 or len(wanted) == 1:
        for task in tasks(range(len(line_up)), shared=False):
            yield _cell(*task)
        return
    on_threads = {entry for entry, _ in wanted if line_up[entry].releases_gil}
    in_processes = {entry for entry, _ in wanted} - on_threads
    if in_processes:
        start_workers(jobs)
    for chosen, backend in ((on_threads, "threading"), (in_processes, "loky")):
        if chosen:
            parallel = joblib.Parallel(jobs, backend=backend, return_as="generator_unordered")
            work = tasks(sorted(chosen), shared=backend == "threading")
            yield from parallel(joblib.delayed(_cell)(*task) for task in work)


def labels(line_up: Sequence[Configured]) -> list[str]:
    """How the entries are shown, each another: hybrids that differ in their members' parameters with
    these, and what still looks alike is numbered.

    >>> labels([Configured.of("svd"), Configured.of("nmf"), Configured.of("svd")])
    ['svd', 'nmf', 'svd #2']
    """
    short = [configured.label for configured in line_up]
    whole = [configured.whole_label for configured in line_up]
    return numbered(
        [long if short.count(text) > 1 else text for text, long in zip(short, whole, strict=True)]
    )


def numbered(texts: Sequence[str]) -> list[str]:
    """`texts`, each another: what is like one before gets a number.

    >>> numbered(["svd", "nmf", "svd"])
    ['svd', 'nmf', 'svd #2']
    """
    before = [texts[:place].count(text) for place, text in enumerate(texts)]
    return [f"{text} #{n + 1}" if n else text for text, n in zip(texts, before, strict=True)]


def summaries(
    line_up: Sequence[Configured], finished: Sequence[Cell], order_by: Measure
) -> list[Summary]:
    """The algorithms that have a finished cell, the best by `order_by` first, folds in order."""
    found = []
    for entry, (configured, label) in enumerate(zip(line_up, labels(line_up), strict=True)):
        own = sorted((c for c in finished if c.entry == entry), key=lambda cell: cell.fold)
        if own:
            found.append(Summary(configured, tuple(own), label))
    sign = -1.0 if order_by.greater_is_better else 1.0

    def key(summary: Summary) -> tuple[bool, float]:
        mean = summary.mean(order_by)
        return bool(np.isnan(mean)), sign * mean

    return sorted(found, key=key)


def cross_validate(
    dataset: Dataset,
    line_up: Sequence[Configured],
    protocol: Protocol,
    resources: Resources = Resources(),  # noqa: B008, it is frozen
    on_cell: Callable[[Cell], None] = lambda cell: None,
) -> list[Summary]:
    """Every algorithm on every fold, summed up, the best by the protocol's first measure first."""
    finished = []
    for cell in cells(dataset, line_up, protocol, resources):
        finished.append(cell)
        on_cell(cell)
    return summaries(line_up, finished, protocol.measures[0])


def _cell(
    background: Background,
    test: np.ndarray,
    configured: Configured,
    protocol: Protocol,
    entry: int,
    number: int,
    memory_limit: int,
    shared: bool,
) -> Cell:
    measures, seed, by = protocol.measures, protocol.seed, protocol.by
    if not shared:  # to start over would take the peak away from the others
        memory.reset_peak()
    scores = score_fold(background, test, configured, measures, seed, memory_limit, by)
    return Cell(entry, number, scores, memory.peak())
