"""What a study says, in sentences for screen and page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recli.evaluation.goals import Goal
from recli.experiments.tuning.floors import ABOUT, floor_of, is_below
from recli.params import short
from recli.records.stored_study import StoredStudy
from recli.records.stored_trial import StoredTrial

_OTHERS = {
    True: " For lists, try others: 'recli tune --auto'.",
    False: " Try others: 'recli tune --auto --goal ratings'.",
}


def said(study: StoredStudy) -> Iterator[str]:
    """What was found, and how it holds on what tuning never saw.

    Args:
        study: the study as it is stored
    """
    best = study.best
    if best is None:
        return
    first = str(study.goals[0])
    if study.front:
        place = [(t.algorithm, t.number) for t in study.front].index((best.algorithm, best.number))
        yield f"Picked: trial {best.number}, place {place + 1} of the front (--pick)."
    elif best.number == 0 and best.algorithm in study.algorithms:
        whose = f" of {best.algorithm}" if len(study.algorithms) > 1 else ""
        value = (best.values or (0.0,))[0]
        yield f"No setting was better than the defaults{whose}: {first} {value:.4f}."
    yield from map(_rung, study.document["rungs"])
    if study.document["timed_out"] and len(study.tried) == 1:
        yield "The time was shorter than one trial: this is what the defaults give (--timeout)."
    elif study.document["timed_out"]:
        yield "The time was up before all trials were made (--timeout)."
    for verdict in study.document["locked"]:
        yield _verdict(verdict)
        yield from _floor(study, verdict["goal"], verdict["best"], verdict.get("floor"), "There")
    floors = study.document.get("floors", {})
    for goal, value in zip(study.goals, best.values or (), strict=True):
        yield from _floor(study, str(goal), value, floors.get(str(goal)), "On the same folds")
    yield from _nested(study.document["nested"])
    if not study.document["locked"] and not study.document["nested"]:
        yield "It was chosen for that number: on other data expect a little less (see --holdout)."


def setting(trial: StoredTrial) -> str:
    """The parameters that were drawn, on one line; of a stack what is in it.

    Args:
        trial: the trial
    """
    shown = trial.varied or {k: v for k, v in trial.params.items() if k == "members"}
    return ", ".join(f"{name}={short(value)}" for name, value in shown.items()) or "as it is"


def ended(study: StoredStudy) -> list[str]:
    """How many trials did not go to the end, and what that has saved; empty where all did.

    Args:
        study: the study as it is stored
    """
    states = [trial.state for trial in study.tried]
    counts = {"stopped early": states.count("pruned"), "failed": states.count("failed")}
    parts = [f"{n} {what}" for what, n in counts.items() if n]
    if study.n_saved:
        parts.append(f"{study.n_saved} of {study.n_folds * len(states)} folds saved")
    return parts


def _verdict(said: dict[str, Any]) -> str:
    text = (
        f"On the locked test: {said['goal']} {said['best']:.4f} with the best, "
        f"{said['defaults']:.4f} with {said.get('against', 'the defaults')}"
    )
    # Studies of before had a difference of another number, the mean of the users' own values.
    if None not in map(said.get, ("difference", "interval_low", "interval_high")):
        text += (
            f", {said['difference']:+.4f} "
            f"(95 %: {said['interval_low']:+.4f} to {said['interval_high']:+.4f})"
        )
    return f"{text}. {_before(said)}"


def _before(said: dict[str, Any]) -> str:
    """What tuning said, which is of models that had fewer ratings to learn from."""
    both = f"{said['tuned']:.4f}"
    if said["best"] != said["defaults"] and said.get("tuned_defaults") is not None:
        both += f" and {said['tuned_defaults']:.4f}"
    return f"Tuning, on fewer ratings, said {both}."


def _rung(rung: dict[str, Any]) -> str:
    """Who stayed, who was dropped, and who was not even tried."""
    n, folds = rung["trials"], rung.get("folds")
    after = "the defaults on one fold" if folds == 1 else f"{n} setting{'s' * (n != 1)} of each"
    parts = [f"After {after} stayed {', '.join(rung['kept'])}"]
    no_look = f"not tried: {rung.get('short_of')}"
    # The best setting of what was dropped may be part of what is made of several in the end.
    for key, what in {
        "dropped": "tuned no further",
        "failed": "failed",
        "not_tried": no_look,
    }.items():
        if rung.get(key):
            parts.append(f"{what}: {', '.join(rung[key])}")
    return "; ".join(parts) + "."


def _floor(
    study: StoredStudy, name: str, best: float, floor: float | None, where: str
) -> Iterator[str]:
    """How an algorithm that knows nobody's taste does in the same place; a warning where it is better."""
    goal = Goal.parse(name)
    of = floor_of(goal)
    if floor is None or of is None:
        return
    yield f"{where} {of}, {ABOUT[of]}, has {goal} {floor:.4f}."
    if is_below(goal, best, floor):
        others = "" if study.document["configuration"]["auto"] else _OTHERS[goal.ranks]
        yield f"Warning: that is better than the best found.{others}"


def _nested(folds: list[list[dict[str, Any]]]) -> Iterator[str]:
    for of_goal in zip(*folds, strict=True):
        means = {
            key: sum(said[key] for said in of_goal) / len(of_goal)
            for key in ("best", "defaults", "tuned")
        }
        rivals = " or ".join(dict.fromkeys(said.get("against", "the defaults") for said in of_goal))
        yield (
            f"Nested over {len(of_goal)} folds: {of_goal[0]['goal']} {means['best']:.4f} for what the "
            f"search finds, {means['defaults']:.4f} with {rivals}. Tuning, on fewer ratings, said "
            f"{means['tuned']:.4f}."
        )
