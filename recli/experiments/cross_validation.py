"""A line-up of algorithms on the same folds, cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

import joblib
import numpy as np

from recli import memory
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.fold import score_fold
from recli.evaluation.protocol import Protocol
from recli.experiments.interrupts import start_workers
from recli.experiments.resources import Resources
from recli.records.cells import Cell, Summary, summaries


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
            statistics = TrainingStatistics(dataset, fold.train, protocol.threshold)
            for entry in chosen:
                if (entry, number) in wanted:
                    configured = line_up[entry]
                    yield statistics, fold.test, configured, protocol, entry, number, share, shared

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
    statistics: TrainingStatistics,
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
    scores = score_fold(statistics, test, configured, measures, seed, memory_limit, by)
    return Cell(entry, number, scores, memory.peak())
