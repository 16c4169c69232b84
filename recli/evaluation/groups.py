"""Metrics of parts of a test: of users or items that have something in common."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.grouping import Grouping
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metric_names import Measure
from recli.evaluation.predictions import Predictions


@dataclass(frozen=True)
class GroupScores:
    """What one algorithm reached for one group.

    Attributes:
        by: what the groups are made by, as the user writes it: `activity`, `user:occupation`
        group: its name: `cold`, `student`
        n_users: users and ratings of the test that belong to it
        n_ratings: likewise
        metrics: measure -> value, NaN where it is not defined
    """

    by: str
    group: str
    n_users: int
    n_ratings: int
    metrics: dict[str, float]


def group_scores(
    statistics: TrainingStatistics,
    test: np.ndarray,
    predictions: Predictions | None,
    lists: Mapping[int | None, EvaluatedLists],
    measures: Sequence[Measure],
    groupings: Sequence[Grouping],
) -> tuple[GroupScores, ...]:
    """The metrics of every group that has a rating in the rows `test`, int64[n].

    A group of users has the metrics of its users alone. For a group of items, rating metrics are
    over the test ratings of these items; metrics that ask which test items are found ask for these
    items only, out of the same candidates and lists; and those that do not look at the test are NaN,
    since the lists belong to no group of items. Users without a liked item (in the group of items)
    are left out of the metrics of accuracy as always, though they count in `n_users`.

    Args:
        statistics: what the training ratings and the item table show
        test: int64[n], rows that are tested, ascending
        predictions: for these rows, in their order; without, rating metrics are NaN
        lists: by cut-off, those of every user of the test; needed for ranking metrics
        measures: what is measured, the first orders
        groupings: what the metrics are broken down by
    """
    ratings = statistics.dataset.ratings
    users, items = ratings.users[test], ratings.items[test]
    metrics = {measure: measure.metric for measure in measures}
    found = []
    for grouping in groupings:
        of_users = grouping.kind == "user"
        for name, members in grouping.groups(statistics).items():
            tested = members[users if of_users else items]
            if not tested.any():
                continue
            rated = predictions.where(tested) if predictions is not None else None
            shown = {
                k: every.of_users(members[every.users]) if of_users else every.of_items(members)
                for k, every in lists.items()
            }
            values = {}
            for measure, metric in metrics.items():
                if metric.needs == "predictions":
                    values[str(measure)] = math.nan if rated is None else metric(rated)
                elif measure.k in shown and (of_users or metric.uses_test):
                    values[str(measure)] = metric(shown[measure.k])
                else:
                    values[str(measure)] = math.nan
            n_users, n_ratings = len(np.unique(users[tested])), int(tested.sum())
            found.append(GroupScores(grouping.by, name, n_users, n_ratings, values))
    return tuple(found)
