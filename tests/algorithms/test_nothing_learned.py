"""Learning that leaves nothing, or runs off: what is said, and what is ranked then."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from recli import errors
from recli.algorithms import Configured
from recli.algorithms._contract.guards import said_once
from recli.data.trainset import Trainset
from recli.testing import small_dataset


def ratings_times(factor: float) -> Trainset:
    """Ratings of the small dataset, that many times as large, on a scale to match."""
    ratings = small_dataset().ratings
    scale = ratings.scale[0] * factor, ratings.scale[1] * factor
    larger = dataclasses.replace(ratings, values=ratings.values * factor, scale=scale)
    return Trainset(larger, np.arange(len(ratings)), small_dataset().items)


@pytest.fixture(autouse=True)
def _nothing_said():
    said_once.cache_clear()


def test_weights_that_are_all_zero_are_told_once_and_popularity_ranks(caplog):
    trainset = small_dataset().trainset()
    configured = Configured.of("slim", {"l1": 1e6})
    fitted = [configured.create(0).fit(trainset) for _ in range(2)]
    [message] = caplog.messages
    assert message.startswith("slim has learned nothing from ")
    assert message.endswith(" Lower l1, if you want more of it.")
    popularity = Configured.of("most-popular", {"preferences": "graded"}).create(0).fit(trainset)
    users = np.arange(-1, trainset.n_users)
    np.testing.assert_allclose(fitted[0].score_users(users), popularity.score_users(users))
    [reason] = fitted[0].explain(3, 5)
    assert reason.kind == "popularity"
    assert reason.amount == pytest.approx(fitted[0].score_users(np.array([3]))[0, 5])


@pytest.mark.parametrize("name", ["item-knn", "rp3beta", "slim", "ease"])
def test_preferences_of_which_nothing_follows_rank_by_popularity(name):
    # Of one user only, and of them a single item: no other item is anything like it.
    ratings = small_dataset().ratings
    lone = np.flatnonzero(ratings.users == 7)[0]
    others = ratings.users != 7
    rows = np.append(np.flatnonzero(others & (ratings.items != ratings.items[lone])), lone)
    trainset = small_dataset().trainset(rows)
    algorithm = Configured.of(name, {"preferences": "all"}).create(0).fit(trainset)
    user = int(trainset.inner_users[7])
    scores = algorithm.score_users(np.array([user]))[0, : trainset.n_items]
    others = np.flatnonzero(
        np.arange(trainset.n_items) != trainset.inner_items[ratings.items[lone]]
    )
    expected = np.bincount(trainset.items, minlength=trainset.n_items)
    np.testing.assert_array_equal(scores[others], expected[others])


def test_constant_ratings_are_told_as_the_reason(caplog):
    ratings = small_dataset().ratings
    same = dataclasses.replace(ratings, values=np.full(len(ratings), 4.0))
    Configured.of("baseline-only").create(0).fit(Trainset(same, np.arange(len(same))))
    [message] = caplog.messages
    assert message.startswith("baseline-only has learned nothing")
    assert " All of them are 4." in message


def test_ratings_so_small_that_regularisation_leaves_nothing(caplog):
    Configured.of("nmf", {"n_epochs": 60}).create(0).fit(ratings_times(1e-8))
    [message] = caplog.messages
    assert "Lower reg_pu or reg_qi" in message


def test_who_learns_something_says_nothing(caplog):
    for name in ("slim", "baseline-only", "nmf", "knn-with-means"):
        Configured.of(name).create(0).fit(small_dataset().trainset())
    assert caplog.messages == []


def test_large_ratings_are_named_where_learning_diverges():
    with pytest.raises(errors.DivergedError) as raised:
        Configured.of("svd").create(0).fit(ratings_times(1e6))
    assert "Lower lr_all or " in str(raised.value)
    assert "Ratings of 5e+06 are large: divide them" in str(raised.value)
    assert "`implicit=True`" in str(raised.value)


@pytest.mark.parametrize("name", ["damped-mean", "baseline-only", "bayesian-fm", "knn-with-zscore"])
def test_no_parameter_is_advised_that_has_no_effect(name):
    # 1e300, whose square is no number any more.
    given = {"n_samples": 2} if name == "bayesian-fm" else {}
    with pytest.raises(errors.DivergedError) as raised:
        Configured.of(name, given).create(0).fit(ratings_times(1e300))
    assert "Lower" not in str(raised.value)
    assert "Ratings of 5e+300 are large" in str(raised.value)


@pytest.mark.parametrize("given", [{"reg": 1e14}, {"reg": 1e30}, {"alpha": 1e6, "reg": 1e300}])
def test_regularisation_past_single_precision_is_told(given):
    with pytest.raises(errors.DivergedError, match=r"^ials diverged.* Lower reg or alpha\.$"):
        Configured.of("ials", given).create(0).fit(ratings_times(1.0))


def test_stars_are_not_said_to_be_large():
    with pytest.raises(errors.DivergedError) as raised:
        Configured.of("svd", {"lr_all": 1e6}).create(0).fit(ratings_times(1.0))
    assert "large" not in str(raised.value)


def test_rankers_do_not_mind_how_large_ratings_are():
    trainset, same = ratings_times(1e300), ratings_times(1.0)
    users = np.arange(-1, same.n_users)
    for name in ("ease", "most-popular", "slim"):
        huge, plain = (Configured.of(name).create(0).fit(each) for each in (trainset, same))
        np.testing.assert_allclose(huge.score_users(users), plain.score_users(users), rtol=1e-6)
