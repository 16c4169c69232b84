"""The Pareto front of the first two goals."""

from __future__ import annotations

from recli.experiments.reports import _svg as svg
from recli.experiments.reports.plots._base import Figure
from recli.records.stored_study import StoredStudy

_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 372.0, 22.0, 250.0


def figures(study: StoredStudy) -> list[Figure]:
    """One where there are several goals, of each with the first.

    Args:
        study: the study as it is stored
    """
    return [_figure(study, place) for place in range(1, len(study.goals))]


def _figure(study: StoredStudy, place: int) -> Figure:
    first, other = study.goals[0], study.goals[place]
    trials = study.finished()
    points = [((t.values or ())[place], (t.values or ())[0]) for t in trials]
    across = svg.Axis.around([x for x, _ in points], _LEFT, _RIGHT)
    up = svg.Axis.around([y for _, y in points], _BOTTOM, _TOP)
    front = {(trial.algorithm, trial.number) for trial in study.front}
    best = study.best
    marks, line = [], []
    for trial, (x, y) in zip(trials, points, strict=True):
        on_front = (trial.algorithm, trial.number) in front
        picked = best is not None and (trial.algorithm, trial.number) == (
            best.algorithm,
            best.number,
        )
        if on_front:
            line.append((across(x), up(y)))
        tooltip = f"{trial.algorithm}, trial {trial.number}: {first} {y:.4f}, {other} {x:.4g}"
        entry, size = (3, 7.0) if picked else (1, 4.5) if on_front else (4, 3.0)
        marks.append(svg.group([svg.mark(entry, across(x), up(y), size)], tooltip))
    title = f"Pareto front: {first} and {other}"
    parts = [
        svg.y_axis(up, _LEFT, _RIGHT, str(first)),
        svg.x_axis(across, _BOTTOM, _TOP, str(other)),
        svg.line(sorted(line), "level"),
        *marks,
    ]
    reading = (
        "Settings on the line are beaten by no other in all goals; the diamond is the one picked. Small "
        "points are the other settings."
    )
    return Figure(title, reading, svg.svg(_BOTTOM + 36, title, parts))
