"""Pairs of user and item, each once, and places of several rows: against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recli.data.distinct import distinct
from recli.data.tie_order import TieOrder
from recli.evaluation.by_hand import dataset_of
from recli.kernels.csr import ranges

VALUES = st.integers(0, 3).map(float)


@given(st.lists(st.tuples(st.integers(0, 9), VALUES), max_size=20))
def test_of_a_pair_that_is_there_twice_the_first_of_the_highest(rows):
    pairs, values = (np.array([row[i] for row in rows], kind) for i, kind in ((0, int), (1, float)))
    best = {}
    for place, (pair, value) in enumerate(rows):
        if pair not in best or value > rows[best[pair]][1]:
            best[pair] = place
    assert distinct(pairs, values).tolist() == [best[pair] for pair in sorted(best)]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=8))
def test_ranges(rows):
    starts = np.array([start for start, _ in rows], int)
    found, places = ranges(starts, starts + np.array([length for _, length in rows], int))
    expected = [(row, start + i) for row, (start, length) in enumerate(rows) for i in range(length)]
    assert list(zip(found.tolist(), places.tolist(), strict=True)) == expected


@pytest.mark.parametrize("users", [[], [0], [-1], [2, -1, 0, 2, -7]])
@pytest.mark.parametrize("grouped", [False, True])
def test_what_several_users_have_rated(users, grouped):
    rated = [(user, item, 3.0) for user, item in [(1, 0), (2, 4), (0, 4), (2, 1), (2, 3), (0, 0)]]
    trainset = dataset_of(rated, 4, 5).trainset()
    if grouped:
        trainset.by_user  # noqa: B018
    rows, items = trainset.rated_by(np.array(users, int))
    expected = [
        (row, item)
        for row, user in enumerate(users)
        for item in trainset.items[trainset.users == user].tolist()
    ]
    assert list(zip(rows.tolist(), items.tolist(), strict=True)) == expected


def test_an_order_by_other_numbers_draws_the_same():
    rng = np.random.default_rng(0)
    order = TieOrder(rng.integers(0, 2**32, 3), rng.integers(0, 2**32, 5))
    codes, rows = np.array([4, 0, 3, 1, 2]), np.array([0, 2, 1])
    numbers = np.array([1, 4, 0])
    np.testing.assert_array_equal(
        order.by(codes).draws(rows, numbers), order.draws(rows, codes[numbers])
    )
