"""What each epoch lost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recli.experiments.reports import _svg as svg
from recli.experiments.reports.plots._base import Figure, Plot
from recli.experiments.run_data import RunData
from recli.records.training_curves import kept_epoch, training_curves

_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 372.0, 22.0, 200.0


class TrainingCurve(Plot):
    """What each epoch lost.

    One for each algorithm that tells of its epochs: losses of two algorithms are no like measures.
    """

    position = 75

    def figures(self, data: RunData) -> list[Figure]:
        curves = training_curves(data.cells)
        return [_figure(data.labels[entry], entry, fits) for entry, fits in curves.items()]


def _figure(label: str, entry: int, fits: Sequence[np.ndarray]) -> Figure:
    title = f"Training: {label}"
    values = np.concatenate(fits)
    across = svg.Axis(1, max(2, *map(len, fits)), _LEFT, _RIGHT)
    up = svg.Axis.around(values[np.isfinite(values)].tolist(), _BOTTOM, _TOP)
    parts = [
        svg.y_axis(up, _LEFT, _RIGHT, "loss"),
        svg.x_axis(across, _BOTTOM, _TOP, "epoch"),
        *(_fit(losses, entry, number, across, up) for number, losses in enumerate(fits, start=1)),
    ]
    reading = (
        "A line for each fold, of what each epoch lost on what was held out of its training ratings, "
        "thin on those that were learned from. The mark is the epoch that was kept."
    )
    return Figure(title, reading, svg.svg(_BOTTOM + 36, title, parts))


def _fit(losses: np.ndarray, entry: int, number: int, across: svg.Axis, up: svg.Axis) -> str:
    learned, held_out = losses.T
    is_held_out = not np.isnan(held_out).all()
    shown = held_out if is_held_out else learned
    kept = kept_epoch(losses)
    return svg.group(
        [
            svg.line(_points(learned, across, up), "lead") if is_held_out else "",
            svg.line(_points(shown, across, up), svg.colour(entry)),
            svg.mark(entry, across(kept + 1), up(shown[kept]), 3.5),
        ],
        f"fold {number}: {len(losses)} epochs, kept the one of number {kept + 1}, loss {shown[kept]:.4f}",
        "series",
    )


def _points(losses: np.ndarray, across: svg.Axis, up: svg.Axis) -> list[tuple[float, float]]:
    return [(across(epoch), up(float(loss))) for epoch, loss in enumerate(losses, start=1)]
