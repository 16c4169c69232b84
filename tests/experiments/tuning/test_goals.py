"""Goals, and the front of several."""

from __future__ import annotations

import pytest

from recli import errors
from recli.algorithms import Configured
from recli.evaluation.goals import Goal, goals
from recli.experiments.tuning.front import pareto_front, picked
from recli.records.stored_trial import StoredTrial

RMSE_AND_TIME = goals(["rmse", "fit_seconds"])


def trials(*values):
    return [
        StoredTrial("svd", number, "complete", pair, (), {}, {}, 0.0)
        for number, pair in enumerate(values)
    ]


def test_goals():
    assert [str(goal) for goal in goals(["rmse", "ndcg", "rmse"])] == ["rmse", "ndcg@10"]
    assert [goal.sign for goal in goals(["ndcg", "rmse", "fit_seconds"])] == [-1, 1, 1]
    with pytest.raises(errors.UsageError, match="Did you mean 'rmse'"):
        goals(["rsme"])
    with pytest.raises(errors.UsageError, match="needs a metric of quality beside it"):
        goals(["fit_seconds"])


def test_what_an_algorithm_cannot_have():
    Goal.parse("ndcg@10").check(Configured.of("most-popular"))
    Goal.parse("fit_seconds").check(Configured.of("most-popular"))
    with pytest.raises(errors.UsageError, match="most-popular scores items and predicts no rat"):
        Goal.parse("mae").check(Configured.of("most-popular"))


def test_the_front_by_hand():
    # 1 is beaten by 0, 4 equals 2.
    tried = trials((0.90, 5.0), (0.91, 6.0), (0.95, 1.0), (0.92, 3.0), (0.95, 1.0))
    front = pareto_front(RMSE_AND_TIME, tried)
    assert [trial.number for trial in front] == [0, 3, 2]
    assert [t.number for t in pareto_front(goals(["rmse"]), trials((0.9,), (0.8,)))] == [1]
    assert pareto_front(RMSE_AND_TIME, []) == []


def test_the_front_where_more_is_better():
    both = goals(["ndcg@10", "diversity@10"])
    front = pareto_front(both, trials((0.3, 0.5), (0.2, 0.9), (0.1, 0.6)))
    assert [trial.number for trial in front] == [0, 1]


def test_picks():
    front = trials((0.90, 5.0), (0.91, 1.2), (0.95, 1.0))
    assert picked(RMSE_AND_TIME, front, "first").number == 0
    # Scaled, they lie at (0, 1), (0.2, 0.05) and (1, 0).
    assert picked(RMSE_AND_TIME, front, "knee").number == 1
    assert picked(RMSE_AND_TIME, front, "3").number == 2
    for pick in ("0", "4", "best"):
        with pytest.raises(errors.UsageError, match=r"none of knee, first and 1 to 3"):
            picked(RMSE_AND_TIME, front, pick)
