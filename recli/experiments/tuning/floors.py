"""What a search has to beat: algorithms that know nobody's taste."""

from __future__ import annotations

from collections.abc import Iterable

from recli.algorithms import Configured
from recli.evaluation.goals import Goal
from recli.models.list_quality import FLOOR
from recli.ranking.recommender import lists_of, recommender
from recli.records.stored_study import StoredStudy

ABOUT = {
    FLOOR: "which gives everybody the same list",
    "baseline-only": "which goes by the means of users and items",
}
"""What the floors are, in words to go after their names."""


def floor_of(goal: Goal) -> str | None:
    """The algorithm that a model has to beat: of lists, of predicted ratings; None for the time of a fit.

    Args:
        goal: what tuning improves

    >>> floor_of(Goal.parse("ndcg@10")), floor_of(Goal.parse("rmse")), floor_of(Goal.parse("fit_seconds"))
    ('most-popular', 'baseline-only', None)
    """
    if goal.measure is None:
        return None
    return FLOOR if goal.ranks else "baseline-only"


def floors(goals: Iterable[Goal], like: Configured) -> list[Configured]:
    """The floors of the goals; what is filtered for everybody is left out of their lists, too.

    Args:
        goals: what tuning improves
        like: the algorithm whose filters count
    """
    names = dict.fromkeys(filter(None, map(floor_of, goals)))
    lists = lists_of(like).without_reranking
    return [recommender(Configured.of(name), lists) for name in names]


def is_below(goal: Goal, value: float, floor: float) -> bool:
    """Whether a value is worse than the floor's.

    Args:
        goal: what tuning improves
        value: what a model reaches
        floor: what the floor reaches
    """
    return goal.sign * value > goal.sign * floor


def is_below_the_floor(study: StoredStudy) -> bool:
    """Whether on the locked test an algorithm that knows nobody's taste does better than the best.

    Args:
        study: the study as it is stored
    """
    return any(
        verdict.get("floor") is not None
        and floor_of(goal) is not None
        and is_below(goal, verdict["best"], verdict["floor"])
        for verdict in study.document["locked"]
        for goal in [Goal.parse(verdict["goal"])]
    )
