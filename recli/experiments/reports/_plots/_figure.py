"""What a plot is to a page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A plot with its title and one line on how to read it.

    drawing: the SVG; empty where the run has nothing to draw, and then `reading` says why
    """

    title: str
    reading: str
    drawing: str = ""
