"""What interactions weigh: against the library implicit, by hand, and through to every library."""

from __future__ import annotations

import dataclasses
import warnings

import numpy as np
import pytest
import scipy.sparse

from recli import errors
from recli.algorithms import Configured
from recli.algorithms._shared.weighing import Counted, weigh
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.trainset import Trainset

SMALL = [("ann", "x", 1), ("ann", "y", 7), ("bob", "x", 3), ("cem", "z", 1), ("cem", "x", 1)]


def trainset(rows, threshold=None):
    """Interactions (user, item, count); inner ids are by first appearance."""
    users, items, values = zip(*rows, strict=True)
    user_ids, item_ids = Ids.of(users), Ids.of(items)
    codes, values = (user_ids.codes(users), item_ids.codes(items)), np.array(values, float)
    scale = values.min(), values.max()
    ratings = Ratings(user_ids, item_ids, *codes, values, None, scale, implicit=True)
    return Trainset(ratings, np.arange(len(rows)), threshold=threshold)


@pytest.fixture(scope="module")
def plays(medium):
    """Counts with a long tail, of the 150 items that are there most."""
    ratings = medium.ratings
    counts = np.floor(np.random.default_rng(3).pareto(0.9, len(ratings)) + 1).clip(max=3000)
    scale = counts.min(), counts.max()
    ratings = dataclasses.replace(ratings, values=counts, scale=scale, implicit=True)
    return Trainset(ratings, np.flatnonzero(ratings.items < 150))


@pytest.fixture(scope="module")
def matrix(plays):
    """The counts, float64[n_users, n_items]."""
    shape = plays.n_users, plays.n_items
    return scipy.sparse.coo_matrix((plays.values, (plays.users, plays.items)), shape).tocsr()


# What a count weighs


def test_log_by_hand():
    found = weigh(trainset(SMALL), "graded", 0.0)(trainset(SMALL))
    logarithms = np.log([2, 8, 4, 2, 2])
    np.testing.assert_allclose(found, logarithms / logarithms.mean())


def test_linear_and_cap_by_hand():
    found = weigh(trainset(SMALL), "graded", 0.0, "linear", 4.0)(trainset(SMALL))
    np.testing.assert_allclose(found, np.array([1, 4, 3, 1, 1]) / 2)


@pytest.mark.parametrize("weighting", ["tf-idf", "bm25"])
def test_weights_are_those_of_implicit(weighting, plays, matrix):
    neighbours = pytest.importorskip("implicit.nearest_neighbours")
    if weighting == "tf-idf":
        theirs = neighbours.tfidf_weight(matrix.T)
    else:
        theirs = neighbours.bm25_weight(matrix.T, K1=1.2, B=0.75)
    expected = theirs.T.tocsr()[plays.users, plays.items].A1
    assert (expected > 0).all()
    found = weigh(plays, "graded", 0.0, weighting)(plays)
    np.testing.assert_allclose(found, expected / expected.mean(), rtol=1e-12)


@pytest.mark.parametrize("weighting", ["log", "linear", "tf-idf", "bm25"])
def test_nothing_weighs_nothing_and_the_mean_is_one(weighting):
    """Cem has two of three items, where ln(n / (1 + n_u)) would be 0."""
    found = weigh(trainset(SMALL), "graded", 0.0, weighting)(trainset(SMALL))
    assert (found > 0).all()
    np.testing.assert_allclose(found.mean(), 1)
    [alone] = weigh(trainset(SMALL[:1]), "graded", 0.0, weighting)(trainset(SMALL[:1]))
    assert alone == 1


@pytest.mark.parametrize("count", [1.0, 0.1, 7.0])
def test_counts_that_are_all_alike_weigh_exactly_one(count):
    rows = [(user, item, count) for user, item, _ in SMALL]
    for weighting in ("log", "linear"):
        found = weigh(trainset(rows), "graded", 0.0, weighting)(trainset(rows))
        np.testing.assert_array_equal(found, 1.0)


@pytest.mark.parametrize("weighting", ["log", "linear", "tf-idf", "bm25"])
def test_a_part_of_the_data_is_weighed_by_itself(weighting, plays):
    """What is held out has no part in what the training rows weigh."""
    rows = plays.rows[::2]
    part = Trainset(plays.ratings, rows)
    changed = plays.ratings.values.copy()
    changed[np.setdiff1d(np.arange(len(changed)), rows)] = 999.0
    other = Trainset(dataclasses.replace(plays.ratings, values=changed), rows)
    found, again = (weigh(one, "graded", 0.0, weighting)(one) for one in (part, other))
    np.testing.assert_array_equal(found, again)


def test_a_threshold_leaves_out_what_weighs_less():
    data = trainset(SMALL, threshold=3.0)
    algorithm = Configured.of("most-popular", {"weighting": "linear"}).create(0).fit(data)
    np.testing.assert_allclose(algorithm.popularity, [3 / 5, 7 / 5, 0])
    everything = Configured.of("most-popular", {"preferences": "all"}).create(0).fit(data)
    np.testing.assert_array_equal(everything.popularity, [3, 1, 1])
    with pytest.raises(errors.DataError, match="of 5 interactions none weighs 8 or more"):
        Configured.of("most-popular").create(0).fit(trainset(SMALL, threshold=8.0))


def test_somebody_new_is_weighed_by_what_was_learned():
    weighed = Counted.of(trainset(SMALL), "bm25", None, 0.0)
    eve = trainset([("eve", "x", 2), ("eve", "new", 2)])
    length = 0.25 + 0.75 * 5 / (13 / 3)  # x has 5 of 13 interactions, there are 3 items
    idf = np.log1p(1 / 3)  # at least that: ln(3 / 3) is 0
    expected = np.array([4.4 / (1.2 * length + 2), 4.4 / (1.2 * 1 + 2)]) * idf
    eve.items = np.array([0, 3])  # "new" is an item that nobody had
    np.testing.assert_allclose(weighed(eve) * weighed.unit, expected)


# Libraries, called directly with the same weights


@pytest.fixture(scope="module")
def weighted(matrix):
    """ln(1 + count) over its mean, by hand."""
    found = matrix.copy()
    found.data = np.log1p(found.data)
    found.data /= found.data.mean()
    return found


def fit(name, data, **given):
    return Configured.of(name, given).create(5).fit(data)


def assert_scores_of_what_users_lack(algorithm, expected, matrix, **tolerance):
    lacking = matrix.toarray() == 0
    scores = algorithm.score_users(np.arange(matrix.shape[0]))[:, : matrix.shape[1]]
    np.testing.assert_allclose(scores[lacking], np.asarray(expected)[lacking], **tolerance)
    assert np.ptp(scores[lacking]) > 0


def test_most_popular_is_the_sum_of_weights(plays, weighted):
    expected = np.tile(weighted.sum(axis=0), (plays.n_users, 1))
    assert_scores_of_what_users_lack(fit("most-popular", plays), expected, weighted, rtol=1e-12)


def of_irspack(name, x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pydantic, which it uses in a way that will be gone
        from irspack import recommenders
    if name == "ease":
        return recommenders.DenseSLIMRecommender(x, reg=50.0)
    if name == "item-knn":
        k = x.shape[1]
        return recommenders.CosineKNNRecommender(
            x, shrinkage=7.0, normalize=True, top_k=k, n_threads=1
        )
    if name == "rp3beta":
        return recommenders.RP3betaRecommender(x, alpha=1.0, beta=0.6, n_threads=1)
    return recommenders.SLIMRecommender(
        x, alpha=21 / x.shape[0], l1_ratio=1 / 21, n_threads=1, n_iter=300
    )


OF_IRSPACK = {
    "ease": {"reg": 50.0},
    "item-knn": {"k": 10**6, "shrinkage": 7.0},
    "rp3beta": {"alpha": 1.0, "beta": 0.6, "k": 10**6},
    "slim": {"l1": 1.0, "l2": 20.0},
}


@pytest.mark.parametrize("name", OF_IRSPACK)
def test_scores_are_those_of_irspack(name, plays, weighted):
    algorithm = fit(name, plays, **OF_IRSPACK[name])
    expected = of_irspack(name, weighted).learn().get_score(np.arange(plays.n_users))
    atol = 2e-3 if name == "slim" else 1e-5
    assert_scores_of_what_users_lack(algorithm, expected, weighted, rtol=2e-3, atol=atol)


def of_implicit(name):
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.cpu.bpr import BayesianPersonalizedRanking
    from implicit.cpu.lmf import LogisticMatrixFactorization

    rest = {"num_threads": 1, "random_state": 5}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of threads
        if name == "ials":
            return AlternatingLeastSquares(12, 30.0, 5.0, iterations=7, **rest)
        if name == "bpr":
            return BayesianPersonalizedRanking(12, 0.07, 0.02, iterations=20, **rest)
        return LogisticMatrixFactorization(12, 0.8, 1.5, iterations=9, **rest)


OF_IMPLICIT = {
    "ials": {"n_factors": 12, "n_epochs": 7, "reg": 30.0, "alpha": 5.0},
    "bpr": {"n_factors": 12, "n_epochs": 20, "learning_rate": 0.07, "reg": 0.02},
    "logistic-mf": {"n_factors": 12, "n_epochs": 9, "learning_rate": 0.8, "reg": 1.5},
}


@pytest.mark.parametrize("name", OF_IMPLICIT)
def test_scores_are_those_of_implicit(name, plays, weighted):
    pytest.importorskip("implicit", reason="the extra 'implicit' is not installed")
    model, algorithm = of_implicit(name), fit(name, plays, **OF_IMPLICIT[name])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        model.fit(weighted.astype(np.float32), show_progress=False)
    expected = model.user_factors @ model.item_factors.T
    assert_scores_of_what_users_lack(algorithm, expected, weighted, rtol=2e-4, atol=2e-4)
    alike = fit(name, plays, preferences="all", **OF_IMPLICIT[name])
    same = np.array_equal(alike.item_factors, algorithm.item_factors)
    assert same == (name == "bpr"), "of all that implicit has, BPR alone takes no weights"


@pytest.mark.parametrize("loss", ["warp", "bpr", "logistic"])
def test_scores_are_those_of_lightfm(loss, plays, weighted):
    lightfm = pytest.importorskip("lightfm", reason="the extra 'lightfm' is not installed")
    algorithm = fit("lightfm", plays, loss=loss, n_factors=6, n_epochs=4)
    model = lightfm.LightFM(6, loss=loss, random_state=5)
    weights = weighted.astype(np.float32).tocoo()
    ones = scipy.sparse.coo_matrix((np.ones_like(weights.data), (weights.row, weights.col)))
    model.fit(ones, sample_weight=weights, epochs=4)
    n_users, n_items = weighted.shape
    pairs = np.repeat(np.arange(n_users), n_items), np.tile(np.arange(n_items), n_users)
    expected = model.predict(*map(np.int32, pairs)).reshape(n_users, n_items)
    assert_scores_of_what_users_lack(algorithm, expected, weighted, rtol=1e-4, atol=1e-5)


def test_lightfm_takes_what_graded_ratings_weigh(medium):
    pytest.importorskip("lightfm", reason="the extra 'lightfm' is not installed")
    data = medium.trainset()
    graded, alike = (fit("lightfm", data, preferences=kind) for kind in ("graded", "all"))
    assert not np.allclose(graded.item_factors, alike.item_factors)
