"""iALS, BPR and logistic MF: what the library `implicit` ranks, called directly.

Of iALS the library has another code, of the other two it is the one that learns.
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pytest
import scipy.sparse
import threadpoolctl
from sklearn.linear_model import LogisticRegression

from recli import errors
from recli.algorithms import Configured, rank

pytest.importorskip("implicit", reason="the extra 'implicit' is not installed")

GIVEN = {
    "ials": {"n_factors": 12, "n_epochs": 7, "reg": 30.0, "alpha": 5.0},
    "bpr": {"n_factors": 12, "n_epochs": 20, "learning_rate": 0.07, "reg": 0.02},
    "logistic-mf": {"n_factors": 12, "n_epochs": 9, "learning_rate": 0.8, "reg": 1.5},
}


def library_model(name):
    """The library's own, with the same settings and seed 5."""
    with threadpoolctl.threadpool_limits(1, "blas"):  # it warns otherwise
        from implicit.cpu.als import AlternatingLeastSquares
        from implicit.cpu.bpr import BayesianPersonalizedRanking
        from implicit.cpu.lmf import LogisticMatrixFactorization

        rest = {"num_threads": 1, "random_state": 5}
        if name == "ials":
            return AlternatingLeastSquares(12, 30.0, 5.0, iterations=7, **rest)
        if name == "bpr":
            return BayesianPersonalizedRanking(12, 0.07, 0.02, iterations=20, **rest)
        return LogisticMatrixFactorization(12, 0.8, 1.5, iterations=9, **rest)


@pytest.fixture(scope="module")
def trainset(medium):
    return medium.trainset(np.arange(0, len(medium.ratings), 2), threshold=4.0)


@pytest.fixture(scope="module")
def liked(trainset):
    """Ratings of 4 and more as a matrix of ones, made pair by pair."""
    matrix = scipy.sparse.lil_matrix((trainset.n_users, trainset.n_items), dtype=np.float32)
    for user, item, value in zip(trainset.users, trainset.items, trainset.values, strict=True):
        if value >= 4:
            matrix[user, item] = 1
    return matrix.tocsr()


def fitted(name, trainset, given=None):
    return Configured.of(name, GIVEN[name] | (given or {})).create(5).fit(trainset)


@pytest.mark.parametrize("name", GIVEN)
def test_ranks_as_the_library_does(name, trainset, liked):
    model = library_model(name)
    model.fit(liked, show_progress=False)
    algorithm = fitted(name, trainset)
    # The library has a place for items that nobody likes, recli sets them last.
    nobody = np.flatnonzero(liked.getnnz(axis=0) == 0)
    users = np.flatnonzero(liked.getnnz(axis=1))
    found, their_scores = model.recommend(users, liked[users], N=20, filter_items=nobody)
    scores = algorithm.score_users(users)
    ours = np.take_along_axis(scores, found, axis=1)
    # Three steps of conjugate gradients make much of how single precision rounds.
    nearly = 1e-3 if name == "ials" else 2e-5
    np.testing.assert_allclose(ours, their_scores, rtol=nearly, atol=nearly)
    scores[liked[users].nonzero()] = -np.inf
    best = -np.sort(-scores, axis=1)[:, :20]
    np.testing.assert_allclose(best, their_scores, rtol=nearly, atol=nearly)


@pytest.mark.parametrize("name", GIVEN)
def test_nothing_is_said_while_it_learns(name, trainset, capfd):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fitted(name, trainset)
    assert caught == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", GIVEN)
def test_all_ratings_may_count(name, trainset):
    algorithm = fitted(name, trainset, {"preferences": "all"})
    assert algorithm.preferred.nnz == trainset.n_ratings
    assert not np.array_equal(algorithm.item_factors, fitted(name, trainset).item_factors)


@pytest.mark.parametrize("name", GIVEN)
def test_who_likes_nothing_and_what_nobody_likes(name, small):
    values = small.ratings.values
    users, items = small.ratings.users, small.ratings.items
    rows = np.flatnonzero(((users != 3) & (items != 5)) | (values < 4))
    trainset = small.trainset(rows, threshold=4.0)
    user, item = trainset.inner_users[3], trainset.inner_items[5]
    assert user >= 0
    assert 0 <= item < trainset.n_items
    scores = fitted(name, trainset).score_users(np.array([user, -1, 0, 7]))
    np.testing.assert_array_equal(scores[0], scores[1])
    assert (scores[2:, item, None] <= scores[2:]).all()
    np.testing.assert_array_equal(scores[2:, item], scores[2:, trainset.n_items])


@pytest.mark.parametrize("name", ["bpr", "logistic-mf"])
def test_divergence_is_an_error_that_names_the_rate(name, trainset):
    with pytest.raises(errors.DivergedError, match=f"{name} diverged.*Lower learning_rate"):
        fitted(name, trainset, {"learning_rate": 1e30})


def test_factors_that_are_not_finite_are_an_error_too(trainset, monkeypatch):
    cls = type(library_model("bpr"))
    whole = cls.fit

    def broken(self, *args, **kwargs):
        whole(self, *args, **kwargs)
        self.item_factors[0, 0] = np.nan
        self._check_fit_errors()

    monkeypatch.setattr(cls, "fit", broken)
    with pytest.raises(errors.DivergedError, match="bpr diverged.*Lower learning_rate"):
        fitted("bpr", trainset)


@pytest.mark.parametrize("name", ["bpr", "logistic-mf"])
def test_a_fitted_model_ranks_without_the_library(name, trainset, monkeypatch):
    algorithm = fitted(name, trainset)
    expected = rank(algorithm, trainset, np.arange(20), 10)
    for module in [*sys.modules]:
        if module.partition(".")[0] == "implicit":
            monkeypatch.setitem(sys.modules, module, None)  # to import it is an ImportError
    with pytest.raises(errors.MissingExtraError):
        fitted(name, trainset)
    restored = Configured.of(name, GIVEN[name], to_fit=False).create(5)
    restored.restore(trainset, algorithm.state())
    found = rank(restored, trainset, np.arange(20), 10)
    np.testing.assert_array_equal(found.items, expected.items)
    np.testing.assert_array_equal(found.scores, expected.scores)


# Folded in, by steps of training with the items' factors as they are


def test_logistic_mf_run_long_is_the_logistic_regression(trainset):
    """Of her preferences against all other items, each as often as it is drawn."""
    algorithm = fitted("logistic-mf", trainset)
    n = algorithm.item_factors.shape[1]
    algorithm.item_factors[:, n - 2] = 0.0  # the regression takes no biases that are given
    algorithm.n_epochs = 3000
    items = np.arange(5, 45, 3)
    folded = algorithm.fold_in(items, np.full(len(items), trainset.rating_scale[1]))
    weights = n * algorithm.popularity / algorithm.popularity.sum()
    weights[items] = 1.0
    liked = np.isin(np.arange(trainset.n_items), items)
    regression = LogisticRegression(C=1 / algorithm.reg, fit_intercept=False, tol=1e-10)
    x = np.delete(algorithm.item_factors, n - 2, axis=1)
    expected = regression.fit(x, liked, weights).coef_[0]
    found = np.delete(folded.user_factors[0], n - 2)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)


def test_bpr_run_long_is_the_logistic_regression_of_pairs(trainset):
    """Of her preferences less other items, but for the chance by which these are drawn."""
    algorithm = fitted("bpr", trainset)
    algorithm.item_factors[:, -1] = 0.0  # the regression takes no biases that are given
    algorithm.learning_rate, algorithm.reg, algorithm.n_epochs = 0.01, 0.1, 6000
    items = np.arange(5, 45, 3)
    folded = algorithm.fold_in(items, np.full(len(items), trainset.rating_scale[1]))
    share = algorithm.popularity / algorithm.popularity.sum()
    share[items] = 0.0
    factors = algorithm.item_factors[:, :-1]
    pairs = np.concatenate([factors[item] - factors for item in items])
    penalty = algorithm.reg * len(items) * share.sum()
    regression = LogisticRegression(C=1 / penalty, fit_intercept=False, tol=1e-10)
    won = np.repeat([1, 0], len(pairs))  # each pair from both sides, as it takes two classes
    weights = np.tile(share, 2 * len(items)) / 2
    expected = regression.fit(np.concatenate([pairs, -pairs]), won, weights).coef_[0]
    found = folded.user_factors[0, :-1]
    assert np.linalg.norm(found - expected) < 0.1 * np.linalg.norm(expected)


@pytest.mark.parametrize("name", ["bpr", "logistic-mf"])
def test_who_likes_nothing_is_folded_in_as_unknown(name, trainset):
    algorithm = fitted(name, trainset)
    folded = algorithm.fold_in(np.array([3, 4]), np.full(2, trainset.rating_scale[0]))
    np.testing.assert_array_equal(
        folded.score_users(np.array([0])), algorithm.score_users(np.array([-1]))
    )
