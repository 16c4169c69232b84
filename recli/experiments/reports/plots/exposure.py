"""What is recommended against what is rated."""

from __future__ import annotations

import numpy as np

from recli.experiments.reports import _svg as svg
from recli.experiments.reports._leaderboard import ordered, standing
from recli.experiments.reports.plots._base import Figure, Plot
from recli.experiments.run_data import RunData

_TITLE = "Popularity of what is recommended"
_ACROSS, _PANEL, _BARS = 2, 82.0, 52.0


class Exposure(Plot):
    """What is recommended against what is rated.

    A small panel for each algorithm, ten bands of popularity from left to right.
    """

    position = 70

    def figures(self, data: RunData) -> list[Figure]:
        tables = {}
        for entry in range(len(data.labels)):
            own = [cell.get("exposure") for cell in data.cells if cell["entry"] == entry]
            found = [table for table in own if table]
            if found:
                tables[entry] = np.mean(found, axis=0)
        if not tables:
            return [Figure(_TITLE, "needs a measure of rankings, such as ndcg@10.")]
        headline = data.headline("accuracy")
        order = ordered(standing(data, headline)) if headline else list(tables)
        rows = [entry for entry in order if entry in tables]
        highest = max(table.max() for table in tables.values())
        width = svg.WIDTH / _ACROSS
        parts = [
            _panel(
                entry,
                data.labels[entry],
                tables[entry],
                ((place % _ACROSS) * width, (place // _ACROSS) * _PANEL, width - 14),
                highest,
            )
            for place, entry in enumerate(rows)
        ]
        height = -(-len(rows) // _ACROSS) * _PANEL
        reading = (
            "Ten equal parts of the catalogue, the most popular left: bars are their shares of the "
            "recommended places, lines their shares of what is in the training. Bars above their lines "
            f"at the left mean more attention to what is popular. Full height is {highest:.0%}."
        )
        return [Figure(_TITLE, reading, svg.svg(height, _TITLE, parts))]


def _panel(
    entry: int, label: str, table: np.ndarray, place: tuple[float, float, float], highest: float
) -> str:
    left, top, width = place
    base, step = top + 18 + _BARS, width / len(table)
    parts = [
        svg.text(left, top + 12, svg.shortened(label, width), "name"),
        svg.line([(left, base), (left + width, base)], "grid"),
    ]
    for band, (rated, shown) in enumerate(table):
        x, bar, level = left + band * step, _BARS * shown / highest, base - _BARS * rated / highest
        share = f"{10 * band}–{10 * band + 10} % of the catalogue, the most popular first"
        parts.append(
            svg.group(
                [
                    svg.rect(x + 1.5, base - bar, step - 3, bar, svg.colour(entry)),
                    svg.line([(x, level), (x + step, level)], "level"),
                ],
                f"{label}, {share}: {shown:.1%} of the places, {rated:.1%} of the training",
            )
        )
    return svg.group(parts)
