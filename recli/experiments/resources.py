"""What a run may take of the machine, or of others."""

from __future__ import annotations

from dataclasses import dataclass

import joblib

from recli import memory
from recli.evaluation.fold_outcome import Fit
from recli.experiments.clusters import Workers


@dataclass(frozen=True)
class Resources:
    """It changes no number, only times.

    Attributes:
        jobs: cells at work at once, -1 for one per core
        memory_limit: bytes for ranking the catalogue, all cells at work together; None for half of
            what is free when the run starts. Of each worker, where workers of a cluster compute
        fit: what fits algorithms, where others do it than this process: then cells come one by one
        workers: of a cluster, which compute in place of this machine
    """

    jobs: int = 1
    memory_limit: int | None = None
    fit: Fit | None = None
    workers: Workers | None = None

    def __post_init__(self) -> None:
        if self.fit is not None:
            object.__setattr__(self, "jobs", 1)

    @property
    def n_jobs(self) -> int:
        """Cells at work at once, at least 1."""
        return self.workers.n_jobs if self.workers else int(joblib.effective_n_jobs(self.jobs))

    def memory_of_a_cell(self, n_cells: int) -> int:
        """The share of one of `n_cells`, bytes.

        Args:
            n_cells: how many cells

        >>> Resources(jobs=4, memory_limit=1000).memory_of_a_cell(2)
        500
        """
        total = memory.available() // 2 if self.memory_limit is None else self.memory_limit
        return total // max(1, min(self.n_jobs, n_cells))
