"""Parallel coordinates: a line for each setting, across its parameters to its value."""

from __future__ import annotations

import math

from recli.experiments.reports import _svg as svg
from recli.experiments.reports.plots._base import Figure
from recli.params import Value, short, shown
from recli.records.stored_study import StoredStudy
from recli.records.stored_trial import StoredTrial

_LEFT, _RIGHT, _TOP, _BOTTOM = 24.0, 356.0, 30.0, 230.0
_BEST = 0.2


def figures(study: StoredStudy) -> list[Figure]:
    """One for each algorithm with two settings or more, and two parameters that all of them have.

    Args:
        study: the study as it is stored
    """
    found = []
    for algorithm in study.algorithms:
        trials = [trial for trial in study.finished() if trial.algorithm == algorithm]
        space = study.document["configuration"]["space"].get(algorithm, {})
        names = [name for name in space if all(name in t.varied for t in trials)]
        if len(trials) < 2 or len(names) < 2:
            continue
        title = f"Parallel coordinates: {algorithm}"
        reading = (
            f"A line for each setting, from left to right through its parameters to {study.goals[0]}; "
            "the best fifth is coloured, the best of all bold."
        )
        found.append(Figure(title, reading, _drawing(study, title, names, space, trials)))
    return found


def _drawing(
    study: StoredStudy, title: str, names: list[str], space: dict, trials: list[StoredTrial]
) -> str:
    axes = [*names, str(study.goals[0])]
    step = (_RIGHT - _LEFT) / (len(axes) - 1)
    at = [_LEFT + step * number for number in range(len(axes))]
    values = [(trial.values or (0.0,))[0] for trial in trials]
    last = svg.Axis(min(values), max(values) or 1, _BOTTOM, _TOP)
    if last.low == last.high:
        last = svg.Axis.around(values, _BOTTOM, _TOP)
    parts = [svg.line([(x, _TOP), (x, _BOTTOM)], "grid") for x in at]
    for number, (x, name) in enumerate(zip(at, axes, strict=True)):
        anchor = "start" if number == 0 else "end" if number + 1 == len(axes) else "middle"
        low, high = _ends(space[name]) if name in space else (f"{last.low:.4f}", f"{last.high:.4f}")
        label = svg.shortened(name.rpartition(".")[2], step * 1.05)
        raised = _TOP - 16 if number % 2 else _TOP - 5
        parts += [
            svg.text(x, raised, label, "axis", anchor),
            svg.text(x, _BOTTOM + 12, low, "tick", anchor),
            svg.text(x, _BOTTOM + 24, f"to {high}", "tick", anchor),
        ]
    n_best = math.ceil(_BEST * len(trials))
    for rank, trial in reversed(list(enumerate(trials))):
        heights = [_height(trial.varied[name], space[name]) for name in names]
        path = list(zip(at, [*heights, last(values[rank])], strict=True))
        classes = (
            f"{svg.colour(1)} bar" if rank == 0 else svg.colour(0) if rank < n_best else "lead"
        )
        tooltip = ", ".join(f"{name} {short(trial.varied[name])}" for name in names)
        parts.append(svg.group([svg.line(path, classes)], f"{values[rank]:.4f}: {tooltip}"))
    return svg.svg(_BOTTOM + 32, title, parts)


def _ends(spec: object) -> tuple[str, str]:
    if isinstance(spec, dict):
        return short(spec["low"]), short(spec["high"])
    words = [shown(value) for value in spec] if isinstance(spec, list) else []
    return words[0], words[-1]


def _height(value: Value, spec: object) -> float:
    if isinstance(spec, dict):
        low, high, number = spec["low"], spec["high"], float(value or 0)
        if spec["log"]:
            low, high, number = math.log(low), math.log(high), math.log(number)
        share = (number - low) / (high - low)
    else:
        words = list(spec) if isinstance(spec, list) else [value]
        share = words.index(value) / max(len(words) - 1, 1)
    return _BOTTOM + share * (_TOP - _BOTTOM)
