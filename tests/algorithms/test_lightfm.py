"""LightFM: what the library predicts, called directly, with and without features."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import scipy.sparse
from sklearn.preprocessing import OneHotEncoder, normalize

from recli import errors
from recli.algorithms import Configured
from recli.data.tables import features

lightfm = pytest.importorskip("lightfm", reason="the extra 'lightfm' is not installed")

SETTINGS = {"n_factors": 6, "n_epochs": 4, "reg_u": 1e-4, "reg_i": 1e-5}


@pytest.fixture(scope="module")
def trainset(small):
    """Item 5 is cold, of item 7 and by user 3 nothing is liked; fifty more items are cold."""
    ratings = small.ratings
    kept = (ratings.items != 5) & (
        (ratings.values < 4) | ((ratings.items != 7) & (ratings.users != 3))
    )
    return small.trainset(np.flatnonzero(kept), threshold=4.0)


@pytest.fixture(scope="module")
def liked(trainset):
    """Ratings of 4 and more as a matrix of ones, made pair by pair."""
    matrix = scipy.sparse.lil_matrix((trainset.n_users, trainset.n_items), dtype=np.float32)
    for user, item, value in zip(trainset.users, trainset.items, trainset.values, strict=True):
        if value >= 4:
            matrix[user, item] = 1
    return matrix.tocsr()


def fitted(trainset, **given):
    return Configured.of("lightfm", SETTINGS | given).create(5).fit(trainset)


def library_scores(liked, users, items, **given):
    """float32[n_users, n_catalogue] by the library, for features of users and items."""
    model = lightfm.LightFM(6, random_state=5, user_alpha=1e-4, item_alpha=1e-5, **given)
    n_users, n_items = liked.shape
    model.fit(liked, user_features=users, item_features=items[:n_items], epochs=4)
    n_all = items.shape[0]
    pairs = np.repeat(np.arange(n_users), n_all), np.tile(np.arange(n_all), n_users)
    return model.predict(*pairs, user_features=users, item_features=items).reshape(n_users, n_all)


def indicators(there, n_rows):
    """A column for each place, with a 1 in its row where something is `there`."""
    return scipy.sparse.csr_matrix(np.eye(n_rows, len(there)) * there, dtype=np.float32)


@pytest.mark.parametrize("loss", ["warp", "bpr", "logistic"])
@pytest.mark.parametrize("schedule", ["adagrad", "adadelta"])
def test_scores_are_the_librarys(loss, schedule, trainset, liked):
    found = fitted(trainset, loss=loss, learning_schedule=schedule)
    users = indicators(liked.getnnz(axis=1) > 0, trainset.n_users)
    items = indicators(liked.getnnz(axis=0) > 0, trainset.n_catalogue)
    expected = library_scores(liked, users, items, loss=loss, learning_schedule=schedule)
    scores = found.score_users(np.arange(trainset.n_users))
    known = np.ix_(liked.getnnz(axis=1) > 0, liked.getnnz(axis=0) > 0)
    np.testing.assert_allclose(
        scores[:, : trainset.n_items][known], expected[known], rtol=1e-5, atol=1e-6
    )


def test_scores_with_features_are_the_librarys(small, trainset, liked):
    found = fitted(trainset, item_features="genres,year", user_features="initial")
    initials = small.users.columns["initial"][trainset.user_codes]
    described, _ = features.matrix(small.items, ["genres", "year"])
    users = scipy.sparse.hstack(
        [
            indicators(liked.getnnz(axis=1) > 0, trainset.n_users),
            normalize(OneHotEncoder().fit_transform(initials[:, None])),
        ],
        format="csr",
        dtype=np.float32,
    )
    items = scipy.sparse.hstack(
        [
            indicators(liked.getnnz(axis=0) > 0, trainset.n_catalogue),
            described[trainset.item_codes],
        ],
        format="csr",
        dtype=np.float32,
    )
    scores = found.score_users(np.arange(trainset.n_users))
    expected = library_scores(liked, users, items, loss="warp")
    np.testing.assert_allclose(scores, expected, rtol=1e-5, atol=1e-6)


def test_features_speak_for_what_nobody_likes_and_for_who_likes_nothing(trainset):
    plain = fitted(trainset)
    described = fitted(trainset, item_features="all", user_features="all")
    user, item = trainset.inner_users[3], trainset.inner_items[7]
    several = np.array([0, 4, 9])
    # Without features: last, and what most people like.
    scores = plain.score_users(several)
    assert len(np.unique(scores[0, trainset.n_items :])) == 1
    np.testing.assert_array_equal(scores[:, item], scores[:, -1])
    np.testing.assert_array_equal(*plain.score_users(np.array([user, -1])))
    # With them cold items differ, none is last by rule, and she has a list of her own.
    scores = described.score_users(several)
    assert len(np.unique(scores[0, trainset.n_items :])) > 10
    assert (scores[:, item] > scores.min(axis=1)).any()
    assert not np.array_equal(*described.score_users(np.array([user, -1])))


def test_cold_items_with_features_rank_above_chance(embedded):
    """A tenth of the films is taken out; AUC of those that a user likes among those taken out."""
    rng = np.random.default_rng(0)
    ratings = embedded.ratings
    often = np.flatnonzero(np.bincount(ratings.items) >= 30)
    cold = rng.choice(often, len(often) // 10, replace=False)
    trainset = embedded.trainset(np.flatnonzero(~np.isin(ratings.items, cold)), threshold=4.0)
    algorithm = Configured.of("lightfm", {"item_features": "genres", "n_factors": 16})
    scores = algorithm.create(0).fit(trainset).score_users(np.arange(trainset.n_users))
    scores = scores[:, trainset.inner_items[cold]]
    areas = []
    for user, code in enumerate(trainset.user_codes):
        own = ratings.users == code
        good = np.isin(cold, ratings.items[own & (ratings.values >= 4)])
        if 0 < good.sum() < len(cold):
            areas.append((scores[user, good][:, None] > scores[user, ~good]).mean())
    assert np.mean(areas) > 0.55


@pytest.mark.parametrize(
    ("given", "change", "error", "told"),
    [
        ({"item_features": "genre"}, {}, errors.UsageError, "Did you mean 'genres'"),
        ({"user_features": "initials"}, {}, errors.UsageError, "Did you mean 'initial'"),
        ({"item_features": "all"}, {"items": None}, errors.DataError, "declares none"),
        ({"user_features": "all"}, {"users": None}, errors.DataError, "has none"),
    ],
)
def test_features_that_are_not_there(given, change, error, told, small):
    changed = dataclasses.replace(small, **change)
    with pytest.raises(error, match=told):
        fitted(changed.trainset(threshold=4.0), **given)


def test_divergence_is_an_error_that_names_the_rate(trainset):
    with pytest.raises(errors.DivergedError, match=r"lightfm diverged.*Lower learning_rate"):
        fitted(trainset, learning_rate=1e30)


def test_what_the_library_refuses_otherwise_is_not_hidden(trainset, monkeypatch):
    def refuse(self, *_, **__):
        self._initialize(6, 1, 1)
        raise ValueError("something else")

    monkeypatch.setattr(lightfm.LightFM, "fit", refuse)
    with pytest.raises(ValueError, match="something else"):
        fitted(trainset)
