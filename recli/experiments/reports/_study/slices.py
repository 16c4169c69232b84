"""The first goal against each parameter."""

from __future__ import annotations

from recli.experiments.reports import _svg as svg
from recli.experiments.reports.plots._base import Figure
from recli.params import Value, shown
from recli.records.stored_study import StoredStudy
from recli.records.stored_trial import StoredTrial

_LEFT, _RIGHT, _TOP, _HEIGHT = 46.0, 372.0, 22.0, 120.0


def figures(study: StoredStudy) -> list[Figure]:
    """One for each algorithm with two settings or more, with a part for each parameter.

    Args:
        study: the study as it is stored
    """
    found = []
    for place, algorithm in enumerate(study.algorithms):
        trials = [trial for trial in study.finished() if trial.algorithm == algorithm]
        space = study.document["configuration"]["space"].get(algorithm, {})
        names = [name for name in space if any(name in trial.varied for trial in trials)]
        if len(trials) < 2 or not names:
            continue
        title = f"Slices: {algorithm}"
        bottom, parts = 0.0, []
        for name in names:
            own = [trial for trial in trials if name in trial.varied]
            parts += _slice(study, place, name, space[name], own, bottom)
            bottom += _TOP + _HEIGHT + 44
        reading = f"{study.goals[0]} of the settings that went to the end, by each parameter."
        found.append(Figure(title, reading, svg.svg(bottom, title, parts)))
    return found


def _slice(
    study: StoredStudy, entry: int, name: str, spec: object, trials: list[StoredTrial], top: float
) -> list[str]:
    values = [(trial.values or (0.0,))[0] for trial in trials]
    drawn = [trial.varied[name] for trial in trials]
    low, high = top + _TOP + _HEIGHT, top + _TOP
    up = svg.Axis.around(values, low, high)
    places, axis = across(drawn, spec, low, high, name)
    goal = str(study.goals[0])
    return [
        svg.line([(_LEFT, low), (_RIGHT, low)], "grid"),
        *(svg.text(_LEFT - 5, up(t) + 4, f"{t:g}", "tick", "end") for t in up.ticks),
        *axis,
        *(
            svg.group(
                [svg.mark(entry, x, up(value), 3.5)],
                f"trial {trial.number}: {name} {shown(trial.varied[name])}, {goal} {value:.4f}",
            )
            for trial, x, value in zip(trials, places, values, strict=True)
        ),
    ]


def across(
    drawn: list[Value], spec: object, low: float, high: float, name: str
) -> tuple[list[float], list[str]]:
    """Where values of a parameter stand, and the axis below.

    Args:
        drawn: the values that were drawn
        spec: the range of the parameter
        low: the least value
        high: the largest value
        name: the name
    """
    if isinstance(spec, dict):
        numbers = [float(value) for value in drawn if value is not None]
        scale = svg.Axis.around(
            [*numbers, spec["low"], spec["high"]], _LEFT, _RIGHT, bool(spec["log"])
        )
        return [scale(number) for number in numbers], [svg.x_axis(scale, low, high, name)]
    words = [shown(value) for value in spec] if isinstance(spec, list) else []
    step = (_RIGHT - _LEFT) / max(len(words), 1)
    middles = {word: _LEFT + step * (n + 0.5) for n, word in enumerate(words)}
    labels = [
        svg.text(x, low + 13, svg.shortened(word, step), "tick", "middle")
        for word, x in middles.items()
    ]
    labels.append(svg.text((_LEFT + _RIGHT) / 2, low + 29, name, "axis", "middle"))
    return [middles[shown(value)] for value in drawn], labels
