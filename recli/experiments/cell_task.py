"""One cell: taken from what is kept, or computed and kept."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from recli import errors
from recli.algorithms import Configured
from recli.data.training_statistics import TrainingStatistics
from recli.epochs import Listener, heard
from recli.evaluation.external.entry import External
from recli.evaluation.fold import measure
from recli.evaluation.fold_outcome import Fit, FoldOutcome, Wanted, fold_outcome, to_keep
from recli.evaluation.protocol import Protocol
from recli.records.cell_store import CellStore
from recli.records.cells import Cell
from recli.records.failures import CellFailure

Place = tuple[int, int]
"""Entry of the line-up and number of the fold, both from 0 on."""


@dataclass(frozen=True)
class Kept:
    """Where outcomes are kept, and found again by what they depend on.

    Attributes:
        keys: the name of each cell in the store; None for one that is not kept
        fresh: whether what is there already is left alone, and everything computed anew
        store: where outcomes are kept
    """

    store: CellStore
    keys: Mapping[Place, str | None]
    fresh: bool = False

    def keep(self, place: Place, outcome: FoldOutcome) -> None:
        """Write the outcome of a cell, if it is one that is kept.

        Args:
            place: where the cell is
            outcome: what came out
        """
        if key := self.keys.get(place):
            self.store.write(key, outcome)


@dataclass(frozen=True)
class CellTask:
    """One algorithm on one fold, and all that it takes to measure it.

    Attributes:
        statistics: what the training ratings and the item table show
        test: the fold's test rows, int64[n]
        configured: an algorithm with its parameters
        protocol: how the line-up is compared
        memory_limit: bytes for ranking the catalogue
        alone: whether nothing else works in the same process
        kept: where its outcome is kept, if it is
        there: what of an outcome is kept already and would be lost if less were kept in its place
        place: where it is
        listeners: who hears of the epochs of its fit, in the process where that is; what one of them
            raises is a failure as what the algorithm raises
        fit: what fits the algorithm; None is the algorithm itself
    """

    statistics: TrainingStatistics
    test: np.ndarray
    configured: Configured
    protocol: Protocol
    place: Place
    memory_limit: int
    alone: bool
    kept: Kept | None = None
    there: Wanted = field(default_factory=Wanted)
    listeners: tuple[Listener, ...] = ()
    fit: Fit | None = None

    def found(self) -> tuple[Place, Cell | Wanted | errors.DataError]:
        """The cell by the outcome that is kept; or what that has where it is not enough.

        A file that is damaged is the error that says so, not raised.
        """
        key = self._key
        try:
            outcome = self.kept.store.read(key) if self.kept and key else None
        except errors.DataError as error:
            return self.place, error
        if outcome is None:
            return self.place, Wanted()
        if not outcome.covers(Wanted.by(self.protocol.measures)):
            return self.place, outcome.has
        return self.place, self.measured(outcome, reused=True)

    def computed(self) -> Cell | CellFailure:
        """The cell by fitting the algorithm; its outcome is kept. What comes from a file is at hand.

        What the algorithm raises is its failure: nothing of that is kept, and the others go on. What
        metrics raise, or the disk, is not, and neither is an extra that is missing.
        """
        found = self.outcome()
        if isinstance(found, CellFailure):
            return found
        if self.kept:
            self.kept.keep(self.place, found)
        return self.measured(found)

    def outcome(self) -> FoldOutcome | CellFailure:
        """What the algorithm predicts and ranks on the fold, or how it failed; see `computed`."""
        if isinstance(self.configured, External):
            return self.configured.outcome(self.statistics, number=self.place[1])
        wanted = Wanted.by(self.protocol.measures) | self.there
        limit = self.memory_limit
        if self._key:
            wanted = to_keep(wanted, self.configured, self.statistics, self.test, limit)
        seed = self.protocol.seed
        try:
            with contextlib.ExitStack() as told:
                for listener in self.listeners:
                    told.enter_context(heard(listener))
                return fold_outcome(
                    self.statistics,
                    self.test,
                    self.configured,
                    wanted,
                    seed,
                    limit,
                    self.alone,
                    self.protocol.sampled_negatives,
                    self.fit,
                )
        except errors.MissingExtraError:
            raise
        except Exception as error:  # noqa: BLE001, a mistake in code keeps its traceback and is shown
            return CellFailure.of(*self.place, error)

    def measured(self, outcome: FoldOutcome, reused: bool = False) -> Cell:
        """The cell, by its outcome.

        Args:
            outcome: what came out
            reused: whether it was there already
        """
        protocol = self.protocol
        scores = measure(outcome, self.statistics, self.test, protocol.measures, protocol.by)
        return Cell(*self.place, scores, outcome.peak_mb, reused)

    @property
    def _key(self) -> str | None:
        return self.kept.keys.get(self.place) if self.kept else None
