"""Room on disk: kept outcomes that no run needs, those beyond a limit, and what killed processes left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from recli import files
from recli.records.cell_store import CellStore, StoredCell
from recli.records.stored_run import needed_keys


@dataclass(frozen=True)
class Leftover:
    """What a killed process has left.

    Attributes:
        path: the folder or file
        n_bytes: what it takes on disk
    """

    path: Path
    n_bytes: int


@dataclass(frozen=True)
class Pruned:
    """What goes and what stays.

    Attributes:
        unneeded: cells that no run has, or that are in a format which this recli does not read
        beyond: cells beyond the limit; a run that had one computes it again when it is reproduced
        kept: all others
        leftovers: halves of what killed processes were about to write, anywhere in the results folder
    """

    unneeded: tuple[StoredCell, ...]
    beyond: tuple[StoredCell, ...]
    kept: tuple[StoredCell, ...]
    leftovers: tuple[Leftover, ...] = ()

    @property
    def removed(self) -> tuple[StoredCell, ...]:
        """All cells that go."""
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
    left = tuple(Leftover(path, files.size(path)) for path in files.leftovers(results))
    return Pruned(tuple(unneeded), tuple(beyond), tuple(kept), left)


def beyond_limit(results: Path, limit: int) -> Pruned:
    """What would go to keep to a limit, needed or not.

    Args:
        results: the results folder
        limit: bytes that all may take at most
    """
    kept, beyond = _within(CellStore(results).cells(), limit)
    return Pruned((), tuple(beyond), tuple(kept))


def remove(results: Path, pruned: Pruned) -> None:
    """Remove what goes.

    Args:
        results: the results folder
        pruned: what goes and what stays

    Raises:
        UsageError: when the folder cannot be written
    """
    store = CellStore(results)
    for cell in pruned.removed:
        store.remove(cell.key)
    for one in pruned.leftovers:
        files.discard(one.path)


def n_bytes(found: Iterable[StoredCell | Leftover]) -> int:
    """What cells or leftovers take on disk together.

    Args:
        found: the cells or leftovers
    """
    return sum(one.n_bytes for one in found)


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
