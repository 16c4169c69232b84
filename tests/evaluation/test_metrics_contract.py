"""What every registered metric keeps to; a new metric needs only its row in a table of values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from recli import registry

pytestmark = pytest.mark.filterwarnings("error")


def metric(name):
    return registry.get("metric", name)()


NAMES = registry.names("metric")
RATING = [name for name in NAMES if metric(name).needs == "predictions"]
RANKING = [name for name in NAMES if isinstance(metric(name), HitMetric)]
ERRORS = [name for name in RATING if not metric(name).greater_is_better]

# Three users. User 3 has two concordant pairs and, a tie of estimates, a discordant one; user 8
# has only a pair of equal ratings; user 5 a discordant pair, so that n_c = 2 and n_d = (1 + 1) / 2.
TRUTH = np.array([4.0, 2.0, 5.0, 3.0, 3.0, 1.0, 2.0])
ESTIMATE = np.array([3.0, 2.0, 3.0, 3.5, 1.0, 2.0, 1.0])
USERS = np.array([3, 3, 3, 8, 8, 5, 5])
RATING_VALUES = {
    "mae": (1 + 0 + 2 + 0.5 + 2 + 1 + 1) / 7,
    "mse": (1 + 0 + 4 + 0.25 + 4 + 1 + 1) / 7,
    "rmse": math.sqrt(11.25 / 7),
    "fcp": 2 / (2 + 1),
}

# Ranks 1 and 3 of two relevant items, rank 2 of five, none of one, and a user with none to find.
HITS = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0], [0, 0, 0]], dtype=bool)
N_RELEVANT = np.array([2, 5, 1, 0])
LOG2_3 = 1.584962500721156
NAN = float("nan")
RANKING_VALUES = {
    "precision": [2 / 3, 1 / 3, 0, NAN],
    "recall": [2 / 2, 1 / 5, 0, NAN],
    "ndcg": [(1 + 1 / 2) / (1 + 1 / LOG2_3), (1 / LOG2_3) / (1 + 1 / LOG2_3 + 1 / 2), 0, NAN],
    "map": [(1 / 1 + 2 / 3) / 2, (1 / 2) / 3, 0, NAN],
    "hit-rate": [1, 1, 0, NAN],
}


@st.composite
def predictions(draw):
    """Half-star ratings, so that pairs tie; few users, so that some have many ratings."""
    n = draw(st.integers(1, 30))
    stars = st.integers(1, 10).map(lambda halves: halves / 2)
    truth = draw(hnp.arrays(np.float64, n, elements=stars))
    estimate = draw(hnp.arrays(np.float64, n, elements=stars | st.floats(0.5, 5)))
    users = draw(hnp.arrays(np.int64, n, elements=st.integers(-2, 3)))
    return truth, estimate, users


@st.composite
def rankings(draw):
    """Lists of one cut-off, with users who have relevant items outside the list, or none at all."""
    n_users, k = draw(st.integers(1, 8)), draw(st.integers(1, 12))
    hits = draw(hnp.arrays(np.bool_, (n_users, k)))
    missed = draw(hnp.arrays(np.int64, n_users, elements=st.integers(0, 15)))
    return hits, hits.sum(axis=1) + missed


@pytest.mark.parametrize("name", NAMES)
def test_summary_is_one_line(name):
    summary = metric(name).summary
    assert summary and "\n" not in summary and len(summary) <= 80 and not summary.endswith(".")


# Metrics of predicted ratings.


@pytest.mark.parametrize("name", RATING)
def test_rating_value_by_hand(name):
    assert metric(name)(TRUTH, ESTIMATE, USERS) == pytest.approx(RATING_VALUES[name], rel=1e-12)


@pytest.mark.parametrize("name", RATING)
@given(predictions())
def test_rating_range(name, sample):
    value = metric(name)(*sample)
    assert type(value) is float
    if name == "fcp":
        assert math.isnan(value) or 0 <= value <= 1
    else:
        assert 0 <= value < math.inf


@pytest.mark.parametrize("name", ERRORS)
@given(predictions())
def test_perfect_prediction_has_no_error(name, sample):
    truth, _, users = sample
    assert metric(name)(truth, truth.copy(), users) == 0


def test_perfect_prediction_is_all_concordant():
    assert metric("fcp")(TRUTH, TRUTH.copy(), USERS) == 1


def test_constant_and_reversed_predictions_are_all_discordant():
    assert metric("fcp")(TRUTH, np.full(7, 3.0), USERS) == 0
    assert metric("fcp")(TRUTH, -TRUTH, USERS) == 0


@pytest.mark.parametrize("name", RATING)
@given(predictions(), st.randoms(use_true_random=False))
def test_rating_order_and_user_numbers_do_not_matter(name, sample, random):
    truth, estimate, users = sample
    rows = np.array(random.sample(range(len(truth)), len(truth)))
    renamed = np.array(random.sample(range(-(10**12), 10**12), 6))[users + 2]
    shuffled = metric(name)(truth[rows], estimate[rows], renamed[rows])
    assert shuffled == pytest.approx(metric(name)(*sample), rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", RATING)
def test_rating_arguments_stay_as_they_are(name):
    frozen = [array.copy() for array in (TRUTH, ESTIMATE, USERS)]
    for array in frozen:
        array.flags.writeable = False
    metric(name)(*frozen)


@pytest.mark.parametrize("name", RATING)
def test_no_ratings_give_nan(name):
    assert math.isnan(metric(name)(np.empty(0), np.empty(0), np.empty(0, np.int64)))


@pytest.mark.parametrize("name", RATING)
def test_nan_estimate_gives_nan(name):
    assert math.isnan(metric(name)(TRUTH, np.where(USERS == 5, NAN, ESTIMATE), USERS))


@pytest.mark.parametrize(
    ("truth", "users"),
    [([4.0], [0]), ([4.0, 2.0], [0, 1]), ([3.0, 3.0, 3.0], [0, 0, 0])],
    ids=["one rating", "one rating a user", "equal ratings"],
)
def test_fcp_without_a_pair_to_order_is_nan(truth, users):
    estimate = np.arange(len(truth), dtype=np.float64)
    assert math.isnan(metric("fcp")(np.array(truth), estimate, np.array(users)))


# Metrics of ranked lists.


@pytest.mark.parametrize("name", RANKING)
def test_ranking_value_by_hand(name):
    expected = RANKING_VALUES[name]
    np.testing.assert_allclose(metric(name).of_hits(HITS, N_RELEVANT), expected, rtol=1e-12)
    mean = sum(expected[:3]) / 3
    assert metric(name)(HITS, N_RELEVANT) == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize("name", RANKING)
@given(rankings())
def test_ranking_range_and_shape(name, sample):
    hits, n_relevant = sample
    values = metric(name).of_hits(hits, n_relevant)
    assert values.dtype == np.float64 and values.shape == n_relevant.shape
    np.testing.assert_array_equal(np.isnan(values), n_relevant == 0)
    np.testing.assert_array_equal(values[n_relevant > 0] > 0, hits.any(axis=1)[n_relevant > 0])
    assert (values[n_relevant > 0] <= 1).all()


@pytest.mark.parametrize("name", RANKING)
@given(rankings())
def test_ranking_mean_leaves_out_users_without_relevant_items(name, sample):
    hits, n_relevant = sample
    value = metric(name)(hits, n_relevant)
    values = [v for v in metric(name).of_hits(hits, n_relevant).tolist() if not math.isnan(v)]
    assert type(value) is float
    if values:
        assert value == pytest.approx(math.fsum(values) / len(values), rel=1e-12)
    else:
        assert math.isnan(value)


@pytest.mark.parametrize("name", RANKING)
@pytest.mark.parametrize("k", [1, 2, 3, 7, 10, 100])
def test_perfect_list_gives_one(name, k):
    n_relevant = np.arange(1, 2 * k + 1)
    if name == "precision":
        n_relevant = n_relevant[n_relevant >= k]  # k places cannot all be hits
    if name == "recall":
        n_relevant = n_relevant[n_relevant <= k]  # k places cannot hold all the items
    hits = np.arange(k) < n_relevant[:, None]
    assert (metric(name).of_hits(hits, n_relevant) == 1).all()
    assert metric(name)(hits, n_relevant) == 1


@pytest.mark.parametrize("name", RANKING)
@given(rankings(), st.randoms(use_true_random=False))
def test_ranking_order_of_users_does_not_matter(name, sample, random):
    hits, n_relevant = sample
    rows = np.array(random.sample(range(len(hits)), len(hits)))
    shuffled = metric(name).of_hits(hits[rows], n_relevant[rows])
    np.testing.assert_array_equal(shuffled, metric(name).of_hits(hits, n_relevant)[rows])
    mean = metric(name)(hits[rows], n_relevant[rows])
    assert mean == pytest.approx(metric(name)(hits, n_relevant), rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", RANKING)
@given(rankings())
def test_a_hit_further_up_is_never_worse(name, sample):
    hits, n_relevant = sample
    sorted_hits = -np.sort(-hits.astype(np.int8), axis=1) == 1
    better = metric(name).of_hits(sorted_hits, n_relevant)
    worse = metric(name).of_hits(hits, n_relevant)
    counted = n_relevant > 0
    assert (better[counted] >= worse[counted]).all()


@pytest.mark.parametrize("name", RANKING)
def test_ranking_arguments_stay_as_they_are(name):
    hits, n_relevant = HITS.copy(), N_RELEVANT.copy()
    hits.flags.writeable = n_relevant.flags.writeable = False
    metric(name).of_hits(hits, n_relevant)
    metric(name)(hits, n_relevant)


@pytest.mark.parametrize("name", RANKING)
def test_no_user_with_relevant_items_gives_nan(name):
    assert math.isnan(metric(name)(np.zeros((3, 5), bool), np.zeros(3, np.int64)))
    assert np.isnan(metric(name).of_hits(np.zeros((3, 5), bool), np.zeros(3, np.int64))).all()


@pytest.mark.parametrize("name", RANKING)
def test_no_users_give_nan(name):
    assert math.isnan(metric(name)(np.zeros((0, 5), bool), np.zeros(0, np.int64)))
    assert metric(name).of_hits(np.zeros((0, 5), bool), np.zeros(0, np.int64)).shape == (0,)
