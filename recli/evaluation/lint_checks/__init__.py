"""Reasons to doubt the numbers of a protocol, one a file."""

from recli.evaluation.lint_checks._base import Check, Checked, Finding

__all__ = ["Check", "Checked", "Finding"]
