"""Room on disk: kept outcomes that no run needs, and those beyond a limit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from recli.records.cell_store import CellStore, StoredCell
from recli.records.stored_run import needed_keys


@dataclass(frozen=True)
class Pruned:
    """What goes and what stays.

    Attributes:
        unneeded: cells that no run has, or that are in a format which this recli does not read
        beyond: cells beyond the limit; a run that had one computes it again when it is reproduced
        kept: all others
    """

    unneeded: tuple[StoredCell, ...]
    beyond: tuple[StoredCell, ...]
    kept: tuple[StoredCell, ...]

    @property
    def removed(self) -> tuple[StoredCell, ...]:
        """All that goes."""
        return self.unneeded + self.beyond


def to_prune(results: Path, limit: int | None = None) -> Pruned:
    """What would go to keep only what runs need.

    Args:
        results: the results folder
        limit: bytes that the rest may take at most; None for any number
    """
    store, needed = CellStore(results), needed_keys(results)
    cells = list(store.cells())
    unneeded = [c for c in cells if c.key not in needed or not store.is_readable(c.key)]
    gone = {cell.key for cell in unneeded}
    kept, beyond = _within((cell for cell in cells if cell.key not in gone), limit)
    return Pruned(tuple(unneeded), tuple(beyond), tuple(kept))


def beyond_limit(results: Path, limit: int) -> Pruned:
    """What would go to keep to a limit, needed or not.

    Args:
        results: the results folder
        limit: bytes that all may take at most
    """
    kept, beyond = _within(CellStore(results).cells(), limit)
    return Pruned((), tuple(beyond), tuple(kept))


def remove(results: Path, cells: Iterable[StoredCell]) -> None:
    """Remove cells.

    Args:
        results: the results folder
        cells: those that go

    Raises:
        UsageError: when the folder cannot be written
    """
    store = CellStore(results)
    for cell in cells:
        store.remove(cell.key)


def n_bytes(cells: Iterable[StoredCell]) -> int:
    """What cells take on disk together.

    Args:
        cells: the cells
    """
    return sum(cell.n_bytes for cell in cells)


def _within(
    cells: Iterable[StoredCell], limit: int | None
) -> tuple[list[StoredCell], list[StoredCell]]:
    """The cells used last that together take at most `limit` bytes, and the others."""
    kept: list[StoredCell] = []
    beyond: list[StoredCell] = []
    total = 0
    for cell in sorted(cells, key=lambda cell: (-cell.used, cell.key)):
        total += cell.n_bytes
        (kept if limit is None or total <= limit else beyond).append(cell)
    return kept, beyond
