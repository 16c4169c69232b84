"""The values in the order of the trials, and the best so far."""

from __future__ import annotations

from recli.experiments.reports import _svg as svg
from recli.experiments.reports.plots._base import Figure
from recli.records.stored_study import StoredStudy

_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 372.0, 22.0, 230.0


def figures(study: StoredStudy) -> list[Figure]:
    """One for each goal.

    Args:
        study: the study as it is stored
    """
    found = []
    finished = [trial for trial in study.tried if trial.values is not None]
    order = {algorithm: place for place, algorithm in enumerate(study.algorithms)}
    finished.sort(key=lambda trial: (trial.number, order.get(trial.algorithm, 0)))
    for place, goal in enumerate(study.goals):
        values = [(trial.values or ())[place] for trial in finished]
        across = svg.Axis(0, max(len(values), 2), _LEFT, _RIGHT)
        up = svg.Axis.around(values, _BOTTOM, _TOP)
        best, steps = values[0], []
        for number, value in enumerate(values):
            steps.append((across(number + 0.5), up(best)))
            best = max(best, value) if goal.greater_is_better else min(best, value)
            steps.append((across(number + 0.5), up(best)))
        marks = [
            svg.group(
                [svg.mark(order.get(trial.algorithm, 0), across(number + 0.5), up(value), 3.5)],
                f"{trial.algorithm}, trial {trial.number}: {goal} {value:.4f}",
            )
            for number, (trial, value) in enumerate(zip(finished, values, strict=True))
        ]
        title = f"History: {goal}"
        parts = [
            svg.y_axis(up, _LEFT, _RIGHT, str(goal)),
            svg.x_axis(across, _BOTTOM, _TOP, "settings measured on all folds"),
            svg.line(steps, "level"),
            *marks,
        ]
        reading = "A point for each setting that went to the end; the line is the best so far."
        found.append(Figure(title, reading, svg.svg(_BOTTOM + 36, title, parts)))
    return found
