"""The best parameters as TOML, with where they come from: what `--params` reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from recli.configuration import toml
from recli.data.dataset import Dataset
from recli.evaluation.goals import Goal
from recli.experiments.tuning.floors import ABOUT, floor_of, is_below
from recli.experiments.tuning.holdout import HoldoutVerdict
from recli.params import Value
from recli.ranking.recommender import LISTS, lists_of
from recli.records.stored_trial import StoredTrial


def best_toml(
    study: str,
    dataset: Dataset,
    best: StoredTrial,
    chosen: Mapping[str, Value],
    goals: Sequence[Goal],
    n_trials: int,
    seed: int,
    locked: Sequence[HoldoutVerdict],
    floors: Mapping[str, float],
) -> str:
    """The text of the file.

    Args:
        study: the name of the study
        dataset: the ratings, and what is known of items and users
        best: the trial that won
        chosen: the parameters that were fixed or varied
        goals: what tuning improves, the first orders
        n_trials: how many trials
        seed: what is drawn at random is drawn by it
        locked: what the locked test said, if there was one
        floors: without a locked test, what the floor of each goal reached on the folds, by goal
    """
    assert best.values is not None
    reached = ", ".join(
        f"{goal} {value:.6f}" for goal, value in zip(goals, best.values, strict=True)
    )
    n = len(best.folds)
    measured = {0: "", 1: " on one fold"}.get(n, f", means of {n} folds,")
    said = [
        f"# On a test that tuning never saw: {v.goal} {v.winner:.6f}, {v.against} {v.defaults:.6f}."
        for v in locked
    ] or ["# Chosen for that number, so a little too good to be true on other data."]
    origin: dict[str, object] = {
        "study": study,
        "trial": best.number,
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "metric": str(goals[0]),
        "value": best.values[0],
        "seed": seed,
    }
    if locked:
        origin |= {"locked": locked[0].winner}
    of_lists = lists_of(best.configured).document()
    lists = [f"{name} = {toml(value)}" for name, value in of_lists.items()]
    lines = [
        f"# The best of {n_trials} trials: {reached}{measured} on {dataset.name}.",
        *said,
        *_warnings(best, goals, locked, floors),
        f"algorithm = {toml(best.algorithm)}",
        "",
        "[params]",
        *(f"{_key(name)} = {toml(value)}" for name, value in chosen.items() if not _of_lists(name)),
        "",
        *(["[recommend]", *lists, ""] if lists else []),
        "[origin]",
        *(f"{name} = {toml(value)}" for name, value in origin.items()),
    ]
    return "\n".join(lines) + "\n"


def _warnings(
    best: StoredTrial,
    goals: Sequence[Goal],
    locked: Sequence[HoldoutVerdict],
    floors: Mapping[str, float],
) -> Iterator[str]:
    """A line for each goal in which an algorithm that knows nobody's taste is better."""
    known = zip(goals, best.values or (), strict=False)
    beside = [(goal, value, floors.get(str(goal))) for goal, value in known]
    for goal, value, floor in [(v.goal, v.winner, v.floor) for v in locked] or beside:
        name = floor_of(goal)
        if name and floor is not None and is_below(goal, value, floor):
            yield f"# Warning: {name}, {ABOUT[name]}, is better there: {goal} {floor:.6f}."


def _of_lists(name: str) -> bool:
    return name.startswith(LISTS)


def _key(name: str) -> str:
    """The name of a parameter; in quotes where it is a hybrid's of a class `module:Class`."""
    return name if re.fullmatch(r"[\w.-]+", name, re.ASCII) else toml(name)
