"""Several goals: what no other setting beats in all of them, and a choice among that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recli import errors
from recli.evaluation.goals import Goal
from recli.records.stored_trial import StoredTrial

PICKS = ("knee", "first")


def pareto_front(goals: Sequence[Goal], finished: Sequence[StoredTrial]) -> list[StoredTrial]:
    """The finished trials that no other equals in every goal and beats in one; best first goal first.

    Of several with the same values the first stands for all. With one goal it is the best trial.

    Args:
        goals: what tuning improves, the first orders
        finished: trials that are complete
    """
    costs = _costs(goals, finished)
    kept: dict[tuple[float, ...], StoredTrial] = {}
    for trial, cost in zip(finished, costs, strict=True):
        beaten = (costs <= cost).all(axis=1) & (costs < cost).any(axis=1)
        if not beaten.any():
            kept.setdefault(tuple(cost.tolist()), trial)
    return [kept[cost] for cost in sorted(kept)]


def picked(goals: Sequence[Goal], front: Sequence[StoredTrial], pick: str) -> StoredTrial:
    """The trial of the front that `pick` means.

    `first` is the best in the first goal, a number its place in the front, from 1 on. `knee` is the
    one nearest to the point that is the best of the front in every goal, each goal's extent on the
    front being 1 (the compromise of Yu 1973 and Zeleny 1973, with Euclidean distance).

    Args:
        goals: what tuning improves, the first orders
        front: the trials that none is better than in every goal
        pick: which of them is wanted

    Raises:
        UsageError: for a place that the front does not have
    """
    if pick == "first":
        return front[0]
    if pick == "knee":
        costs = _costs(goals, front)
        extent = np.ptp(costs, axis=0)
        scaled = (costs - costs.min(axis=0)) / np.where(extent > 0, extent, 1)
        return front[int(np.argmin(np.square(scaled).sum(axis=1)))]
    if not pick.isdecimal() or not 1 <= int(pick) <= len(front):
        raise errors.UsageError(
            f'`pick="{pick}"` is none of {", ".join(PICKS)} and 1 to {len(front)}, the places of the '
            "front."
        )
    return front[int(pick) - 1]


def _costs(goals: Sequence[Goal], trials: Sequence[StoredTrial]) -> np.ndarray:
    """float64[n_trials, n_goals], the smaller the better."""
    signs = [goal.sign for goal in goals]
    return np.array([trial.values for trial in trials], float).reshape(-1, len(goals)) * signs
