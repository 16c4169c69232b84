"""Metrics of predicted ratings against scikit-learn, Surprise and SciPy, on ratings real and random."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from surprise import accuracy

from recli import registry
from recli.evaluation.predictions import Predictions

RATINGS = Path(__file__).parents[2] / "datasets" / "movielens-small" / "ratings.csv"


def metric(name):
    return registry.get("metric", name)()


@pytest.fixture(scope="module")
def ratings():
    """Users, items and values of the file, and which rows are the test, a fifth."""
    table = np.loadtxt(RATINGS, delimiter=",", skiprows=1)
    users, items = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
    return users, items, table[:, 2], np.random.default_rng(1).random(len(table)) < 0.2


ESTIMATES = {
    "noisy": lambda truth, rng: truth + rng.normal(0, 1, len(truth)),
    "half stars": lambda truth, rng: np.round(2 * truth + rng.normal(0, 2, len(truth))) / 2,
    "clipped": lambda truth, rng: np.clip(truth + rng.normal(0, 2, len(truth)), 0.5, 5),
    "constant": lambda truth, rng: np.full(len(truth), 3.5),
    "noise only": lambda truth, rng: rng.normal(0, 1, len(truth)),
}


@pytest.fixture(scope="module", params=ESTIMATES)
def predictions(request, ratings):
    """Of the test rows, in the file's order."""
    users, _, values, test = ratings
    truth = values[test]
    estimate = ESTIMATES[request.param](truth, np.random.default_rng(2))
    return Predictions(truth, estimate, users[test])


SKLEARN = {
    "mse": sklearn.metrics.mean_squared_error,
    "mae": sklearn.metrics.mean_absolute_error,
    "rmse": sklearn.metrics.root_mean_squared_error,
    "r2": sklearn.metrics.r2_score,
}


@pytest.mark.parametrize("name", SKLEARN)
def test_scikit_learn_gives_the_same_value(name, predictions):
    expected = SKLEARN[name](predictions.truth, predictions.estimate)
    assert metric(name)(predictions) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", SKLEARN)
def test_scikit_learn_gives_the_same_value_for_every_user(name, predictions):
    expected = []
    for user in predictions.distinct:
        truth = predictions.truth[predictions.users == user]
        estimate = predictions.estimate[predictions.users == user]
        if name == "r2" and len(set(truth)) < 2:
            expected.append(math.nan)  # scikit-learn: 1 or 0
        else:
            expected.append(SKLEARN[name](truth, estimate))
    np.testing.assert_allclose(metric(name).values(predictions), expected, rtol=1e-9, atol=1e-12)


def surprise_value(name, sample):
    columns = sample.users.tolist(), sample.truth.tolist(), sample.estimate.tolist()
    rows = zip(*columns, strict=True)
    return getattr(accuracy, name)([(u, None, r, est, {}) for u, r, est in rows], verbose=False)


@pytest.mark.parametrize("name", ["rmse", "mae", "mse", "fcp"])
def test_surprise_gives_the_same_value(name, predictions):
    expected = surprise_value(name, predictions)
    assert metric(name)(predictions) == pytest.approx(expected, abs=1e-12)


HALF_STARS = st.integers(1, 10).map(lambda halves: halves / 2)
ROWS = st.lists(
    st.tuples(
        HALF_STARS | st.floats(-5, 5) | st.sampled_from([-0.0, 0.0]),
        HALF_STARS | st.floats(-5, 5) | st.sampled_from([-0.0, 0.0, math.inf, -math.inf]),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=60,
)


@given(ROWS)
def test_surprise_gives_the_same_fcp_for_any_ratings(rows):
    sample = Predictions(*(np.array(column) for column in zip(*rows, strict=True)))
    try:
        expected = surprise_value("fcp", sample)
    except ValueError:  # Surprise: no pair to put in order
        expected = math.nan
    assert metric("fcp")(sample) == pytest.approx(expected, abs=1e-12, nan_ok=True)


@given(ROWS)
def test_fcp_counts_the_pairs_that_two_loops_count(rows):
    sample = Predictions(*(np.array(column) for column in zip(*rows, strict=True)))
    concordant, discordant = [], []
    for user in sorted({user for _, _, user in rows}):
        mine = [(r, est) for r, est, u in rows if u == user]
        pairs = [(a[1], b[1]) for a in mine for b in mine if a[0] > b[0]]
        concordant.append(sum(high > low for high, low in pairs))
        discordant.append(sum(high <= low for high, low in pairs))
    n_c = np.mean([n for n in concordant if n] or [0])
    n_d = np.mean([n for n in discordant if n] or [0])
    expected = n_c / (n_c + n_d) if n_c + n_d else math.nan
    assert metric("fcp")(sample) == pytest.approx(expected, abs=1e-12, nan_ok=True)
    both = [(c, c + d) for c, d in zip(concordant, discordant, strict=True)]
    expected = [c / pairs if pairs else math.nan for c, pairs in both]
    np.testing.assert_allclose(metric("fcp").values(sample), expected, rtol=1e-12)


def test_kendalls_tau_gives_the_same_fcp_for_one_user_of_10_000_ratings():
    """Without ties tau = (C - D) / (C + D), so that FCP = (tau + 1) / 2."""
    rng = np.random.default_rng(3)
    truth = rng.normal(size=10_000)
    estimate = truth + rng.normal(size=10_000)
    expected = (scipy.stats.kendalltau(truth, estimate).statistic + 1) / 2
    value = metric("fcp")(Predictions(truth, estimate, np.zeros(10_000, np.int64)))
    assert value == pytest.approx(expected, abs=1e-12)


@given(ROWS)
def test_fcp_sees_only_the_order_of_the_estimates(rows):
    truth, estimate, users = (np.array(column) for column in zip(*rows, strict=True))
    rank = scipy.stats.rankdata(estimate, method="dense")
    value = metric("fcp")(Predictions(truth, estimate, users))
    other = metric("fcp")(Predictions(truth, 7 * rank - 100, users))
    assert other == pytest.approx(value, nan_ok=True)


@given(ROWS)
def test_mean_absolute_error_is_at_most_the_root_of_the_squared(rows):
    truth, estimate, users = (np.array(column) for column in zip(*rows, strict=True))
    sample = Predictions(truth, np.clip(estimate, -5, 5), users)
    mae, mse, rmse = (metric(name)(sample) for name in ("mae", "mse", "rmse"))
    assert mae <= rmse + 1e-12 and mse == pytest.approx(rmse**2)
