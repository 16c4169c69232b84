"""What algorithms say of themselves is true: of new users and items, and of what they learn from."""

from __future__ import annotations

import dataclasses
import typing

import numpy as np
import pytest

from recli import registry
from recli.algorithms import Algorithm, Configured
from recli.algorithms._base import Kind
from recli.data.trainset import Trainset

NAMES = registry.names("algorithm")
ABOUT = {name: registry.get("algorithm", name) for name in NAMES}


@pytest.fixture(scope="module")
def trainset(small):
    """Without items 0 to 9, which are then cold as the 50 unrated are."""
    return small.trainset(np.flatnonzero(small.ratings.items > 9), threshold=4.0)


def fitted(name, trainset):
    return Configured.of(name).create(0).fit(trainset)


def where(attribute, value):
    return [name for name in NAMES if getattr(ABOUT[name], attribute) == value]


def liked(trainset):
    """How many users gave each item 4 or more, counted rating by rating."""
    counts = dict.fromkeys(range(trainset.n_items), 0)
    for item, value in zip(trainset.items.tolist(), trainset.values.tolist(), strict=True):
        counts[item] += value >= 4
    return np.array(list(counts.values()))


@pytest.mark.parametrize("name", NAMES)
def test_words_are_those_that_there_are(name):
    cls = ABOUT[name]
    assert cls.kind in typing.get_args(Kind)
    assert cls.predicts in ("ratings", "scores")
    assert cls.cost in ("low", "medium", "high")
    assert set(cls.uses) <= {"item features", "user features", "times"}
    assert cls.cold_users
    assert cls.cold_items


@pytest.mark.parametrize("name", where("cold_users", "popularity"))
def test_a_new_user_gets_what_most_like(name, trainset):
    algorithm = Configured.of(name, {"preferences": "liked"}).create(0).fit(trainset)
    scores = algorithm.score_users(np.array([-1]))[0]
    best = np.argsort(-scores, kind="stable")[: trainset.n_items]
    counts = np.append(liked(trainset), np.zeros(trainset.n_catalogue - trainset.n_items))
    assert (np.diff(counts[best]) <= 0).all()


@pytest.mark.parametrize("name", where("cold_users", "mean"))
def test_a_new_user_gets_a_mean(name, trainset):
    scores = fitted(name, trainset).score_users(np.array([-1]))[0, : trainset.n_items]
    of_items = [trainset.values[trainset.items == item].mean() for item in range(trainset.n_items)]
    is_mean = np.isclose(scores, trainset.global_mean) | np.isclose(scores, of_items)
    assert is_mean.all()


@pytest.mark.parametrize("name", where("cold_users", "baseline"))
def test_a_new_user_gets_items_by_their_bias(name, trainset):
    algorithm = fitted(name, trainset)
    scores = algorithm.score_users(np.array([-1]))[0, : trainset.n_items]
    np.testing.assert_allclose(scores, trainset.global_mean + algorithm.bi, atol=1e-12)


@pytest.mark.parametrize("name", [*where("cold_items", "last"), "lightfm"])
def test_a_new_item_is_last(name, trainset):
    scores = fitted(name, trainset).score_users(np.arange(-1, trainset.n_users))
    known, new = np.split(scores, [trainset.n_items], axis=1)
    assert (new.max(axis=1) < known[:, liked(trainset) > 0].min(axis=1)).all()


@pytest.mark.parametrize("name", where("cold_items", "mean"))
def test_a_new_item_gets_a_mean(name, trainset):
    scores = fitted(name, trainset).score_users(np.arange(trainset.n_users))
    of_users = [trainset.values[trainset.users == user].mean() for user in range(trainset.n_users)]
    new = scores[:, trainset.n_items :]
    is_mean = np.isclose(new, trainset.global_mean) | np.isclose(new, np.c_[of_users])
    assert is_mean.all()


@pytest.mark.parametrize("name", where("cold_items", "baseline"))
def test_a_new_item_gets_the_users_bias(name, trainset):
    algorithm = fitted(name, trainset)
    new = algorithm.score_users(np.arange(trainset.n_users))[:, trainset.n_items :]
    expected = np.tile(np.c_[trainset.global_mean + algorithm.bu], new.shape[1])
    np.testing.assert_allclose(new, expected, atol=1e-12)


@pytest.mark.parametrize("name", where("cold_items", "features"))
def test_a_new_item_is_told_from_others_by_its_features(name, trainset):
    new = fitted(name, trainset).score_users(np.array([3]))[0, trainset.n_items :]
    assert len(np.unique(new)) > len(new) / 2


# What it uses


@pytest.fixture(scope="module")
def other(small, trainset):
    """The same ratings; features, users and times are dealt out anew."""
    rng = np.random.default_rng(4)

    def dealt(table):
        order = rng.permutation(len(table.ids))
        columns = {name: column[order] for name, column in table.columns.items()}
        return dataclasses.replace(table, columns=columns)

    def of(what):
        ratings, items, users = small.ratings, small.items, small.users
        if what == "times":
            ratings = dataclasses.replace(ratings, times=rng.permutation(ratings.times))
        elif what == "item features":
            items = dealt(items)
        else:
            users = dealt(users)
        return Trainset(ratings, trainset.rows, items, threshold=4.0, user_table=users)

    return of


@pytest.mark.parametrize("what", ["item features", "user features", "times"])
@pytest.mark.parametrize("name", NAMES)
def test_it_learns_from_what_it_says_and_from_nothing_else(name, what, trainset, other):
    parameter = {"item features": "item_features", "user features": "user_features"}.get(what)
    takes = {p.name for p in ABOUT[name].parameters}
    given = {parameter: "all"} if parameter in takes else {}
    if what in ABOUT[name].uses and not given:
        pytest.skip(f"no parameter says that it is to use {what}")
    users = np.arange(trainset.n_users)
    scores = [
        Configured.of(name, given).create(0).fit(each).score_users(users)
        for each in (trainset, other(what))
    ]
    assert np.array_equal(*scores) == (what not in ABOUT[name].uses)


# The threshold


def settings_of(name):
    """The defaults, and every value of a parameter that may say whether the threshold counts."""
    yield {}
    for parameter in ABOUT[name].parameters:
        if parameter.name in ("preferences", "mode", "method"):
            yield from ({parameter.name: option} for option in parameter.options)


SETTINGS = [(name, given) for name in NAMES for given in settings_of(name)]
OF_MEMBERS = [
    {"members": "svd,baseline-only"},
    {"members": "svd,ease"},
    {"members": "svd,most-popular"},
    {"members": "svd,ease", "ease.preferences": "liked", "method": "weighted"},
]


@pytest.mark.parametrize(
    ("name", "given"),
    [*SETTINGS, *(("hybrid", given) for given in OF_MEMBERS)],
    ids=lambda value: value if isinstance(value, str) else ",".join(map(str, value.values())),
)
def test_it_goes_by_the_threshold_if_it_says_so_and_only_then(name, given, small):
    rows = np.arange(len(small.ratings))
    configured, scores = Configured.of(name, given), []
    for threshold in (2.5, 4.0):
        trainset = small.trainset(rows, threshold)
        algorithm = configured.create(0).fit(trainset)
        scores.append(algorithm.score_users(np.arange(trainset.n_users)))
    assert np.array_equal(*scores) == (not configured.uses_threshold)


class Outside(Algorithm):
    """A class that is not recli's."""


class Declared(Outside):
    @classmethod
    def uses_threshold(cls, given):
        return False


def test_of_a_class_from_outside_nobody_knows_unless_it_says_so():
    own = [f"{__name__}:Outside", f"{__name__}:Declared", "surprise:SVD"]
    assert [Configured(name).uses_threshold for name in own] == [True, False, True]


def test_unless_it_says_otherwise_an_algorithm_predicts_ratings_from_ratings():
    assert (Algorithm.predicts, Algorithm.uses, Algorithm.kind) == ("ratings", (), "other")
