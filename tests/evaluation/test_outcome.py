"""Predictions and lists of a fold against plain loops."""

from __future__ import annotations

import contextlib
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from surprise import PredictionImpossible

from recli import kernels
from recli.algorithms import Algorithm, Configured
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.outcome import predict, recommend
from recli.evaluation.predictions import Predictions
from recli.kernels.candidates import counted
from recli.kernels.ranks_of_items import ranks_of_items
from recli.models.model import of_training
from recli.ranking.list_options import ListOptions
from tests.tie_draws import draw, mixed

# Predictions.


def test_predictions_by_user():
    sample = Predictions(
        np.array([4.0, 2, 5, 1]), np.array([3.0, 2, 3, 1]), np.array([9, -1, 9, 4])
    )
    np.testing.assert_array_equal(sample.distinct, [-1, 4, 9])
    np.testing.assert_array_equal(sample.row, [2, 0, 2, 1])
    sums = sample.sums_per_user(np.array([1.0, 5.0, 2.0, 7.0]), np.ones(4))
    np.testing.assert_array_equal(sums, [[5, 1], [7, 1], [3, 2]])
    assert len(sample) == 4


@pytest.mark.parametrize("impossible", [None, np.array([True, False, True, True])])
def test_predictions_where(impossible):
    columns = np.array([4.0, 2, 5, 1]), np.array([3.0, 2, 3, 1]), np.array([9, -1, 9, 4])
    chosen = np.array([True, False, False, True])
    some = Predictions(*columns, impossible).where(chosen)
    np.testing.assert_array_equal(some.truth, [4, 1])
    np.testing.assert_array_equal(some.estimate, [3, 1])
    np.testing.assert_array_equal(some.users, [9, 4])
    if impossible is None:
        assert some.impossible is None
    else:
        np.testing.assert_array_equal(some.impossible, [True, True])


# Places.

TIED = st.integers(-2, 2).map(float) | st.just(-math.inf)


def places_by_loops(row, item, drawn):
    """Place and midrank of an item as sorting the candidates gives them, ties by what is `drawn`."""
    candidates = [other for other in range(len(row)) if row[other] > -math.inf]
    if item not in candidates:
        return -1, math.nan
    ranked = sorted(candidates, key=lambda other: (-row[other], drawn[other]))
    ranks = [rank for rank, other in enumerate(ranked, start=1) if row[other] == row[item]]
    return ranked.index(item), sum(ranks) / len(ranks)


@given(st.lists(st.lists(TIED, min_size=7, max_size=7), min_size=1, max_size=4), st.data())
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "interpreted"])
def test_places_are_those_of_sorting(compiled, rows, data):
    pair = st.tuples(st.integers(0, len(rows) - 1), st.integers(0, 6))
    pairs = data.draw(st.lists(pair, max_size=20))
    of_rows, items = (
        np.array(column, int) for column in (list(zip(*pairs, strict=True)) or [(), ()])
    )
    function = ranks_of_items if compiled else ranks_of_items.py_func
    row_keys, column_keys = np.arange(len(rows)) * 7919, 2**32 - np.arange(1, 8) ** 3
    before, midranks = function(np.array(rows), of_rows, items, row_keys, column_keys)
    drawn = [[mixed(int(row) ^ int(column)) for column in column_keys] for row in row_keys]
    expected = [places_by_loops(rows[row], item, drawn[row]) for row, item in pairs]
    np.testing.assert_array_equal(before, [place for place, _ in expected])
    np.testing.assert_array_equal(midranks, [midrank for _, midrank in expected])
    assert before.dtype == np.int64 and midranks.dtype == np.float64


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "interpreted"])
def test_places_in_a_row_of_several_parts(compiled, interpreted):
    """Longer than what is looked through at once for equal scores; some parts have none of them."""
    rng = np.random.default_rng(3)
    row = rng.integers(0, 4, 200).astype(float)
    row[64:128] = rng.random(64)
    row[[5, 130]] = -math.inf
    keys = rng.choice(2**32, 200, replace=False)
    items = np.array([0, 5, 70, 127, 128, 199])
    with contextlib.nullcontext() if compiled else interpreted(kernels.ranks_of_items):
        found = kernels.ranks_of_items.ranks_of_items(
            row[None], np.zeros(6, int), items, np.array([12345]), keys
        )
    drawn = [mixed(12345 ^ int(key)) for key in keys]
    expected = [places_by_loops(row, item, drawn) for item in items]
    np.testing.assert_array_equal(found[0], [place for place, _ in expected])
    np.testing.assert_array_equal(found[1], [midrank for _, midrank in expected])


@given(st.lists(st.lists(TIED, min_size=3, max_size=3), max_size=4), st.data())
@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "interpreted"])
def test_candidates_are_counted(compiled, rows, data):
    value = TIED.filter(math.isfinite) | st.just(math.nan)
    values = data.draw(st.lists(value, min_size=len(rows), max_size=len(rows)))
    function = counted if compiled else counted.py_func
    candidates, equal = function(np.array(rows).reshape(-1, 3), np.array(values, float))
    assert candidates.tolist() == [sum(score > -math.inf for score in row) for row in rows]
    assert equal.tolist() == [row.count(value) for row, value in zip(rows, values, strict=True)]


# What an algorithm makes of a fold.


class Given(Algorithm):
    """Estimates said beforehand, by code: a row a user, NaN where there is none to be had.

    Row -1 is of users who are unknown in training.
    """

    def __init__(self, estimates):
        self.estimates = np.array(estimates, float)

    def _learn(self, trainset):
        self.trainset = trainset

    def estimate(self, u, i):
        unknown = isinstance(u, str)
        user = -1 if unknown else self.trainset.user_codes[u]
        raw = i.removeprefix("UKN__") if isinstance(i, str) else None
        item = int(raw) if raw is not None else self.trainset.item_codes[i]
        if np.isnan(self.estimates[user, item]):
            raise PredictionImpossible("not said")
        return self.estimates[user, item]

    def default_prediction(self):
        return 2.5


N_USERS, N_ITEMS = 5, 6
RATED = st.tuples(
    st.integers(0, N_USERS - 1), st.integers(0, N_ITEMS - 1), st.integers(1, 5).map(float)
)
ESTIMATES = st.lists(
    st.lists(st.integers(-1, 6).map(float) | st.just(math.nan), min_size=6, max_size=6),
    min_size=N_USERS + 1,
    max_size=N_USERS + 1,
)
SAME = [[3.0] * N_ITEMS] * (N_USERS + 1)
# A test of a user and an item that training does not know, of a pair that it does, of one twice.
TRAIN = [(0, 0, 4.0), (0, 1, 2.0), (1, 0, 5.0)]
TEST = [(3, 4, 5.0), (0, 1, 4.0), (1, 2, 2.0), (1, 2, 5.0), (0, 5, 1.0)]


def fold(toy_dataset, estimates, train, test, threshold=4.0):
    data = toy_dataset([*train, *test], N_USERS, N_ITEMS)
    statistics = TrainingStatistics(data, np.arange(len(train)), threshold)
    algorithm = Given(estimates).fit(statistics.trainset)
    return algorithm, statistics, np.arange(len(train), len(train) + len(test))


def recommended(made, k, **options):
    algorithm, statistics, test = made
    model = of_training(statistics, Configured("given"), algorithm, 0)
    return recommend(model, statistics, test, k, options=ListOptions(**options))


def row_of(user, train):
    return user if user in {u for u, _, _ in train} else -1


@settings(max_examples=50)
@given(ESTIMATES, st.lists(RATED, min_size=1, max_size=12), st.lists(RATED, max_size=12))
@example(SAME, TRAIN, TEST)
def test_predict_is_the_estimate_within_the_scale(toy_dataset, estimates, train, test):
    found = predict(*fold(toy_dataset, estimates, train, test))
    np.testing.assert_array_equal(found.truth, [rating for _, _, rating in test])
    np.testing.assert_array_equal(found.users, [user for user, _, _ in test])
    said = [estimates[row_of(user, train)][item] for user, item, _ in test]
    np.testing.assert_array_equal(found.impossible, [math.isnan(estimate) for estimate in said])
    expected = [2.5 if math.isnan(value) else min(max(value, 1.0), 5.0) for value in said]
    np.testing.assert_array_equal(found.estimate, expected)


@settings(max_examples=50)
@given(
    ESTIMATES,
    st.lists(RATED, min_size=1, max_size=12),
    st.lists(RATED, max_size=12),
    st.integers(1, 8),
)
@example(SAME, TRAIN, TEST, 3)
@example(SAME, TRAIN, TEST, 8)
def test_recommend_ranks_what_was_not_seen(toy_dataset, estimates, train, test, k):
    lists = recommended(fold(toy_dataset, estimates, train, test, threshold=3.0), k)
    users = sorted({user for user, _, _ in test})
    np.testing.assert_array_equal(lists.users, users)
    assert lists.items.shape == (len(users), k)
    expected_tested = []
    for row, user in enumerate(users):
        seen = {item for u, item, _ in train if u == user}
        said = estimates[row_of(user, train)]
        scores = [2.5 if math.isnan(value) else value for value in said]
        scores = [-math.inf if item in seen else scores[item] for item in range(N_ITEMS)]
        drawn = [draw(0, user, item) for item in range(N_ITEMS)]  # they appear by their numbers
        ranked = sorted(set(range(N_ITEMS)) - seen, key=lambda item: (-scores[item], drawn[item]))
        np.testing.assert_array_equal(lists.items[row], (ranked + [-1] * k)[:k])
        assert lists.n_candidates[row] == N_ITEMS - len(seen)
        for item in sorted({item for u, item, _ in test if u == user}):
            best = max(rating for u, i, rating in test if (u, i) == (user, item))
            expected_tested.append((row, item, best, *places_by_loops(scores, item, drawn)))
    tested = lists.tested
    found = [tested.rows, tested.items, tested.values, tested.places, tested.midranks]
    for array, column in zip(found, zip(*expected_tested, strict=True), strict=False):
        np.testing.assert_array_equal(array, column)
    assert {len(array) for array in [*found, lists.relevant]} == {len(expected_tested)}
    np.testing.assert_array_equal(lists.relevant, [row[2] >= 3 for row in expected_tested])


def test_places_agree_with_the_lists_over_several_chunks(toy_dataset, monkeypatch):
    """Two users at a time: what was tested is found at the place where the list has it."""
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_USERS", 1)
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_BYTES", 2 * 8 * N_ITEMS)
    estimates = np.random.default_rng(5).normal(size=(N_USERS + 1, N_ITEMS))
    test = [(user, item, 4.0) for user in range(N_USERS) for item in range(N_ITEMS)]
    made = fold(toy_dataset, estimates, [(0, 1, 3.0), (4, 2, 5.0)], test)
    lists = recommended(made, N_ITEMS)
    tested = lists.tested
    there = tested.places >= 0
    np.testing.assert_array_equal(
        lists.items[tested.rows[there], tested.places[there]], tested.items[there]
    )
    assert there.sum() == len(test) - 2 == lists.n_candidates.sum()
