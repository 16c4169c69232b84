"""Points with names beside them, for the plots of one measure against another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recli.experiments.reports import _svg as svg

_LEFT, _RIGHT, _NAMES, _TOP, _ROW = 46.0, 236.0, 258.0, 22.0, 15.0


@dataclass(frozen=True)
class Series:
    """One algorithm's points, (x, y) in order; more than one make a line.

    Attributes:
        entry: the place in the line-up, from 0 on
        label: how it is shown
        points: x and y of each
        tooltips: what is shown over each point
    """

    entry: int
    label: str
    points: tuple[tuple[float, float], ...]
    tooltips: tuple[str, ...]


def scatter(
    series: Sequence[Series], x_name: str, y_name: str, label: str, log_x: bool = False
) -> str:
    """The points of at least one algorithm.

    The names stand in a column of their own, by the height of their points, so that they never
    overlap; a thin line leads from each to its last point.

    Args:
        series: points that belong together
        x_name: what the x axis shows
        y_name: what the y axis shows
        label: how it is shown
        log_x: whether the x axis is logarithmic
    """
    height = max(230.0, _ROW * len(series) + 20)
    bottom = _TOP + height
    points = [point for one in series for point in one.points]
    across = svg.Axis.around([x for x, _ in points], _LEFT, _RIGHT, log_x)
    up = svg.Axis.around([y for _, y in points], bottom, _TOP)
    ends = [up(one.points[-1][1]) for one in series]
    names = svg.spread_out(ends, _ROW, _TOP + 6, bottom - 4)
    parts = [svg.y_axis(up, _LEFT, _RIGHT, y_name), svg.x_axis(across, bottom, _TOP, x_name)]
    for one, name in zip(series, names, strict=True):
        parts.append(_series(one, across, up, name))
    return svg.svg(bottom + 36, label, parts)


def _series(one: Series, across: svg.Axis, up: svg.Axis, name: float) -> str:
    places = [(across(x), up(y)) for x, y in one.points]
    marks = [
        svg.group([svg.mark(one.entry, *place)], tooltip)
        for place, tooltip in zip(places, one.tooltips, strict=True)
    ]
    lead = [places[-1], (_RIGHT + 6, name), (_NAMES - 12, name)]
    return svg.group(
        [
            svg.line(lead, "lead"),
            svg.line(places, svg.colour(one.entry)) if len(places) > 1 else "",
            *marks,
            svg.mark(one.entry, _NAMES - 7, name, 3.2),
            svg.text(_NAMES, name + 4, svg.shortened(one.label, svg.WIDTH - _NAMES), "name"),
        ],
        one.label,
        "series",
    )
