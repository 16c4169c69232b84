"""A cell that is computed by a process on another machine, and what it takes there."""

from __future__ import annotations

import functools
import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import joblib

from recli import errors, memory
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold
from recli.data.training_statistics import TrainingStatistics
from recli.epochs import Listener
from recli.evaluation.fold_outcome import FoldOutcome, Wanted
from recli.evaluation.protocol import Protocol
from recli.experiments.cell_task import CellTask, Kept, Place
from recli.records import code_version, environment
from recli.records.cells import Cell
from recli.records.failures import CellFailure


@dataclass(frozen=True)
class Comparison:
    """What all cells of a comparison need, which each worker gets once.

    Attributes:
        digest: of data and folds, by which a worker knows what it has already
        dataset: the whole data
        folds: training and test rows of each fold
        threshold: the rating from which on an item is liked
        made_by: what computes where the cells are asked for, see `made_by`
    """

    digest: str
    dataset: Dataset = field(compare=False, repr=False)
    folds: Sequence[Fold] = field(compare=False, repr=False)
    threshold: float
    made_by: Mapping[str, str] = field(compare=False, repr=False)

    @classmethod
    def of(cls, dataset: Dataset, folds: Sequence[Fold], threshold: float) -> Self:
        """Of these data.

        Args:
            dataset: the whole data
            folds: training and test rows of each fold
            threshold: the rating from which on an item is liked
        """
        known = [dataset.fingerprint, *(fold.fingerprint for fold in folds)]
        digest = hashlib.sha256(" ".join(known).encode()).hexdigest()
        return cls(digest, dataset, folds, threshold, made_by())


@dataclass(frozen=True)
class ClusterTask:
    """One algorithm on one fold of a comparison, as `CellTask` has it.

    Attributes:
        configured: an algorithm with its parameters
        code: what its code is where it is asked for, as `code_version.of_algorithm` has it
        protocol: how the line-up is compared
        place: where it is
        memory_limit: bytes for ranking the catalogue; None for the share of a core in half of what is
            free where it is computed
        kept: where its outcome is kept by who asks for it, if it is
        there: what of an outcome is kept already and would be lost if less were kept in its place
        listeners: who hears of the epochs of its fit, where that is
    """

    configured: Configured
    code: str | None
    protocol: Protocol
    place: Place
    memory_limit: int | None
    kept: Kept | None
    there: Wanted
    listeners: tuple[Listener, ...]


def computed(comparison: Comparison, task: ClusterTask) -> CellFailure | tuple[Cell, FoldOutcome]:
    """Compute a cell; this is what a worker runs.

    Args:
        comparison: what it has in common with others
        task: the cell

    Returns:
        The cell and its outcome, which who asks for it keeps; or how it failed.

    Raises:
        UsageError: where recli, Python or numpy are not the same as those of who asks, or a class of
            the user's own is not
    """
    _check_same(comparison.made_by)
    if code_version.of_algorithm(task.configured) != task.code:
        raise errors.UsageError(
            f"The code of {task.configured.name} on {platform.node()} is another than where it is asked "
            "for."
        )
    limit = task.memory_limit or memory.available() // 2 // joblib.cpu_count()
    number = task.place[1]
    cell = CellTask(
        _statistics(comparison, number),
        comparison.folds[number].test,
        task.configured,
        task.protocol,
        task.place,
        limit,
        alone=True,
        kept=task.kept,
        there=task.there,
        listeners=task.listeners,
    )
    outcome = cell.outcome()
    return outcome if isinstance(outcome, CellFailure) else (cell.measured(outcome), outcome)


@functools.cache
def made_by() -> Mapping[str, str]:
    """What computes here, as far as numbers depend on it, by name."""
    return {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "recli": code_version.of_recli(),
        **environment.versions(),
    }


# Cells come fold by fold: what they share of one is kept until the next begins.
@functools.lru_cache(maxsize=1)
def _statistics(comparison: Comparison, number: int) -> TrainingStatistics:
    train = comparison.folds[number].train
    return TrainingStatistics(comparison.dataset, train, comparison.threshold)


def _check_same(theirs: Mapping[str, str]) -> None:
    here = made_by()
    for name, version in theirs.items():
        if here.get(name) != version:
            raise errors.UsageError(
                f"{platform.node()} has another {name} ({here.get(name)}) than the process that asks "
                f"({version}): its numbers might differ. Give workers the same environment."
            )
