"""What a study says, in sentences for screen and page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recli.evaluation.goals import Goal
from recli.models.list_quality import FLOOR
from recli.params import short
from recli.records.stored_study import StoredStudy
from recli.records.stored_trial import StoredTrial


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
        yield f"No setting was better than the defaults: {first} {(best.values or (0.0,))[0]:.4f}."
    for rung in study.document["rungs"]:
        n = rung["trials"]
        yield (
            f"After {n} {'setting' if n == 1 else 'settings'} of each stayed {', '.join(rung['kept'])}; "
            f"dropped: {', '.join(rung['dropped'])}."
        )
    if study.document["timed_out"] and len(study.tried) == 1:
        yield "The time was shorter than one trial: this is what the defaults give (--timeout)."
    elif study.document["timed_out"]:
        yield "The time was up before all trials were made (--timeout)."
    for verdict in study.document["locked"]:
        yield _verdict(verdict)
        yield from _floor(verdict)
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
        f"{said['defaults']:.4f} with the defaults"
    )
    # Studies of before had a difference of another number, the mean of the users' own values.
    if said.get("difference") is not None:
        text += (
            f", {said['difference']:+.4f} "
            f"(95 %: {said['interval_low']:+.4f} to {said['interval_high']:+.4f})"
        )
    if Goal.parse(said["goal"]).ranks:
        return f"{text}. Tuning said {said['tuned']:.4f}, where what is locked away counts as not liked."
    return f"{text}. Tuning said {said['tuned']:.4f}: optimism {said['optimism']:+.4f}."


def _floor(said: dict[str, Any]) -> Iterator[str]:
    """How `most-popular` does on the locked test; a warning where it is better."""
    floor = said.get("floor")
    if floor is None:
        return
    yield f"There {FLOOR}, which gives everybody the same list, has {said['goal']} {floor:.4f}."
    goal = Goal.parse(said["goal"])
    if goal.sign * (floor - said["best"]) < 0:
        yield "Warning: that is better than the best found. For lists, try others: 'recli tune --auto'."


def _nested(folds: list[list[dict[str, Any]]]) -> Iterator[str]:
    for of_goal in zip(*folds, strict=True):
        means = {
            key: sum(said[key] for said in of_goal) / len(of_goal)
            for key in ("best", "defaults", "tuned", "optimism")
        }
        yield (
            f"Nested over {len(of_goal)} folds: {of_goal[0]['goal']} {means['best']:.4f} for what the "
            f"search finds, {means['defaults']:.4f} with the defaults. Tuning said "
            f"{means['tuned']:.4f}: optimism {means['optimism']:+.4f}."
        )
