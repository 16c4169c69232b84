"""The distribution of per-user scores, with the interval of their mean."""

from __future__ import annotations

import numpy as np
import scipy.stats

from recli.evaluation.metric_names import Measure
from recli.experiments.reports import _svg as svg
from recli.experiments.reports._leaderboard import ordered, standing
from recli.experiments.reports.plots._base import Figure, Plot
from recli.experiments.run_data import RunData

_ROW, _HILL, _BINS = 46.0, 20.0, 60


class Distribution(Plot):
    """The distribution of per-user scores, with the interval of their mean.

    One for each headline measure.
    """

    position = 10

    def figures(self, data: RunData) -> list[Figure]:
        found = []
        for measure in data.headlines:
            users = {label: v[~np.isnan(v)] for label, v in data.of_users(measure).items()}
            order = [data.labels[entry] for entry in ordered(standing(data, measure))]
            rows = [(label, users[label]) for label in order if len(users.get(label, ())) > 1]
            if rows:
                found.append(_figure(data, measure, rows))
        return found


def interval(values: np.ndarray) -> tuple[float, float]:
    """The 95 % confidence interval of the mean, by Student's t; at least two values.

    Args:
        values: float64[n]

    >>> low, high = interval(np.array([1.0, 2.0, 3.0]))
    >>> round(low, 3), round(high, 3)
    (-0.484, 4.484)
    """
    error = values.std(ddof=1) / np.sqrt(len(values))
    half = scipy.stats.t.ppf(0.975, len(values) - 1) * error
    return float(values.mean() - half), float(values.mean() + half)


def _figure(data: RunData, measure: Measure, rows: list[tuple[str, np.ndarray]]) -> Figure:
    pooled = np.concatenate([values for _, values in rows])
    low, high = np.quantile(pooled, [0.005, 0.995])
    scale = svg.Axis.around([low, high], 8, svg.WIDTH - 8)
    bottom = _ROW * len(rows) + 4
    parts = [svg.x_axis(scale, bottom, 0, f"{measure} of a user")]
    for place, (label, values) in enumerate(rows):
        entry = data.labels.index(label)
        parts.append(_row(entry, label, values, scale, (low, high), _ROW * (place + 1)))
    title = f"Users: {measure}"
    reading = (
        "Each hill shows how many users have which value (heights by the square root, so that few "
        "are seen; what lies further out counts at the ends). The point is their mean, the bar its 95 % "
        "interval, which the numbers say too."
    )
    return Figure(title, reading, svg.svg(bottom + 36, title, parts))


def _row(
    entry: int,
    label: str,
    values: np.ndarray,
    scale: svg.Axis,
    limits: tuple[float, float],
    base: float,
) -> str:
    if limits[0] == limits[1]:
        limits = (scale.low, scale.high)
    counts, edges = np.histogram(np.clip(values, *limits), bins=_BINS, range=limits)
    heights = np.sqrt(counts / counts.max()) * _HILL
    hill = [(scale(edges[0]), base)]
    for height, left, right in zip(heights, edges, edges[1:], strict=False):
        hill += [(scale(left), base - height), (scale(right), base - height)]
    hill.append((scale(edges[-1]), base))
    mean, (low, high) = values.mean(), interval(values)
    said = f"{mean:.4f} [{_plain(low)}, {_plain(high)}]"
    ends = [min(max(scale(v), scale.start), scale.end) for v in (low, high)]
    return svg.group(
        [
            svg.text(8, base - _HILL - 7, svg.shortened(label, 225), "name halo"),
            svg.text(svg.WIDTH - 8, base - _HILL - 7, said, "value halo", "end"),
            svg.area(hill, f"hill {svg.colour(entry)}"),
            svg.line([(ends[0], base), (ends[1], base)], f"interval {svg.colour(entry)}"),
            svg.mark(entry, scale(mean), base, 2.6),
        ],
        f"{label}: mean {mean:.4f}, 95 % interval {low:.4f} to {high:.4f}, {len(values):,} users",
        "series",
    )


def _plain(value: float) -> str:
    """Four digits, and no minus before zero."""
    return f"{round(value, 4) + 0.0:.4f}"
