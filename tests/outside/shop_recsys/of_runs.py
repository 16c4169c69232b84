"""A check of protocols and a plot."""

from __future__ import annotations

from collections.abc import Iterator

from recli.evaluation.lint_checks import Check, Checked
from recli.experiments.reports.plots import Figure, Plot
from recli.experiments.run_data import RunData


class Tuesday(Check):
    """Doubts everything."""

    def messages(self, checked: Checked) -> Iterator[str]:
        yield f"{checked.extent} are few."


class Empty(Plot):
    """Draws nothing."""

    def figures(self, data: RunData) -> list[Figure]:
        return [Figure("The plot of the shop", "needs patience.")]
