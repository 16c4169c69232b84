"""Splits by time: hand-made tables, ties, and no look into the future."""

from __future__ import annotations

import dataclasses
import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from recli import errors
from recli.data.splits.last_n import LastN
from recli.data.splits.rolling import Rolling
from recli.data.splits.timeline import Timeline

TIMES = st.lists(st.integers(-50, 50), min_size=2, max_size=60)


@pytest.mark.parametrize(
    ("n", "min_train", "test"),
    [
        (1, 1, [0, 5, 6]),  # d has one rating; of the two of c at 7 the later row is the later one
        (2, 1, [0, 3]),
        (2, 2, [0, 3]),
        (3, 1, [0, 1, 3]),
        (1, 3, [0]),
        (1, 0, [0, 5, 6, 7]),
        (2, 0, [0, 3, 4, 5, 6, 8]),
    ],
)
def test_last_n(n, min_train, test, made):
    #        0    1    2    3    4    5    6    7    8
    users = ["a", "a", "a", "a", "c", "c", "b", "d", "b"]
    times = [400, 200, 100, 300, 7, 7, 50, 1, 20]
    [fold] = LastN(n, min_train).folds(made(users, times))
    assert fold.test.tolist() == test
    assert fold.train.tolist() == sorted(set(range(9)) - set(test))


@given(st.data(), TIMES, st.integers(1, 4), st.integers(0, 4))
def test_last_n_of_each_user(made, data, times, n, min_train):
    users = data.draw(st.lists(st.integers(0, 4), min_size=len(times), max_size=len(times)))
    expected = []
    for user in set(users):
        own = sorted((time, row) for row, time in enumerate(times) if users[row] == user)
        if len(own) >= n + min_train:
            expected += [row for _, row in own[len(own) - n :]]
    assume(0 < len(expected) < len(times))
    [fold] = LastN(n, min_train).folds(made(users, times))
    assert fold.test.tolist() == sorted(expected)
    for row in fold.test:
        own_train = [times[other] for other in fold.train if users[other] == users[row]]
        assert len(own_train) >= min_train
        assert max(own_train, default=-math.inf) <= times[row]


@pytest.mark.parametrize(
    ("test_size", "test"),
    [
        (0.1, [0]),
        (0.2, [0, 7]),
        (0.3, [0, 1, 4, 7]),  # 1 and 4 are of the same second
        (0.4, [0, 1, 4, 7]),
        (0.41, [0, 1, 2, 4, 7]),  # 4.1 ratings are five
        (0.9, [0, 1, 2, 3, 4, 5, 6, 7, 9]),
    ],
)
def test_timeline_by_share(test_size, test, made):
    times = [90, 70, 60, 20, 70, 50, 30, 80, 10, 40]
    [fold] = Timeline(test_size).folds(made(range(10), times))
    assert fold.test.tolist() == test
    assert fold.train.tolist() == sorted(set(range(10)) - set(test))


def test_timeline_by_date(made):
    midnight = int(datetime(2001, 3, 1, tzinfo=UTC).timestamp())
    times = [midnight, midnight - 1, midnight + 86_400, midnight - 86_400, midnight + 1]
    dataset = made(range(5), times)
    [fold] = Timeline(at="2001-03-01").folds(dataset)
    assert (fold.train.tolist(), fold.test.tolist()) == ([1, 3], [0, 2, 4])
    [fold] = Timeline(at="2001-03-02").folds(dataset)
    assert (fold.train.tolist(), fold.test.tolist()) == ([0, 1, 3, 4], [2])
    [fold] = Timeline(at="2001-02-28").folds(made(range(6), [*times, -5]))
    assert (fold.train.tolist(), fold.test.tolist()) == ([5], [0, 1, 2, 3, 4])


@given(TIMES, st.floats(0.01, 0.99))
def test_timeline_does_not_look_ahead(made, times, test_size):
    try:
        [fold] = Timeline(test_size).folds(made(range(len(times)), times))
    except errors.DataError:  # only where the first second has too much of it all
        assert times.count(min(times)) > math.floor(len(times) - test_size * len(times))
        return
    times = np.array(times)
    assert times[fold.train].max() < times[fold.test].min()
    assert len(fold.train) + len(fold.test) == len(times)
    wanted = test_size * len(times)
    assert len(fold.test) >= wanted
    assert (times > times[fold.test].min()).sum() < wanted  # without its first second: too few


@pytest.mark.parametrize(
    ("n_splits", "window", "times", "folds"),
    [
        (2, 0.2, range(10), [([0, 1, 2, 3, 4, 5], [6, 7]), ([0, 1, 2, 3, 4, 5, 6, 7], [8, 9])]),
        (2, 0.2, range(9, -1, -1), [([4, 5, 6, 7, 8, 9], [2, 3]), ([*range(2, 10)], [0, 1])]),
        (1, 0.3, range(10), [([*range(7)], [7, 8, 9])]),
        # The later window begins among three of the same second; all three are in it.
        (2, 0.2, [0, 1, 2, 3, 4, 5, 6, 8, 8, 8], [([*range(6)], [6]), ([*range(7)], [7, 8, 9])]),
        (
            3,
            0.25,
            [5, 5, 6, 6, 7, 7, 8, 8],
            [([0, 1], [2, 3]), ([0, 1, 2, 3], [4, 5]), ([0, 1, 2, 3, 4, 5], [6, 7])],
        ),
    ],
)
def test_rolling(n_splits, window, times, folds, made):
    found = Rolling(n_splits, window).folds(made(range(len(times)), times))
    assert [(fold.train.tolist(), fold.test.tolist()) for fold in found] == folds


def test_a_second_as_long_as_a_window(made):
    with pytest.raises(
        errors.DataError, match="leaves nothing to test on in fold 1 of 2; there are 10"
    ):
        Rolling(2, 0.1).folds(made(range(10), [0, 1, 2, 3, 4, 5, 6, 7, 9, 9]))


@given(TIMES, st.integers(1, 5), st.floats(0.01, 0.99))
def test_rolling_does_not_look_ahead(made, times, n_splits, window):
    assume(n_splits * window < 1)
    try:
        folds = Rolling(n_splits, window).folds(made(range(len(times)), times))
    except errors.DataError:
        reject()
    times = np.array(times)
    assert len(folds) == n_splits
    for fold in folds:
        assert times[fold.train].max() < times[fold.test].min()
        earlier = np.flatnonzero(times < times[fold.test].min())
        assert fold.train.tolist() == earlier.tolist()
    tested = np.concatenate([fold.test for fold in folds])
    assert sorted([*folds[0].train, *tested]) == list(range(len(times)))
    if len(set(times.tolist())) == len(times):
        assert {len(fold.test) for fold in folds} == {math.ceil(window * len(times))}


def test_parts_of_a_second(made):
    """In milliseconds, the day, the window and the last rating are found as in seconds."""
    midnight = int(datetime(2001, 3, 1, tzinfo=UTC).timestamp()) * 1000
    times = [midnight - 1, midnight, midnight + 1, midnight - 2, midnight + 3]
    whole = made("aabba", times)
    dataset = dataclasses.replace(whole, ratings=dataclasses.replace(whole.ratings, time_unit="ms"))
    [fold] = Timeline(at="2001-03-01").folds(dataset)
    assert (fold.train.tolist(), fold.test.tolist()) == ([0, 3], [1, 2, 4])
    [fold] = Rolling(1, 0.2).folds(dataset)
    assert (fold.train.tolist(), fold.test.tolist()) == ([0, 1, 2, 3], [4])
    [fold] = LastN(1).folds(dataset)
    assert fold.test.tolist() == [2, 4]
    with pytest.raises(errors.DataError, match="from 2001-02-28 to 2001-03-01"):
        Timeline(at="2001-04-01").folds(dataset)
