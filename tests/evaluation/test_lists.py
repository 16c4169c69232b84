"""Lists beside their test ratings: cut, chosen from, and looked up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

NAN = np.nan

# User 2 sees 3 0 4, user 5 sees 1, user 7 sees 4 3 2 1 0; user 5 has rated an item that she can
# not be shown.
RANKINGS = {2: [3, 0, 4], 5: [1], 7: [4, 3, 2, 1, 0]}
TESTED = [(2, 3, 2.0), (2, 4, 5.0), (5, 1, 4.0), (5, 0, 4.5), (7, 0, 4.0), (7, 2, 3.5)]


@pytest.fixture
def lists(lists_of):
    return lists_of(RANKINGS, TESTED, 4, 5)


def test_by_hand(lists):
    assert lists.k == 4
    np.testing.assert_array_equal(lists.items, [[3, 0, 4, -1], [1, -1, -1, -1], [4, 3, 2, 1]])
    np.testing.assert_array_equal(lists.hits, [[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]])
    np.testing.assert_array_equal(
        lists.ratings, [[2, NAN, 5, NAN], [4, NAN, NAN, NAN], [NAN, NAN, 3.5, NAN]]
    )
    np.testing.assert_array_equal(lists.n_relevant, [1, 2, 1])
    assert lists.hits.dtype == bool and lists.ratings.dtype == np.float64


@pytest.mark.parametrize("k", [1, 2, 3])
def test_at(lists, k):
    cut = lists.at(k)
    assert cut.k == k and cut.items.shape == (3, k)
    np.testing.assert_array_equal(cut.hits, lists.hits[:, :k])
    np.testing.assert_array_equal(cut.ratings, lists.ratings[:, :k])
    np.testing.assert_array_equal(cut.n_relevant, lists.n_relevant)


@pytest.mark.parametrize("k", [4, 5])
def test_at_no_fewer_places_is_the_same(lists, k):
    assert lists.at(k) is lists


def test_of_users(lists):
    some = lists.of_users(np.array([True, False, True]))
    np.testing.assert_array_equal(some.users, [2, 7])
    np.testing.assert_array_equal(some.items, lists.items[[0, 2]])
    np.testing.assert_array_equal(some.n_candidates, [3, 5])
    np.testing.assert_array_equal(some.tested.rows, [0, 0, 1, 1])
    np.testing.assert_array_equal(some.tested.items, [3, 4, 0, 2])
    np.testing.assert_array_equal(some.tested.values, [2, 5, 4, 3.5])
    np.testing.assert_array_equal(some.tested.places, [0, 2, 4, 2])
    np.testing.assert_array_equal(some.tested.midranks, [1, 3, 5, 3])
    np.testing.assert_array_equal(some.hits, lists.hits[[0, 2]])
    np.testing.assert_array_equal(some.n_relevant, [1, 1])


def test_of_no_users(lists):
    none = lists.of_users(np.zeros(3, bool))
    assert none.items.shape == none.hits.shape == none.ratings.shape == (0, 4)
    assert len(none.tested.items) == 0 and none.n_relevant.shape == (0,)


def test_of_items(lists):
    some = lists.of_items(np.array([True, False, False, True, True]))
    np.testing.assert_array_equal(some.items, lists.items)
    np.testing.assert_array_equal(some.n_candidates, lists.n_candidates)
    np.testing.assert_array_equal(some.hits, [[0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    np.testing.assert_array_equal(
        some.ratings, [[2, NAN, 5, NAN], [NAN, NAN, NAN, NAN], [NAN, NAN, NAN, NAN]]
    )
    np.testing.assert_array_equal(some.n_relevant, [1, 1, 1])
    np.testing.assert_array_equal(some.tested.places, [0, 2, -1, 4])


def test_of_no_items(lists):
    none = lists.of_items(np.zeros(5, bool))
    assert not none.hits.any() and np.isnan(none.ratings).all()
    np.testing.assert_array_equal(none.n_relevant, [0, 0, 0])


@st.composite
def arguments(draw):
    n_items, rankings, tested = draw(st.integers(1, 6)), {}, []
    for user in draw(st.sets(st.integers(0, 4))):
        items = draw(st.permutations(range(n_items)))
        rankings[user] = items[: draw(st.integers(0, n_items))]
        rated = draw(st.sets(st.integers(0, n_items - 1)))
        tested += [(user, item, draw(st.integers(1, 5).map(float))) for item in rated]
    return rankings, tested, draw(st.integers(1, 8)), n_items


@given(arguments(), st.data())
def test_hits_and_ratings_are_those_of_the_item_at_the_place(lists_of, sample, data):
    rankings, tested, k, n_items = sample
    lists = lists_of(*sample)
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=n_items, max_size=n_items)), bool)
    rated = {(user, item): value for user, item, value in tested}
    for some, counts in ((lists, np.ones(n_items, bool)), (lists.of_items(chosen), chosen)):
        counted = {pair: value for pair, value in rated.items() if counts[pair[1]]}
        for row, user in enumerate(sorted(rankings)):
            for place in range(k):
                item = rankings[user][place] if place < len(rankings[user]) else None
                expected = counted.get((user, item), NAN)
                np.testing.assert_equal(some.ratings[row, place], expected)
                assert some.hits[row, place] == (expected >= 4)
            n_relevant = sum(u == user and value >= 4 for (u, _), value in counted.items())
            assert some.n_relevant[row] == n_relevant
