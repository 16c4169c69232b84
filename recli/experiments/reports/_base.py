"""What a format of reports is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from recli.experiments.run_data import RunData


class Report:
    """A way to write runs down; a subclass in a file of its own registers it.

    Attributes:
        suffix: of the files it makes, with the dot
    """

    suffix: ClassVar[str]

    def __call__(self, runs: Sequence[RunData]) -> str:
        """The report of at least one run, with a common leaderboard where they can be compared."""
        raise NotImplementedError
