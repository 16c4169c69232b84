"""A line-up of algorithms on the same folds, cell by cell."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import joblib
from joblib.externals.loky.process_executor import BrokenProcessPool, TerminatedWorkerError

from recli import errors
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold
from recli.data.training_statistics import TrainingStatistics
from recli.epochs import Listener
from recli.evaluation.external.entry import External
from recli.evaluation.fold_outcome import Wanted
from recli.evaluation.grouping import Grouping
from recli.evaluation.protocol import Protocol
from recli.experiments.cell_task import CellTask, Kept, Place
from recli.experiments.cluster_task import ClusterTask, Comparison, computed
from recli.experiments.clusters import Workers
from recli.experiments.interrupts import forget_workers, start_workers
from recli.experiments.resources import Resources
from recli.experiments.worker_epochs import from_workers
from recli.records import code_version, failures
from recli.records.cells import Cell, Summary, labels, summaries
from recli.records.failures import CellFailure

_LOG = logging.getLogger("recli")
_DIED = (
    "A worker process is gone{codes}: the system killed it, most often for lack of memory, or the code "
    "of an algorithm ended it. Of {jobs} at once, take fewer: `jobs=1` computes all in this process and "
    "shows what the code prints."
)
_UNREAD = (
    "A worker process cannot read what it is sent, or what it computed cannot be read here: {reason}. It "
    "imports the modules of an algorithm anew; `jobs=1` computes all in this process."
)


def cells(
    dataset: Dataset,
    line_up: Sequence[Configured],
    protocol: Protocol,
    resources: Resources,
    folds: Sequence[Fold] | None = None,
    only: Collection[Place] | None = None,
    kept: Kept | None = None,
    listeners: Mapping[Place, Listener] = MappingProxyType({}),
) -> Iterator[Cell | CellFailure]:
    """Every algorithm on every fold, in the order in which they finish or fail.

    What is kept is only measured, and comes first. Of the rest as many work at once as `resources` says:
    on threads over one copy of the data where they release the GIL, as the kernels of recli's own
    algorithms do; a user's own code runs in processes. Who hears of epochs here hears of those of
    processes, too. Workers of a cluster compute in place of all these, and nobody hears of their epochs.

    Args:
        dataset: the whole data
        line_up: the algorithms
        protocol: split, seed, threshold and what is measured
        resources: how many cells at once, with how much memory
        folds: those of the protocol's split, where they are known already
        only: the cells to compute; None for all
        kept: where outcomes are kept; None: nowhere
        listeners: who hears of the epochs of a fit in the process where that is, by place

    Raises:
        WorkerDiedError: where a process that computes cells is gone
        MissingExtraError: as the algorithms do
    """
    for text in protocol.by:
        Grouping.parse(text, dataset)  # raises before anything is fitted
    folds = protocol.split.folds(dataset) if folds is None else folds
    every = [(entry, fold) for entry in range(len(line_up)) for fold in range(len(folds))]
    missing = dict.fromkeys(every if only is None else only, Wanted())
    work = _Work(dataset, line_up, protocol, resources, folds, kept, listeners)
    if kept is not None and not kept.fresh:
        damaged = 0
        for place, found in work.at_hand([place for place in missing if kept.keys.get(place)]):
            if isinstance(found, Cell):
                del missing[place]
                yield found
            elif isinstance(found, Wanted):
                missing[place] = found
            else:
                damaged += 1
        if damaged:
            _LOG.warning("Damaged in %s, computed anew: %d.", kept.store.folder, damaged)
    if missing:
        try:
            yield from work.computed(missing)
        except BrokenProcessPool as error:
            forget_workers()
            raise errors.WorkerDiedError(_told(error, resources.n_jobs)) from error


def _told(error: BrokenProcessPool, jobs: int) -> str:
    """What became of a worker process, as far as joblib knows."""
    if isinstance(error, TerminatedWorkerError):
        codes = re.search(r"exit codes of the workers are \{(.+)\}", str(error))
        return _DIED.format(jobs=jobs, codes=f", {codes[1]}" if codes else "")
    lines = str(error.__cause__).strip('\n "').splitlines()
    return _UNREAD.format(reason=lines[-1].strip())


@dataclass(frozen=True)
class _Work:
    """Cells to come by, see `cells`.

    Attributes:
        dataset: the ratings, and what is known of items and users
        line_up: the algorithms that are compared
        protocol: how the line-up is compared
        resources: how much may work at once, and with how much memory
        folds: training and test rows of each fold
    """

    dataset: Dataset
    line_up: Sequence[Configured]
    protocol: Protocol
    resources: Resources
    folds: Sequence[Fold]
    kept: Kept | None
    listeners: Mapping[Place, Listener]

    def at_hand(
        self, places: Sequence[Place]
    ) -> Iterator[tuple[Place, Cell | Wanted | errors.DataError]]:
        """What there is of each cell, see `CellTask.found`."""
        tasks = self._tasks(dict.fromkeys(places, Wanted()), 0, shared=True)
        yield from self._each(CellTask.found, tasks, "threading", len(places))

    def computed(self, missing: Mapping[Place, Wanted]) -> Iterator[Cell | CellFailure]:
        """The cells, each with what is kept of it already."""
        if self.resources.workers:
            yield from self._computed_by(self.resources.workers, missing)
            return
        jobs, share = self.resources.jobs, self.resources.memory_of_a_cell(len(missing))
        if jobs == 1 or len(missing) == 1:
            tasks = self._tasks(missing, share, shared=False)
            yield from self._each(CellTask.computed, tasks, "threading", 1)
            return
        own = {place: of for place, of in missing.items() if self.line_up[place[0]].releases_gil}
        others = {place: of for place, of in missing.items() if place not in own}
        if others:
            start_workers(jobs)
        threads = self._tasks(own, share, shared=True)
        yield from self._each(CellTask.computed, threads, "threading", len(own))
        if others:
            with from_workers() as channels:
                processes = self._tasks(others, share, shared=False, channels=channels)
                yield from self._each(CellTask.computed, processes, "loky", len(others))

    def _computed_by(
        self, workers: Workers, missing: Mapping[Place, Wanted]
    ) -> Iterator[Cell | CellFailure]:
        """The cells, by the workers of a cluster, and kept here; what comes from a file is at hand."""
        from_files = {
            place: of
            for place, of in missing.items()
            if isinstance(self.line_up[place[0]], External)
        }
        for task in self._tasks(from_files, 0, shared=False):
            yield task.computed()
        tasks = (
            ClusterTask(
                self.line_up[entry],
                code_version.of_algorithm(self.line_up[entry]),
                self.protocol,
                (entry, number),
                self.resources.memory_limit,
                self.kept,
                missing[entry, number],
                (self.listeners[entry, number],) if (entry, number) in self.listeners else (),
            )
            for entry, number in sorted(missing.keys() - from_files.keys(), key=_fold_by_fold)
        )
        about = self.dataset, self.folds, self.protocol.threshold
        found = workers.each(computed, workers.shared(Comparison.of, *about), tasks)
        while True:
            with _told_of(workers):
                one = next(found, None)
            if one is None:
                return
            if isinstance(one, CellFailure):
                yield one
                continue
            cell, outcome = one
            if self.kept:
                self.kept.keep((cell.entry, cell.fold), outcome)
            yield cell

    def _each(
        self,
        what: Callable[[CellTask], Any],
        tasks: Iterator[CellTask],
        backend: Literal["threading", "loky"],
        n: int,
    ) -> Iterator[Any]:
        """What is asked of `n` tasks, as many at once as there are jobs; of one or none right here."""
        if self.resources.jobs == 1 or (n <= 1 and backend == "threading"):
            yield from map(what, tasks)
        elif n:
            jobs = self.resources.jobs
            parallel = joblib.Parallel(jobs, backend=backend, return_as="generator_unordered")
            yield from parallel(joblib.delayed(what)(task) for task in tasks)

    def _tasks(
        self,
        places: Mapping[Place, Wanted],
        share: int,
        shared: bool,
        channels: tuple[Listener, ...] = (),
    ) -> Iterator[CellTask]:
        # What the algorithms share of a fold is made when the first of them comes to it, and is
        # gone with the last.
        for number, fold in enumerate(self.folds):
            statistics = TrainingStatistics(self.dataset, fold.train, self.protocol.threshold)
            for entry, configured in enumerate(self.line_up):
                place = entry, number
                own = (self.listeners[place],) if place in self.listeners else ()
                if place in places:
                    yield CellTask(
                        statistics,
                        fold.test,
                        configured,
                        self.protocol,
                        place,
                        share,
                        alone=not shared,
                        kept=self.kept,
                        there=places[place],
                        listeners=(*channels, *own),
                        fit=self.resources.fit,
                    )


@contextlib.contextmanager
def _told_of(workers: Workers) -> Iterator[None]:
    """What workers refuse says that it was they who did."""
    try:
        yield
    except errors.UsageError as error:
        raise errors.UsageError(
            f"On a worker of {workers.address}: {error} Every worker needs the same modules of your own, "
            "where it finds them (PYTHONPATH)."
        ) from error


def _fold_by_fold(place: Place) -> tuple[int, int]:
    entry, number = place
    return number, entry


def cross_validate(
    dataset: Dataset,
    line_up: Sequence[Configured],
    protocol: Protocol,
    resources: Resources = Resources(),  # noqa: B008, it is frozen
    on_cell: Callable[[Cell], None] = lambda cell: None,
) -> list[Summary]:
    """Every algorithm on every fold, summed up, the best by the protocol's first measure first.

    Args:
        dataset: the ratings, and what is known of items and users
        line_up: the algorithms that are compared
        protocol: how the line-up is compared
        resources: how much may work at once, and with how much memory
        on_cell: told of every finished cell

    Raises:
        RecliError: where an algorithm fails
    """
    finished: list[Cell] = []
    failed: list[CellFailure] = []
    for cell in cells(dataset, line_up, protocol, resources):
        if isinstance(cell, CellFailure):
            failed.append(cell)
        else:
            finished.append(cell)
            on_cell(cell)
    n_folds = len(protocol.split.folds(dataset)) if failed else 0
    failures.check(failures.by_entry(failed, labels(line_up), n_folds), len(line_up))
    return summaries(line_up, finished, protocol.measures[0])
