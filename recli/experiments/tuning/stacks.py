"""What is made of the best settings of several algorithms at the end of a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from recli.algorithms import Configured
from recli.evaluation.goals import Goal
from recli.ranking.recommender import LISTS, lists_of, recommender
from recli.records.stored_trial import StoredTrial

FITS = 5
"""Fits of each member that a stack takes: five on four fifths of the training, and one on all of it."""


def stacks(members: Sequence[StoredTrial], goal: Goal, implicit: bool) -> list[Configured]:
    """The algorithms made of the members that are worth a trial for a goal; none of one member alone.

    For predicted ratings one that learns how much each member counts where. For ranked lists, and
    for interactions, which have no rating that weights could be learned from, all members count the
    same. Lists are made as the best member makes them.

    Args:
        members: the best trial of each algorithm, the best first
        goal: what tuning improves first
        implicit: whether the data are interactions
    """
    if len(members) < 2:
        return []
    method = {"method": "weighted"} if goal.ranks or implicit else {}
    hybrid = Configured.of("hybrid", {**method, **dict(of_members(members))})
    return [recommender(hybrid, lists_of(members[0].configured))]


def of_members(members: Sequence[StoredTrial]) -> Iterator[tuple[str, Any]]:
    """The parameters of an algorithm made of others: their names, and what each was tuned to.

    Args:
        members: the best trial of each algorithm, the best first
    """
    yield "members", ",".join(trial.algorithm for trial in members)
    for trial in members:
        for name, value in trial.params.items():
            if value is not None and not name.startswith(LISTS):
                yield f"{trial.algorithm}.{name}", value
