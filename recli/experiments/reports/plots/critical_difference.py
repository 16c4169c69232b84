"""The critical-difference diagram."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from recli.evaluation.metric_names import Measure
from recli.evaluation.significance import AverageRanks, average_ranks
from recli.experiments.reports import _svg as svg
from recli.experiments.reports.plots._base import Figure, Plot
from recli.experiments.run_data import RunData

_AXIS, _LEFT, _RIGHT, _ROW, _BAR = 46.0, 24.0, svg.WIDTH - 24, 16.0, 6.0


class CriticalDifference(Plot):
    """The critical-difference diagram.

    One for each headline measure.
    """

    position = 20

    def figures(self, data: RunData) -> list[Figure]:
        found = []
        for measure in data.headlines:
            title = f"Mean ranks: {measure}"
            values = data.of_users(measure)
            users = {label: own for label, own in values.items() if not np.isnan(own).all()}
            without = [label for label in values if label not in users]
            if len(users) < 3:
                found.append(Figure(title, "needs three algorithms or more that have a value."))
                continue
            ranks = average_ranks(users, measure.greater_is_better)
            if math.isnan(ranks.critical_difference):
                found.append(
                    Figure(title, "needs two users or more with a value of every algorithm.")
                )
                continue
            reading = (
                f"Algorithms by their mean rank over {ranks.n:,} users, the best left; a bar joins those "
                f"that differ by less than the critical difference (CD, Nemenyi, 0.05). "
                f"{_friedman(ranks.friedman_p)}{_left_out(without, measure)}"
            )
            found.append(Figure(title, reading, _diagram(data, ranks, title)))
        return found


def _left_out(labels: Sequence[str], measure: Measure) -> str:
    if not labels:
        return ""
    return f" Not ranked, since they have no {measure}: {', '.join(labels)}."


def _friedman(p: float) -> str:
    if p < 0.05:
        return f"Friedman's test says that not all are alike (p {_small(p)})."
    return f"Friedman's test finds no difference at all (p = {p:.2f}): read nothing into it."


def _small(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _diagram(data: RunData, ranks: AverageRanks, title: str) -> str:
    scale = svg.Axis(1, len(ranks.ranks), _LEFT, _RIGHT)
    end = scale(1 + ranks.critical_difference)
    parts = [
        svg.line([(_LEFT, 16), (min(end, _RIGHT), 16)], "bar"),
        svg.text(_LEFT, 10, f"CD {ranks.critical_difference:.3g}", "tick"),
        svg.line([(_LEFT, _AXIS), (_RIGHT, _AXIS)], "rule"),
    ]
    for tick in range(1, len(ranks.ranks) + 1):
        parts.append(svg.line([(scale(tick), _AXIS - 4), (scale(tick), _AXIS)], "rule"))
        parts.append(svg.text(scale(tick), _AXIS - 8, str(tick), "tick", "middle"))
    for place, names in enumerate(ranks.cliques):
        y = _AXIS + 9 + place * _BAR
        first, last = (scale(ranks.ranks[name]) for name in (names[0], names[-1]))
        parts.append(
            svg.group([svg.line([(first - 3, y), (last + 3, y)], "bar")], " ≈ ".join(names))
        )
    top = _AXIS + 16 + len(ranks.cliques) * _BAR
    ordered = list(ranks.ranks.items())
    half = (len(ordered) + 1) // 2
    for place, (label, rank) in enumerate(ordered):
        left = place < half
        depth = place if left else len(ordered) - 1 - place
        parts.append(_name(data, label, rank, scale(rank), top + 8 + depth * _ROW, left))
    return svg.svg(top + 12 + half * _ROW, title, parts)


def _name(data: RunData, label: str, rank: float, x: float, y: float, left: bool) -> str:
    edge, anchor = (0.0, "start") if left else (svg.WIDTH, "end")
    entry = data.labels.index(label)
    said = f"{svg.shortened(label, 118)} {rank:.2f}"
    return svg.group(
        [
            svg.line([(x, _AXIS), (x, y), (edge, y)], "lead"),
            svg.mark(entry, x, _AXIS, 3.4),
            svg.text(edge, y - 3, said, "name halo", anchor),
        ],
        f"{label}: mean rank {rank:.3f}",
        "series",
    )
