"""What tuning improves, and on which split, where the user does not say."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from recli import errors
from recli.algorithms import declared
from recli.data.dataset import Dataset
from recli.data.splits._base import Split
from recli.data.splits.k_fold import KFold
from recli.data.splits.last_n import LastN
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation import goals
from recli.evaluation.goals import Goal
from recli.evaluation.make_protocol import liked_from, no_ratings, purpose
from recli.evaluation.metric_names import Purpose
from recli.evaluation.protocol import Protocol
from recli.experiments.default_line_up import check_suits
from recli.experiments.tuning.plan import Plan
from recli.ranking import recommender

_LAST = 5  # ratings of each user that are tested


def aims(metrics: Sequence[str], goal: Purpose | None) -> tuple[Goal, ...]:
    """The goals that the metrics name, else the usual one of the purpose; else that of lists.

    Raises as `goals` does.

    Args:
        metrics: metrics as the user writes them
        goal: what the algorithm is wanted for: `lists` or `ratings`; None for the usual
    """
    if metrics:
        return goals.goals(metrics)
    return (goals.RATINGS if goal == "ratings" else goals.LISTS,)


def of_what_they_predict(plan: Plan) -> tuple[Goal, ...]:
    """Where neither metric nor purpose is given: RMSE if all algorithms named predict ratings.

    Args:
        plan: what is tuned, and how
    """
    predicted = {space.start.create(0).predicts for space in plan.spaces()}
    return (goals.RATINGS,) if predicted == {"ratings"} else plan.goals


def on_dataset(
    plan: Plan,
    dataset: Dataset,
    *,
    metrics: Sequence[str] = (),
    goal: Purpose | None = None,
    split: Split | None = None,
    threshold: float | None = None,
    seed: int = 0,
) -> tuple[Plan, Protocol]:
    """The plan on these data, and how a setting is measured.

    With `plan.auto` an algorithm that predicts ratings and can do without features gets all that the
    data have, unless the plan holds something else.

    Args:
        plan: what is searched
        dataset: interactions are ranked, whatever the algorithms predict
        metrics: those that were named
        goal: what it is for, if that was said
        split: how ratings are cut; None for five folds, or with `plan.auto` for lists, where ratings
            have times, the last of each user
        threshold: where liking begins; None for the rule of the data
        seed: of split and algorithms

    Raises:
        UsageError: the data have no value of a metric, or do not suit an algorithm
        DataError: the lists of an algorithm cannot be made as they should be, see `recommender.check`
    """
    purpose(goal, dataset)
    if plan.auto and not plan.goals[0].ranks:
        plan = dataclasses.replace(plan, fixed={**_all_features(plan, dataset), **plan.fixed})
    spaces, ratings = plan.spaces(), dataset.ratings
    check_suits((space.start for space in spaces), dataset)
    whole = TrainingStatistics(dataset, np.arange(len(ratings)), ratings.default_threshold)
    recommender.check((space.changed for space in spaces), whole, plan.method.seed)
    of_ratings = [goal for goal in plan.goals if goal.measure is not None and not goal.ranks]
    if dataset.ratings.implicit and of_ratings:
        if metrics:
            raise no_ratings(str(of_ratings[0]), dataset)
        plan = dataclasses.replace(plan, goals=(goals.LISTS,))
    if split is None and plan.auto and plan.goals[0].ranks:
        split = by_time(dataset, seed)
    liked = liked_from(dataset, threshold)
    return plan, Protocol(split or KFold(seed=seed), plan.measures, liked, seed)


def _all_features(plan: Plan, dataset: Dataset) -> dict[str, str]:
    """Parameters that name features, none by default, where the data have some."""
    there = {"item_features": dataset.has_features, "user_features": dataset.users is not None}
    parameters = (p for name in plan.algorithms for p in declared(name) if p.default is None)
    return {p.name: "all" for p in parameters if there.get(p.name)}


def by_time(dataset: Dataset, seed: int) -> Split | None:
    """The last ratings of each user as the test; None where there are no times, or users have few.

    It is one rating of each where fewer than half the users have twice five.

    Args:
        dataset: the ratings, and what is known of items and users
        seed: what is drawn at random is drawn by it
    """
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
