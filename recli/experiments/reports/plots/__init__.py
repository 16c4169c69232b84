"""Plots of a run, one a file."""

from recli.experiments.reports.plots._base import Figure, Plot

__all__ = ["Figure", "Plot"]
