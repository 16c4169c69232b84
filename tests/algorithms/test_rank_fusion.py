"""One list out of several: reciprocal ranks and log-linear pools, by hand and against scipy."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np
import pytest
import scipy.optimize
from scipy.stats import rankdata

from recli.algorithms import Configured
from recli.algorithms._hybrids.log_linear import most_likely
from recli.algorithms._hybrids.unseen_lists import unseen_lists
from recli.algorithms.hybrid import Hybrid
from recli.testing import AlgorithmContract

MEMBERS = "item-knn,svd,most-popular"
METHODS = ("reciprocal-rank", "log-linear")


class TestReciprocalRank(AlgorithmContract):
    algorithm = Hybrid
    params: ClassVar = {"members": MEMBERS, "method": "reciprocal-rank", "svd.n_epochs": 2}
    test_every_parameter_changes_the_predictions = None  # of all methods, in test_contract


class TestLogLinear(AlgorithmContract):
    algorithm = Hybrid
    params: ClassVar = {"members": MEMBERS, "method": "log-linear", "svd.n_epochs": 2}
    test_every_parameter_changes_the_predictions = None  # of all methods, in test_contract


@pytest.fixture(scope="module")
def trainset(small):
    """Without users 0 to 4 and items 0 to 9, which are then cold."""
    ratings = small.ratings
    return small.trainset(np.flatnonzero((ratings.users > 4) & (ratings.items > 9)))


def fused(trainset, members=MEMBERS, **given):
    return Configured.of("hybrid", {"members": members, **given}).create(0).fit(trainset)


def ranks_of(name, trainset, user):
    """The places of what the user has not rated by the scores of a member, equal ones shared."""
    scores = Configured.of(name).create(0).fit(trainset).score_users(np.array([user]))[0]
    unrated = np.setdiff1d(np.arange(trainset.n_catalogue), trainset.rated(user))
    return unrated, rankdata(-scores[unrated])


@pytest.mark.parametrize("constant", [60.0, 5.0])
def test_reciprocal_ranks_are_added_up(constant, trainset):
    found = fused(trainset, method="reciprocal-rank", rank_constant=constant)
    assert found.predicts == "scores"
    for user in (0, 7):
        expected = 0.0
        for name in MEMBERS.split(","):
            unrated, places = ranks_of(name, trainset, user)
            expected = expected + 1 / (constant + places)
        scores = found.score_users(np.array([user]))[0, unrated]
        np.testing.assert_allclose(scores, expected, atol=1e-12)


def test_logarithms_of_ranks_are_weighted_by_what_was_learned(trainset):
    found = fused(trainset, method="log-linear")
    assert found.learned.shape == (3,)
    assert (found.learned >= 0).all()
    expected = 0.0
    for weight, name in zip(found.learned, MEMBERS.split(","), strict=True):
        unrated, places = ranks_of(name, trainset, 7)
        expected = expected - weight * np.log(1 + places)
    np.testing.assert_allclose(found.score_users(np.array([7]))[0, unrated], expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_weights_are_the_likeliest(seed):
    """Against another method, of a function written list by list."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(3, 12, 20))
    scores[2] = 0.1 * scores[2] - scores[0]  # more of it is worse
    candidates = rng.random((12, 20)) < 0.8
    drawn = np.exp(2 * scores[0] + 0.5 * scores[1] + rng.gumbel(size=(12, 20)))
    liked = candidates & (drawn >= np.quantile(drawn, 0.8, axis=1, keepdims=True))

    def loss(weights):
        total, n = 0.0, 0
        for row in range(12):
            among = weights @ scores[:, row, candidates[row]]
            normaliser = np.log(np.exp(among).sum())
            for item in np.flatnonzero(liked[row]):
                total += normaliser - weights @ scores[:, row, item]
                n += 1
        return total / n + 5e-4 * weights @ weights

    found = most_likely(scores, candidates, liked)
    expected = scipy.optimize.minimize(
        loss, np.ones(3), method="SLSQP", bounds=[(0, 50)] * 3, options={"ftol": 1e-12}
    )
    np.testing.assert_allclose(found, expected.x, atol=2e-3)
    assert loss(found) <= expected.fun + 1e-8


def test_of_lists_in_which_nobody_likes_anything_nothing_is_learned():
    nothing = np.zeros((4, 5), bool)
    assert not most_likely(np.zeros((2, 4, 5)), ~nothing, nothing).any()


def test_a_member_that_orders_at_random_has_hardly_any_weight(trainset):
    found = fused(trainset, "item-knn,normal-predictor", method="log-linear")
    assert found.learned[1] < found.learned[0] / 5


def test_members_do_not_know_what_they_are_asked_about(trainset, monkeypatch):
    """What a list says is liked is what was held out of the fit of its members, and all of it."""
    fits = []
    cls = Configured.of("most-popular").classes[0]
    fit = cls.fit
    monkeypatch.setattr(cls, "fit", lambda self, of: fits.append(of) or fit(self, of))
    members = {name: Configured.of(name) for name in ("most-popular", "item-knn")}
    lists = unseen_lists(members, trainset, 5, 0, lambda catalogue, candidates, scores: scores)
    ratings, rows = trainset.ratings, trainset.rows
    likes = rows[trainset.values >= trainset.threshold]
    found = iter(range(len(lists.liked)))
    for inner in fits:
        held_out = np.setdiff1d(likes, inner.rows)
        assert len(held_out)
        for user, code in enumerate(inner.user_codes.tolist()):
            items = ratings.items[held_out[ratings.users[held_out] == code]]
            if len(items):
                row = next(found)
                liked = inner.item_codes[np.flatnonzero(lists.liked[row])]
                assert set(liked) == set(items)
                known = inner.rated(user)
                assert not lists.candidates[row, known].any()
                assert lists.candidates[row].sum() == inner.n_catalogue - len(set(known))
    assert next(found, None) is None


@pytest.mark.parametrize("method", METHODS)
def test_reasons_sum_to_the_score(method, trainset):
    found = fused(trainset, method=method)
    for user, item in ((0, 0), (3, 40), (0, trainset.n_items), (-1, 2)):
        reasons = found.explain(user, item)
        score = found.score_users(np.array([user]))[0, item]
        assert sum(reason.amount for reason in reasons) == pytest.approx(score, abs=1e-12)
        assert {reason.what for reason in reasons} <= set(MEMBERS.split(","))


def test_learns_by_the_threshold():
    for method, by in (("log-linear", True), ("reciprocal-rank", False)):
        given = {"members": "svd,rp3beta", "method": method, "rp3beta.preferences": "all"}
        assert Configured.of("hybrid", given).uses_threshold == by


@pytest.mark.parametrize("method", METHODS)
def test_interactions_are_fused(method, small):
    ratings = dataclasses.replace(small.ratings, implicit=True)
    trainset = dataclasses.replace(small, ratings=ratings).trainset(np.arange(900))
    found = fused(trainset, "item-knn,most-popular", method=method)
    assert np.isfinite(found.score_users(np.array([0, -1]))).all()
