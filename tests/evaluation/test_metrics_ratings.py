"""Metrics of predicted ratings by hand, and what is special about some of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from recli import registry
from recli.evaluation.predictions import Predictions

pytestmark = pytest.mark.filterwarnings("error")


def metric(name):
    return registry.get("metric", name)()


NAN = float("nan")

# Three users. User 3 has two concordant pairs and, a tie of estimates, a discordant one; user 8
# has only a pair of equal ratings; user 5 a discordant pair, so that n_c = 2 and n_d = (1 + 1) / 2.
TRUTH = np.array([4.0, 2.0, 5.0, 3.0, 3.0, 1.0, 2.0])
ESTIMATE = np.array([3.0, 2.0, 3.0, 3.5, 1.0, 2.0, 1.0])
USERS = np.array([3, 3, 3, 8, 8, 5, 5])
IMPOSSIBLE = np.array([1, 0, 0, 0, 0, 1, 1], dtype=bool)
SAMPLE = Predictions(TRUTH, ESTIMATE, USERS, IMPOSSIBLE)

# Over all, then of users 3, 5 and 8.
VALUES = {
    "mae": ((1 + 0 + 2 + 0.5 + 2 + 1 + 1) / 7, [3 / 3, 2 / 2, 2.5 / 2]),
    "mse": ((1 + 0 + 4 + 0.25 + 4 + 1 + 1) / 7, [5 / 3, 2 / 2, 4.25 / 2]),
    "rmse": (math.sqrt(11.25 / 7), [math.sqrt(5 / 3), 1, math.sqrt(4.25 / 2)]),
    "fcp": (2 / (2 + 1), [2 / 3, 0, NAN]),
    "r2": (1 - 11.25 / (68 - 20**2 / 7), [1 - 5 / (45 - 11**2 / 3), 1 - 2 / (5 - 9 / 2), NAN]),
    "prediction-coverage": (4 / 7, [2 / 3, 0, 1]),
}


@pytest.mark.parametrize("name", VALUES)
def test_value_by_hand(name):
    over_all, per_user = VALUES[name]
    assert metric(name)(SAMPLE) == pytest.approx(over_all, rel=1e-12)
    np.testing.assert_array_equal(SAMPLE.distinct, [3, 5, 8])
    np.testing.assert_allclose(metric(name).values(SAMPLE), per_user, rtol=1e-12)


def test_constant_and_reversed_predictions_are_all_discordant():
    assert metric("fcp")(Predictions(TRUTH, np.full(7, 3.0), USERS)) == 0
    assert metric("fcp")(Predictions(TRUTH, -TRUTH, USERS)) == 0


def test_the_mean_everywhere_explains_no_variance():
    assert metric("r2")(Predictions(TRUTH, np.full(7, TRUTH.mean()), USERS)) == pytest.approx(0)


@pytest.mark.parametrize("name", VALUES)
def test_nan_estimate_gives_nan(name):
    sample = Predictions(TRUTH, np.where(USERS == 5, NAN, ESTIMATE), USERS)
    assert math.isnan(metric(name)(sample))
    assert np.isnan(metric(name).values(sample)).all()


@pytest.mark.parametrize("name", ["fcp", "r2"])
@pytest.mark.parametrize(
    ("truth", "users"),
    [([4.0], [0]), ([0.1, 0.1, 0.1], [0, 0, 0]), ([3.0, 3.0, 3.0], [0, 0, 1])],
    ids=["one rating", "equal ratings of a user", "equal ratings"],
)
def test_without_different_ratings_there_is_nothing_to_say(name, truth, users):
    estimate = np.arange(len(truth), dtype=np.float64)
    sample = Predictions(np.array(truth), estimate, np.array(users))
    assert math.isnan(metric(name)(sample))
    assert np.isnan(metric(name).values(sample)).all()


def test_fcp_without_two_ratings_of_one_user_is_nan():
    assert math.isnan(metric("fcp")(Predictions(TRUTH, ESTIMATE, np.arange(7))))
