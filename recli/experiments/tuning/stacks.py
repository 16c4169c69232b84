"""What is made of the best settings of several algorithms at the end of a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from recli import registry
from recli.algorithms import Configured
from recli.algorithms._hybrids.combined import Combined
from recli.evaluation.goals import Goal
from recli.ranking.recommender import LISTS, lists_of, recommender
from recli.records.stored_trial import StoredTrial

_BASELINES = "baseline-only"
FITS = 5
"""Fits of each member that a stack takes: five on four fifths of the training, and one on all of it."""


def stacks(members: Sequence[StoredTrial], goal: Goal, implicit: bool) -> list[Configured]:
    """The algorithms made of the members that are worth a trial for a goal; none of one member alone.

    For predicted ratings one that learns how much each member counts where; the baselines of users
    and items, which cost nothing, are always a member: what the others add to them then has weights
    apart from theirs. For ranked lists, and
    for interactions, which have no rating that weights could be learned from, each that makes one
    list of several, as the log-linear pool, and LambdaMART where LightGBM is installed. Lists are
    made as the best member makes them.

    Args:
        members: the best trial of each algorithm, the best first
        goal: what tuning improves first
        implicit: whether the data are interactions
    """
    if len(members) < 2:
        return []
    given: dict[str, Any] = dict(of_members(members))
    if goal.ranks or implicit:
        made = [Configured.of(name, {**cls.for_lists, **given}) for name, cls in _making_lists()]
    else:
        names = dict.fromkeys([*(trial.algorithm for trial in members), _BASELINES])
        made = [Configured.of("hybrid", {**given, "members": ",".join(names)})]
    return [recommender(one, lists_of(members[0].configured)) for one in made]


def _making_lists() -> Iterator[tuple[str, type[Combined]]]:
    """What makes one list of several, by name, of what is installed."""
    for name in registry.names("algorithm"):
        cls = registry.get("algorithm", name)
        is_installed = registry.installed(registry.extra_of("algorithm", name))
        if is_installed and issubclass(cls, Combined):
            yield name, cls


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
