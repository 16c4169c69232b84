"""A report."""

from __future__ import annotations

from collections.abc import Sequence

from recli.experiments.reports import Report
from recli.experiments.run_data import RunData


class OneLine(Report):
    """The algorithms of each run in a line."""

    suffix = ".txt"

    def __call__(self, runs: Sequence[RunData]) -> str:
        return "".join(f"{data.id}: {', '.join(data.labels)}\n" for data in runs)
