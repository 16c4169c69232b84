"""Reports of runs, for people and for papers; one file a format."""

from recli.experiments.reports._base import Report

__all__ = ["Report"]
