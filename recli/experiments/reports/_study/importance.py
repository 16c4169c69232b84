"""How much each parameter matters."""

from __future__ import annotations

from recli.experiments.reports import _svg as svg
from recli.experiments.reports.plots._base import Figure
from recli.records.stored_study import StoredStudy

_BAR, _NAMES, _VALUES = 20.0, 150.0, 46.0


def figures(study: StoredStudy) -> list[Figure]:
    """One for each algorithm.

    Args:
        study: the study as it is stored
    """
    found = []
    for place, algorithm in enumerate(study.algorithms):
        title = f"Importance: {algorithm}"
        shares = study.document["importance"].get(algorithm)
        if not shares:
            found.append(Figure(title, "needs two parameters and eight trials that gave values."))
            continue
        ordered = sorted(shares.items(), key=lambda item: -item[1])
        scale = svg.Axis(0, max(shares.values()) or 1, _NAMES, svg.WIDTH - _VALUES)
        parts = []
        for row, (name, share) in enumerate(ordered):
            y = row * _BAR
            width = scale(share) - scale.start
            parts += [
                svg.text(0, y + 14, svg.shortened(name, _NAMES - 6), "name"),
                svg.rect(scale.start, y + 4, width, _BAR - 8, svg.colour(place)),
                svg.text(scale(share) + 5, y + 14, f"{share:.0%}", "value"),
            ]
        reading = (
            f"Shares of what {study.goals[0]} varies by among good settings (PED-ANOVA). A parameter "
            "that matters little may stay at its default."
        )
        found.append(Figure(title, reading, svg.svg(len(ordered) * _BAR + 4, title, parts)))
    return found
