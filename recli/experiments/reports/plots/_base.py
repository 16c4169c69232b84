"""What a plot is to a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from recli.experiments.run_data import RunData


@dataclass(frozen=True)
class Figure:
    """A plot with its title and one line on how to read it.

    Attributes:
        title: what it is called, for people
        reading: how to read the plot
        drawing: the SVG; empty where the run has nothing to draw, and then `reading` says why
    """

    title: str
    reading: str
    drawing: str = ""


class Plot:
    """What a page draws of a run.

    Attributes:
        position: its place on the page: plots with smaller ones come first
    """

    position: ClassVar[int] = 1000

    def figures(self, data: RunData) -> list[Figure]:
        """The figures of a run; none where it has nothing to do with such a plot.

        Args:
            data: what the run has found
        """
        raise NotImplementedError
