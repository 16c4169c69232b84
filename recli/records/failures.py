"""Cells that failed, and what is said of them."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from recli import errors

if TYPE_CHECKING:
    from recli.records.cells import Cell


@dataclass(frozen=True)
class CellFailure:
    """One algorithm of the line-up on one fold, and why nothing came out.

    Attributes:
        entry: its place in the line-up, from 0 on
        fold: its place among the folds, from 0 on
        error: what is wrong
        trace: where in the code it was raised, as Python prints it
    """

    entry: int
    fold: int
    error: errors.RecliError
    trace: str = ""

    @classmethod
    def of(cls, entry: int, fold: int, error: Exception) -> CellFailure:
        """The failure by what was raised.

        What is no `RecliError`, nor a lack of memory, is a mistake in the code of the algorithm: it is
        named with the fold, and keeps its traceback.

        Args:
            entry: its place in the line-up, from 0 on
            fold: its place among the folds, from 0 on
            error: what was raised
        """
        trace = "".join(traceback.format_exception(error))
        if isinstance(error, MemoryError):
            error = errors.out_of_memory(error)
        if not isinstance(error, errors.RecliError):
            said = str(error).strip().partition("\n")[0]
            what = f"{type(error).__name__}: {said}" if said else type(error).__name__
            error = errors.AlgorithmCodeError(f"{what} (fold {fold + 1})")
        return cls(entry, fold, error, trace)


@dataclass(frozen=True)
class EntryFailure:
    """An algorithm of the line-up that failed on one fold at least, so that it is not compared.

    Attributes:
        label: how it is shown
        folds: the folds on which it failed, from 1 on
        n_folds: how many folds there are
        error: what was wrong on the first of them
        trace: where in the code that was raised
    """

    label: str
    folds: tuple[int, ...]
    n_folds: int
    error: errors.RecliError
    trace: str = ""

    @property
    def reason(self) -> str:
        """Why, in one line."""
        return " ".join(str(self.error).split())

    def __str__(self) -> str:
        return f"{self.label}, {len(self.folds)} of {self.n_folds} folds: {self.reason}"


def by_entry(
    failed: Sequence[CellFailure], labels: Sequence[str], n_folds: int
) -> tuple[EntryFailure, ...]:
    """What failed, by algorithm, in the order of the line-up.

    Args:
        failed: the cells, in any order
        labels: how the algorithms of the line-up are shown
        n_folds: how many folds there are
    """

    def each() -> Iterator[EntryFailure]:
        ordered = sorted(failed, key=lambda cell: (cell.entry, cell.fold))
        for entry in dict.fromkeys(cell.entry for cell in ordered):
            own = [cell for cell in ordered if cell.entry == entry]
            folds = tuple(cell.fold + 1 for cell in own)
            yield EntryFailure(labels[entry], folds, n_folds, own[0].error, own[0].trace)

    return tuple(each())


def compared(finished: Iterable[Cell], failed: Iterable[CellFailure]) -> list[Cell]:
    """The finished cells of the algorithms that failed on no fold, in their order.

    Args:
        finished: the cells that gave something
        failed: those that did not
    """
    without = {cell.entry for cell in failed}
    return [cell for cell in finished if cell.entry not in without]


def document(failed: Sequence[EntryFailure]) -> list[dict[str, Any]]:
    """What failed as JSON, for people and programs that read what was printed.

    Args:
        failed: the algorithms that failed
    """
    return [
        {
            "label": one.label,
            "folds": list(one.folds),
            "exit_code": one.error.exit_code,
            "reason": one.reason,
        }
        for one in failed
    ]


def check(failed: Sequence[EntryFailure], n_entries: int) -> None:
    """Raise what is to be said at the end of a comparison in which some algorithms failed.

    Args:
        failed: the algorithms that failed
        n_entries: how many algorithms there are in all

    Raises:
        RecliError: what the only algorithm of a line-up failed by
        FailedCellsError: if any of several failed, with the exit code of the first; its notes are the
            tracebacks
    """
    if not failed:
        return
    is_code = [isinstance(one.error, errors.AlgorithmCodeError) for one in failed]
    if n_entries == 1 and not is_code[0]:
        raise failed[0].error
    lines = errors.first_ten(list(map(str, failed)))
    raised = errors.FailedCellsError(
        f"{len(failed)} of {n_entries} algorithm{'s' * (n_entries != 1)} failed:\n{lines}",
        failed[0].error.exit_code,
        tuple(one.trace for one, code in zip(failed, is_code, strict=True) if code),
    )
    for one in failed:
        raised.add_note(one.trace)
    raise raised
