"""What every metric of predicted ratings keeps to; a new one needs only its row in the table."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from recli import registry
from recli.evaluation.predictions import Predictions

pytestmark = pytest.mark.filterwarnings("error")


def metric(name):
    return registry.get("metric", name)()


NAMES = registry.names("metric")
RATING = [name for name in NAMES if metric(name).needs == "predictions"]
ERRORS = [name for name in RATING if not metric(name).greater_is_better]
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


@st.composite
def predictions(draw):
    """Half-star ratings, so that pairs tie; few users, so that some have many ratings."""
    n = draw(st.integers(1, 30))
    stars = st.integers(1, 10).map(lambda halves: halves / 2)
    truth = draw(hnp.arrays(np.float64, n, elements=stars))
    estimate = draw(hnp.arrays(np.float64, n, elements=stars | st.floats(0.5, 5)))
    users = draw(hnp.arrays(np.int64, n, elements=st.integers(-2, 3)))
    return Predictions(truth, estimate, users, draw(st.none() | hnp.arrays(np.bool_, n)))


@pytest.mark.parametrize("name", NAMES)
def test_summary_is_one_line(name):
    summary = metric(name).summary
    assert summary and "\n" not in summary and len(summary) <= 80 and not summary.endswith(".")


@pytest.mark.parametrize("name", RATING)
def test_metric_of_ratings_takes_no_cutoff_and_has_a_value_per_user(name):
    assert not metric(name).cutoff and metric(name).per_user


@pytest.mark.parametrize("name", RATING)
def test_value_by_hand(name):
    over_all, per_user = VALUES[name]
    assert metric(name)(SAMPLE) == pytest.approx(over_all, rel=1e-12)
    np.testing.assert_array_equal(SAMPLE.distinct, [3, 5, 8])
    np.testing.assert_allclose(metric(name).values(SAMPLE), per_user, rtol=1e-12)


@pytest.mark.parametrize("name", RATING)
@given(predictions())
def test_range(name, sample):
    value = metric(name)(sample)
    assert type(value) is float
    if name in ERRORS:
        assert 0 <= value < math.inf
    elif name == "r2":
        assert math.isnan(value) or value <= 1
    else:
        assert math.isnan(value) or 0 <= value <= 1


@pytest.mark.parametrize("name", RATING)
@given(predictions())
def test_value_of_a_user_is_the_value_over_hers_alone(name, sample):
    values = metric(name).values(sample)
    assert values.dtype == np.float64 and values.shape == sample.distinct.shape
    alone = [metric(name)(sample.where(sample.users == user)) for user in sample.distinct]
    np.testing.assert_allclose(values, alone, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ERRORS)
@given(predictions())
def test_perfect_prediction_has_no_error(name, sample):
    assert metric(name)(Predictions(sample.truth, sample.truth.copy(), sample.users)) == 0


@pytest.mark.parametrize("name", ["fcp", "r2", "prediction-coverage"])
def test_perfect_prediction_gives_one(name):
    assert metric(name)(Predictions(TRUTH, TRUTH.copy(), USERS)) == 1


def test_constant_and_reversed_predictions_are_all_discordant():
    assert metric("fcp")(Predictions(TRUTH, np.full(7, 3.0), USERS)) == 0
    assert metric("fcp")(Predictions(TRUTH, -TRUTH, USERS)) == 0


def test_the_mean_everywhere_explains_no_variance():
    assert metric("r2")(Predictions(TRUTH, np.full(7, TRUTH.mean()), USERS)) == pytest.approx(0)


@pytest.mark.parametrize("name", RATING)
@given(predictions(), st.randoms(use_true_random=False))
def test_order_and_user_numbers_do_not_matter(name, sample, random):
    rows = np.array(random.sample(range(len(sample)), len(sample)))
    renamed = np.array(random.sample(range(-(10**12), 10**12), 6))[sample.users + 2]
    impossible = None if sample.impossible is None else sample.impossible[rows]
    shuffled = Predictions(sample.truth[rows], sample.estimate[rows], renamed[rows], impossible)
    expected = metric(name)(sample)
    assert metric(name)(shuffled) == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", RATING)
def test_arguments_stay_as_they_are(name):
    frozen = [array.copy() for array in (TRUTH, ESTIMATE, USERS, IMPOSSIBLE)]
    for array in frozen:
        array.flags.writeable = False
    metric(name)(Predictions(*frozen))
    metric(name).values(Predictions(*frozen))


@pytest.mark.parametrize("name", RATING)
def test_no_ratings_give_nan(name):
    nothing = Predictions(np.empty(0), np.empty(0), np.empty(0, np.int64))
    assert math.isnan(metric(name)(nothing))
    assert metric(name).values(nothing).shape == (0,)


@pytest.mark.parametrize("name", RATING)
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
