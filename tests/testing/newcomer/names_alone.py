"""A report of somebody else."""

from __future__ import annotations

from recli.experiments.reports import Report


class NamesAlone(Report):
    """A line for each run: the algorithms."""

    suffix = ".txt"

    def __call__(self, runs):
        return "".join(f"{data.id}: {', '.join(data.labels)}\n" for data in runs)
