"""Errors by the true rating."""

from __future__ import annotations

import numpy as np

from recli.experiments.reports import _svg as svg
from recli.experiments.reports._leaderboard import ordered, standing
from recli.experiments.reports.plots._base import Figure, Plot
from recli.experiments.run_data import RunData

_TITLE = "Error by rating value"
_ROW, _CELL, _TOP, _TEXT_FROM = 36.0, 18.0, 18.0, 26.0


class ErrorByRating(Plot):
    """Errors by the true rating.

    A table of cells, the darker the further off; of interactions none, which nobody predicts.
    """

    position = 60

    def figures(self, data: RunData) -> list[Figure]:
        if data.noun == "interaction":
            return []
        tables = {entry: _table(data, entry) for entry in range(len(data.labels))}
        ratings = sorted({rating for table in tables.values() for rating in table})
        if not ratings:
            return [Figure(_TITLE, "needs a measure of predicted ratings, such as rmse.")]
        headline = data.headline("ratings")
        order = ordered(standing(data, headline)) if headline else list(tables)
        rows = [(entry, tables[entry]) for entry in order if tables[entry]]
        largest = max(abs(bias) for _, table in rows for _, bias, _ in table.values()) or 1.0
        width = svg.WIDTH / len(ratings)
        parts = [
            svg.text((n + 0.5) * width, 11, f"{rating:g}", "tick", "middle")
            for n, rating in enumerate(ratings)
        ]
        for place, (entry, table) in enumerate(rows):
            top = _TOP + place * _ROW
            parts.append(
                svg.text(0, top + 12, svg.shortened(data.labels[entry], svg.WIDTH), "name")
            )
            for n, rating in enumerate(ratings):
                if rating in table:
                    said = f"{data.labels[entry]}, true rating {rating:g}"
                    parts.append(_cell(table[rating], n * width, top + 16, width, largest, said))
        drawing = svg.svg(_TOP + len(rows) * _ROW + 2, _TITLE, parts)
        reading = (
            "Mean of predicted less true rating, by the true rating (top row): orange is predicted too "
            "high, blue too low. Point at a cell for its mean absolute error."
        )
        return [Figure(_TITLE, reading, drawing)]


def _table(data: RunData, entry: int) -> dict[float, tuple[int, float, float]]:
    """Rating -> number, mean error and mean absolute error over all folds."""
    rows = [
        row
        for cell in data.cells
        if cell["entry"] == entry
        for row in cell.get("error_by_rating", ())
    ]
    found = {}
    for rating in {row[0] for row in rows}:
        n, bias, mae = np.array([row[1:] for row in rows if row[0] == rating]).T
        if n.sum():
            found[rating] = (
                int(n.sum()),
                float(np.average(bias, weights=n)),
                float(np.average(mae, weights=n)),
            )
    return found


def _cell(
    found: tuple[int, float, float], x: float, y: float, width: float, largest: float, said: str
) -> str:
    n, bias, mae = found
    share = 0.75 * abs(bias) / largest
    parts = [
        svg.rect(
            x + 0.5,
            y,
            width - 1,
            _CELL,
            "over" if bias > 0 else "under",
            f"fill-opacity:{share:.2f}",
        )
    ]
    if width >= _TEXT_FROM:
        shown = f"{round(bias, 1) + 0.0:+.1f}".replace("-", "−")  # no minus before zero
        parts.append(svg.text(x + width / 2, y + 13, shown, "value", "middle"))
    return svg.group(
        parts, f"{said}: mean error {bias:+.3f}, mean absolute error {mae:.3f}, {n:,} ratings"
    )
