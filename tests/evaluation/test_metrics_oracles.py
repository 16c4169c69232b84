"""The metrics against scikit-learn, Surprise, SciPy and ranx, on real ratings and random ones."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import ranx
import scipy.stats
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from surprise import accuracy

from recli import registry

RATINGS = Path(__file__).parents[2] / "datasets" / "movielens-small" / "ratings.csv"
K = (1, 3, 10)


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
    """Truth, estimate and user of the test rows, in the file's order."""
    users, _, values, test = ratings
    truth = values[test]
    return truth, ESTIMATES[request.param](truth, np.random.default_rng(2)), users[test]


SKLEARN = {
    "mse": sklearn.metrics.mean_squared_error,
    "mae": sklearn.metrics.mean_absolute_error,
    "rmse": sklearn.metrics.root_mean_squared_error,
}


@pytest.mark.parametrize("name", SKLEARN)
def test_scikit_learn_gives_the_same_error(name, predictions):
    truth, estimate, _ = predictions
    expected = SKLEARN[name](truth, estimate)
    assert metric(name)(*predictions) == pytest.approx(expected, rel=1e-12)


def surprise_value(name, truth, estimate, users):
    rows = zip(users.tolist(), truth.tolist(), estimate.tolist(), strict=True)
    return getattr(accuracy, name)([(u, None, r, est, {}) for u, r, est in rows], verbose=False)


@pytest.mark.parametrize("name", ["rmse", "mae", "mse", "fcp"])
def test_surprise_gives_the_same_value(name, predictions):
    expected = surprise_value(name, *predictions)
    assert metric(name)(*predictions) == pytest.approx(expected, abs=1e-12)


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
    truth, estimate, users = (np.array(column) for column in zip(*rows, strict=True))
    try:
        expected = surprise_value("fcp", truth, estimate, users)
    except ValueError:  # Surprise: no pair to put in order
        expected = math.nan
    assert metric("fcp")(truth, estimate, users) == pytest.approx(expected, abs=1e-12, nan_ok=True)


@given(ROWS)
def test_fcp_counts_the_pairs_that_two_loops_count(rows):
    truth, estimate, users = (np.array(column) for column in zip(*rows, strict=True))
    concordant, discordant = [], []
    for user in set(users.tolist()):
        mine = [(r, est) for r, est, u in rows if u == user]
        pairs = [(a[1], b[1]) for a in mine for b in mine if a[0] > b[0]]
        concordant.append(sum(high > low for high, low in pairs))
        discordant.append(sum(high <= low for high, low in pairs))
    n_c = np.mean([n for n in concordant if n] or [0])
    n_d = np.mean([n for n in discordant if n] or [0])
    expected = n_c / (n_c + n_d) if n_c + n_d else math.nan
    assert metric("fcp")(truth, estimate, users) == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_kendalls_tau_gives_the_same_fcp_for_one_user_of_10_000_ratings():
    """Without ties tau = (C - D) / (C + D), so that FCP = (tau + 1) / 2."""
    rng = np.random.default_rng(3)
    truth = rng.normal(size=10_000)
    estimate = truth + rng.normal(size=10_000)
    expected = (scipy.stats.kendalltau(truth, estimate).statistic + 1) / 2
    value = metric("fcp")(truth, estimate, np.zeros(10_000, np.int64))
    assert value == pytest.approx(expected, abs=1e-12)


@given(ROWS)
def test_fcp_sees_only_the_order_of_the_estimates(rows):
    truth, estimate, users = (np.array(column) for column in zip(*rows, strict=True))
    rank = scipy.stats.rankdata(estimate, method="dense")
    value = metric("fcp")(truth, estimate, users)
    assert metric("fcp")(truth, 7 * rank - 100, users) == pytest.approx(value, nan_ok=True)


@given(ROWS)
def test_mean_absolute_error_is_at_most_the_root_of_the_squared(rows):
    truth, estimate, users = (np.array(column) for column in zip(*rows, strict=True))
    estimate = np.clip(estimate, -5, 5)
    mae, mse, rmse = (metric(name)(truth, estimate, users) for name in ("mae", "mse", "rmse"))
    assert mae <= rmse + 1e-12 and mse == pytest.approx(rmse**2)


@pytest.fixture(scope="module")
def rankings(ratings):
    """For each user the ten best of a noisy popularity, and the test items rated 4 or more.

    Some lists are shorter than ten, some users have nothing relevant and some more than ten items.
    """
    users, items, values, test = ratings
    catalogue, n_ratings = np.unique(items[~test], return_counts=True)
    rng = np.random.default_rng(4)
    lists, relevant = {}, {}
    for user in np.unique(users).tolist():
        seen = items[(users == user) & ~test]
        score = np.log(n_ratings) + rng.normal(0, 0.5, len(catalogue))
        order = catalogue[np.argsort(-score)]
        length = 10 if rng.random() < 0.8 else int(rng.integers(1, 10))
        lists[user] = order[~np.isin(order, seen)][:length].tolist()
        relevant[user] = set(items[(users == user) & test & (values >= 4)].tolist())
    sizes = {min(len(found), 11) for found in relevant.values()}
    assert {0, 1, 10, 11} <= sizes and {len(items) for items in lists.values()} >= {1, 5, 10}
    return lists, relevant


@pytest.fixture(scope="module")
def ranx_scores(rankings):
    """By ranx's name of the metric, then by user; only users with relevant items."""
    lists, relevant = rankings
    users = [user for user in lists if relevant[user]]
    qrels = ranx.Qrels({str(u): {str(item): 1 for item in relevant[u]} for u in users})
    run = ranx.Run(
        {str(u): {str(item): -float(rank) for rank, item in enumerate(lists[u])} for u in users}
    )
    names = [f"{name}@{k}" for name in RANX.values() for k in K]
    ranx.evaluate(qrels, run, names)
    return {name: {int(u): v for u, v in run.scores[name].items()} for name in names}


RANX = {
    "precision": "precision",
    "recall": "recall",
    "ndcg": "ndcg",
    "map": "map",
    "hit-rate": "hit_rate",
}


@pytest.mark.parametrize("k", K)
@pytest.mark.parametrize("name", RANX)
def test_ranx_gives_the_same_value_for_every_user(name, k, rankings, ranx_scores):
    lists, relevant = rankings
    hits = np.zeros((len(lists), k), bool)
    for row, (user, items) in enumerate(lists.items()):
        for rank, item in enumerate(items[:k]):
            hits[row, rank] = item in relevant[user]
    n_relevant = np.array([len(relevant[user]) for user in lists])
    theirs = ranx_scores[f"{RANX[name]}@{k}"]
    expected = np.array([theirs.get(user, math.nan) for user in lists])
    if name == "map":
        # ranx divides the sum of precisions by |relevant|, as trec_eval does; recli by the number
        # of hits that k places allow, so that a perfect list gives 1.
        expected = expected * n_relevant / np.maximum(np.minimum(n_relevant, k), 1)
    np.testing.assert_allclose(
        metric(name).per_user(hits, n_relevant), expected, rtol=1e-12, atol=1e-12
    )
    assert metric(name)(hits, n_relevant) == pytest.approx(np.nanmean(expected), abs=1e-12)


@pytest.mark.parametrize("name", RANX)
@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=5))
def test_a_miss_after_the_last_hit_changes_only_precision(name, lists):
    """A list padded to a greater k keeps its value once all relevant items fit within the old k."""
    hits = np.array(lists)
    n_relevant = hits.sum(axis=1)
    padded = np.hstack([hits, np.zeros((len(hits), 3), bool)])
    short = metric(name).per_user(hits, n_relevant)
    expected = short * 4 / 7 if name == "precision" else short
    np.testing.assert_allclose(metric(name).per_user(padded, n_relevant), expected, rtol=1e-12)
