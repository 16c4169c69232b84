"""What `recli tune` improves, and on which split, where the user does not say."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from recli.data.dataset import Dataset
    from recli.data.splits._base import Split
    from recli.evaluation.goals import Goal
    from recli.evaluation.metric_names import Purpose
    from recli.experiments.tuning.plan import Plan

_LAST = 5  # ratings of each user that are tested


def aims(metrics: Sequence[str], goal: Purpose | None) -> tuple[Goal, ...]:
    """The goals that `--metric` names, else the usual one of `--goal`; else that of lists.

    Raises as `goals` does.
    """
    from recli.evaluation import goals

    if metrics:
        return goals.goals(metrics)
    return (goals.RATINGS if goal == "ratings" else goals.LISTS,)


def of_what_they_predict(plan: Plan) -> tuple[Goal, ...]:
    """Where neither `--metric` nor `--goal` is given: RMSE if all algorithms named predict ratings."""
    from recli.evaluation import goals

    predicted = {space.start.create(0).predicts for space in plan.spaces()}
    return (goals.RATINGS,) if predicted == {"ratings"} else plan.goals


def on(dataset: Dataset, plan: Plan, metrics: Sequence[str]) -> Plan:
    """The plan on these data: interactions are ranked, whatever the algorithms predict.

    Raises UsageError where a metric of predicted ratings is named for them.
    """
    from recli.cli._options import common
    from recli.evaluation import goals

    of_ratings = [goal for goal in plan.goals if goal.measure is not None and not goal.ranks]
    if not dataset.ratings.implicit or not of_ratings:
        return plan
    if metrics:
        raise common.no_ratings(str(of_ratings[0]), dataset)
    return dataclasses.replace(plan, goals=(goals.LISTS,))


def by_time(dataset: Dataset, seed: int) -> Split | None:
    """The last ratings of each user as the test; None where there are no times, or users have few.

    It is one rating of each where fewer than half the users have twice five.
    """
    import numpy as np

    from recli import errors
    from recli.data.splits.last_n import LastN

    ratings = dataset.ratings
    if ratings.times is None:
        return None
    counts = np.bincount(ratings.users)
    many = np.count_nonzero(counts >= 2 * _LAST) >= ratings.n_users / 2
    split = LastN(_LAST if many else 1, _LAST if many else 1, seed)
    try:
        split.folds(dataset)
    except errors.DataError:
        return None
    return split
