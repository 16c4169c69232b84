"""A dataset grown to more ratings, its degree distributions kept."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from recli import errors
from recli.data.expand import expand
from recli.data.load import load


@pytest.fixture(scope="module")
def embedded():
    return load("movielens-small")


def degrees(codes):
    """How many ratings each has that has any."""
    counts = np.bincount(codes)
    return counts[counts > 0]


def gini(counts):
    """How unequal the counts are: 0 if all are the same."""
    counts = np.sort(counts)
    ranks = np.arange(1, len(counts) + 1)
    return ((2 * ranks - len(counts) - 1) * counts).sum() / (len(counts) * counts.sum())


@pytest.mark.parametrize("more", [0, 1, 2_357, 100_004, 250_000, 1_000_000])
def test_has_exactly_as_many_ratings_and_no_pair_twice(embedded, more):
    n = len(embedded.ratings) + more
    ratings = expand(embedded, n, 0).ratings
    assert len(ratings) == len(ratings.users) == len(ratings.items) == len(ratings.values) == n
    pairs = ratings.users.astype(np.int64) * len(ratings.item_ids) + ratings.items
    assert len(np.unique(pairs)) == n
    assert ratings.users.dtype == ratings.items.dtype == np.int32
    assert ratings.users.min() >= 0
    assert ratings.users.max() < len(ratings.user_ids)
    assert ratings.items.min() >= 0
    assert ratings.items.max() < len(ratings.item_ids)
    assert ratings.scale == embedded.ratings.scale
    assert ratings.times is None


def test_ratings_per_user_are_as_before(embedded):
    source, larger = embedded.ratings, expand(embedded, 5 * len(embedded.ratings), 1).ratings
    assert larger.n_users == 5 * source.n_users
    np.testing.assert_array_equal(
        np.sort(degrees(larger.users)), np.sort(np.tile(degrees(source.users), 5))
    )


def test_ratings_per_item_keep_their_shape(embedded):
    source, larger = embedded.ratings, expand(embedded, 10 * len(embedded.ratings), 1).ratings
    copies = round(10**0.7)
    assert len(larger.item_ids) == copies * len(source.item_ids)
    sums = np.bincount(larger.items % len(source.item_ids), minlength=len(source.item_ids))
    np.testing.assert_array_equal(sums, 10 * np.bincount(source.items, minlength=len(sums)))
    # The busiest items are as much busier than the others as they were.
    assert gini(degrees(larger.items)) == pytest.approx(gini(degrees(source.items)), abs=0.03)
    quantiles = np.array([0.5, 0.9, 0.99, 1.0])
    before, after = (np.quantile(degrees(r.items), quantiles) for r in (source, larger))
    np.testing.assert_allclose(after / before, 10 / copies, rtol=0.15)


def test_values_are_those_of_the_source(embedded):
    source, larger = embedded.ratings, expand(embedded, 3 * len(embedded.ratings), 1).ratings
    np.testing.assert_array_equal(larger.values, np.tile(source.values, 3))
    np.testing.assert_array_equal(larger.users % len(source.user_ids), np.tile(source.users, 3))


def test_is_a_function_of_the_seed(embedded):
    one, again, other = (expand(embedded, 300_000, seed) for seed in (1, 1, 2))
    assert one.fingerprint == again.fingerprint
    assert one.fingerprint != other.fingerprint
    assert (one.ratings.items != other.ratings.items).any()
    np.testing.assert_array_equal(one.ratings.users, other.ratings.users)


def test_the_same_number_is_the_same_ratings(embedded):
    source, same = embedded.ratings, expand(embedded, len(embedded.ratings), 0).ratings
    for column in ("users", "items", "values"):
        np.testing.assert_array_equal(getattr(same, column), getattr(source, column))


def test_ids_are_sorted_numbers_and_the_name_says_what_it_is(embedded):
    larger = expand(embedded, 200_000, 0)
    assert larger.items is None
    assert larger.name == "movielens-small×200,000"
    for ids in (larger.ratings.user_ids, larger.ratings.item_ids):
        assert ids.integers
        assert ids.codes(["0", str(len(ids) - 1), str(len(ids))]).tolist() == [0, len(ids) - 1, -1]
    assert larger.trainset(np.arange(1000)).n_ratings == 1000


def test_pairs_repeat_only_where_the_source_repeats_them(embedded):
    rows = np.array([0, 1, 2, 0])
    columns = {key: getattr(embedded.ratings, key)[rows] for key in ("users", "items", "values")}
    source = dataclasses.replace(
        embedded, ratings=dataclasses.replace(embedded.ratings, **columns, times=None)
    )
    assert len(expand(source, 9, 0).ratings) == 9


def test_cannot_shrink(embedded):
    with pytest.raises(errors.UsageError, match=r"99,999 ratings are fewer than the 100,004"):
        expand(embedded, 99_999, 0)
