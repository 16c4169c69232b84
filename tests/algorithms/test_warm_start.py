"""What learned factors are worth as a start, and that users and items keep theirs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import surprise

from recli import errors, registry
from recli.algorithms import Algorithm, Configured
from recli.algorithms._contract.adapted import Adapted
from recli.algorithms._shared.placed import Placed
from recli.data.ids import Ids

WARM = ["svd", "svdpp"]


def renamed(dataset, more):
    """The same dataset, with ids before and between the known ones, so that all codes are others."""
    ratings = dataset.ratings
    user_ids = Ids.of(ratings.user_ids.text, [f"{n}" for n in range(90_000, 90_000 + more)], ["-7"])
    item_ids = Ids.of(ratings.item_ids.text, ["-3", "-2"])
    changed = dataclasses.replace(
        ratings,
        user_ids=user_ids,
        item_ids=item_ids,
        users=user_ids.codes(ratings.user_ids.text[ratings.users]),
        items=item_ids.codes(ratings.item_ids.text[ratings.items]),
    )
    return dataclasses.replace(dataset, ratings=changed, items=None, users=None)


def test_who_starts_warm():
    warm = [
        n
        for n in registry.names("algorithm")
        if Configured.of(n, to_fit=False).create(0).starts_warm
    ]
    assert warm == WARM


@pytest.mark.parametrize("name", WARM)
def test_without_a_step_everybody_has_what_was_learned(name, small):
    """With rates of 0 the descent moves nothing: what is there is what was taken over."""
    rows = np.random.default_rng(0).permutation(len(small.ratings))
    start = Configured.of(name).create(0).fit(small.trainset(rows[:2000]))
    other = renamed(small, 3).trainset(rows[:2200][::-1])
    warm = Configured.of(name, {"lr_all": 0}).create(1).fit_from(start, other)
    drawn = Configured.of(name, {"lr_all": 0}).create(1).fit(other)
    known = {
        "user": {raw: n for n, raw in enumerate(ids(start.trainset, "user"))},
        "item": {raw: n for n, raw in enumerate(ids(start.trainset, "item"))},
    }
    for kind, learned in (("user", ("bu", "pu")), ("item", ("bi", "qi", "yj"))):
        for inner, raw in enumerate(ids(other, kind)):
            for attribute in set(learned) & set(warm.fitted):
                expected = getattr(drawn, attribute)[inner]
                if raw in known[kind]:
                    expected = getattr(start, attribute)[known[kind][raw]]
                np.testing.assert_array_equal(getattr(warm, attribute)[inner], expected)


def ids(trainset, kind):
    ratings = trainset.ratings
    if kind == "user":
        return ratings.user_ids.text[trainset.user_codes]
    return ratings.item_ids.text[trainset.item_codes[: trainset.n_items]]


@pytest.mark.parametrize("name", WARM)
def test_a_warm_start_does_in_a_quarter_of_the_epochs_what_a_cold_one_does_not(name, medium):
    rows = np.random.default_rng(0).permutation(len(medium.ratings))
    before, now, test = medium.trainset(rows[:9000]), medium.trainset(rows[:9500]), rows[9500:]

    def rmse(algorithm):
        users = now.inner_users[medium.ratings.users[test]]
        items = now.inner_items[medium.ratings.items[test]]
        wrong = algorithm.predict_pairs(users, items) - medium.ratings.values[test]
        return np.sqrt(np.mean(wrong**2))

    whole = Configured.of(name, {"reg_all": 0.1})
    quarter = Configured.of(name, {"reg_all": 0.1, "n_epochs": 5})
    warm = rmse(whole.create(0).fit_from(whole.create(0).fit(before), now))
    assert warm < rmse(quarter.create(0).fit(now))
    assert warm < rmse(whole.create(0).fit(now)) + 0.003


def test_another_class_or_surprises_own_trainset_is_refused(small, to_surprise):
    svd, trainset = Configured.of("svd").create(0).fit(small.trainset()), small.trainset()
    with pytest.raises(errors.UsageError, match="svdpp cannot start from svd"):
        Configured.of("svdpp").create(0).fit_from(svd, trainset)
    with pytest.raises(errors.UsageError, match="trainsets of recli's own"):
        Configured.of("svd").create(0).fit_from(svd, to_surprise(small).build_full_trainset())


class OwnFit(Algorithm):
    def fit(self, trainset):
        super().fit(trainset)
        self.said = trainset.global_mean
        return self

    def estimate(self, user, item):
        return self.said


def test_a_class_with_a_fit_of_its_own_and_a_foreign_one_are_fitted_by_it(small):
    trainset = small.trainset(np.arange(500))
    one = OwnFit().fit_from(OwnFit().fit(small.trainset()), trainset)
    assert one.predict_pairs(np.array([0]), np.array([0]))[0] == trainset.global_mean
    start = Adapted(surprise.BaselineOnly(verbose=False)).fit(small.trainset())
    foreign = Adapted(surprise.BaselineOnly(verbose=False)).fit_from(start, trainset)
    fresh = Adapted(surprise.BaselineOnly(verbose=False)).fit(trainset)
    np.testing.assert_array_equal(
        foreign.score_users(np.arange(5)), fresh.score_users(np.arange(5))
    )


@pytest.mark.parametrize("name", ["svd", "knn-baseline", "most-popular", "nmf"])
def test_a_model_says_the_same_by_the_ids_of_another_trainset(name, small):
    rows = np.random.default_rng(0).permutation(len(small.ratings))
    algorithm = Configured.of(name).create(0).fit(small.trainset(rows[:2000]))
    dataset = renamed(small, 2)
    other = dataset.trainset(rows[::-1])
    placed = Placed(algorithm, other)
    old = algorithm.trainset
    users = np.array([0, 5, other.n_users - 1, -1])
    raw = [*other.ratings.user_ids.text[other.user_codes[users[:3]]], "nobody"]
    inner = np.append(old.inner_users, -1)[old.ratings.user_ids.codes(raw)]
    scores, expected = placed.score_users(users), algorithm.score_users(inner)
    for column, code in enumerate(other.item_codes):
        item = old.ratings.item_ids.code(other.ratings.item_ids.text[code])
        if item < 0:
            assert (scores[:, column] == -np.inf).all()
        else:
            np.testing.assert_array_equal(scores[:, column], expected[:, old.inner_items[item]])
    items = np.array([0, 3, other.n_catalogue - 1, -1])
    raw_items = [*other.ratings.item_ids.text[other.item_codes[items[:3]]], "nothing"]
    for user, raw_user in zip(users, raw, strict=True):
        predicted = placed.predict_pairs(np.full(4, user), items)
        said = [algorithm.predict(raw_user, item).est for item in raw_items]
        np.testing.assert_allclose(predicted, said, atol=1e-12)
