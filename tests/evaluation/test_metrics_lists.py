"""Metrics of ranked lists on lists of any kind, and those that see more than hits, by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recli import registry
from recli.evaluation.metric_names import Measure

pytestmark = pytest.mark.filterwarnings("error")


def metric(name):
    return registry.get("metric", name)()


ACCURACY = [name for name in registry.names("metric") if metric(name).aspect == "accuracy"]
# These give the perfect value to any perfect list, however many relevant items there are.
NORMALISED = ("auc", "graded-ndcg", "hit-rate", "map", "mrr", "ndcg", "r-precision")
LOG2_3 = 1.584962500721156


@st.composite
def arguments(draw):
    """Of `lists_of`, k apart: users who have rated some items and see the others ranked.

    The ratings of one more user make some items more popular, pairs of them alike.
    """
    n_users, n_items = draw(st.integers(1, 5)), draw(st.integers(2, 9))
    ratings = st.integers(1, 5).map(float)
    rankings, tested = {}, []
    train = [(n_users, i, 3.0) for i in range(n_items) for _ in range(1 + i // 2 * (n_users + 1))]
    for user in range(n_users):
        order = draw(st.permutations(range(n_items)))
        n_seen = draw(st.integers(0, n_items - 1))
        rankings[user] = order[n_seen:]
        train += [(user, item, draw(ratings)) for item in order[:n_seen]]
        tested += [(user, item, draw(ratings)) for item in order if draw(st.booleans())]
    return {"rankings": rankings, "tested": tested, "train": train, "n_items": n_items}


@pytest.mark.parametrize("name", ACCURACY)
@settings(max_examples=50)
@given(arguments(), st.integers(1, 12))
def test_who_has_nothing_relevant_has_no_value(name, lists_of, sample, k):
    lists = lists_of(k=k, **sample)
    values = metric(name).values(lists)
    assert (
        (values >= metric(name).lowest) & (values <= metric(name).highest) | np.isnan(values)
    ).all()
    untested = lists.of_items(np.zeros(sample["n_items"], bool))
    assert np.isnan(metric(name).values(untested)).all()


DEFINED = {
    "r-precision": lambda sample: {u for u, _, rating in sample["tested"] if rating >= 4},
    "graded-ndcg": lambda sample: {u for u, _, rating in sample["tested"] if rating > 1},
    "auc": lambda sample: {u for u, n in relevant_candidates(sample).items() if 0 < n[0] < n[1]},
}
DEFINED["ndcg:gain=rating"] = DEFINED["graded-ndcg"]


@pytest.mark.parametrize("name", DEFINED)
@settings(max_examples=50)
@given(arguments(), st.integers(1, 12))
def test_who_has_a_value(name, lists_of, sample, k):
    lists = lists_of(k=k, **sample)
    values = Measure.parse(name).metric.values(lists)
    assert set(lists.users[~np.isnan(values)].tolist()) == DEFINED[name](sample)


@settings(max_examples=50)
@given(arguments(), st.integers(1, 12))
def test_graded_ndcg_is_ndcg_by_rating(lists_of, sample, k):
    lists = lists_of(k=k, **sample)
    by_rating = Measure.parse("ndcg:gain=rating").metric
    np.testing.assert_array_equal(by_rating.values(lists), metric("graded-ndcg").values(lists))


def relevant_candidates(sample):
    """For each user how many candidates are relevant, and how many there are."""
    return {
        user: (
            sum(u == user and i in items and rating >= 4 for u, i, rating in sample["tested"]),
            len(items),
        )
        for user, items in sample["rankings"].items()
    }


@pytest.mark.parametrize("name", NORMALISED)
@settings(max_examples=50)
@given(arguments(), st.integers(1, 12))
def test_a_perfect_ranking_gives_one(name, lists_of, sample, k):
    """Perfect: candidates by test rating; all tested items are candidates here."""
    rated = {(user, item): rating for user, item, rating in sample["tested"]}
    for user, items in sample["rankings"].items():
        items.sort(key=lambda item, user=user: -rated.get((user, item), 0.0))
    candidates = {(user, item) for user, items in sample["rankings"].items() for item in items}
    tested = [(u, i, rating) for u, i, rating in sample["tested"] if (u, i) in candidates]
    lists = lists_of(k=k, **(sample | {"tested": tested}))
    values = metric(name).values(lists)
    assert (values[~np.isnan(values)] == 1).all()


# User 0 ranks the candidates 4 2 0 3 1 5 and has the test ratings 5 of item 0, 2 of item 4, 1 of
# item 3 and 4 of item 6, which is no candidate; user 1 ranks 1 0, with a 1 of item 1; user 2 ranks
# 2 5, with a 4 and a 5 of them; user 3 has a 4 of an item that is no candidate.
RANKINGS = {0: [4, 2, 0, 3, 1, 5], 1: [1, 0], 2: [2, 5], 3: [0, 1, 2, 3, 4, 5, 6]}
TESTED = [(0, 0, 5.0), (0, 4, 2.0), (0, 3, 1.0), (0, 6, 4.0), (1, 1, 1.0)]
TESTED += [(2, 2, 4.0), (2, 5, 5.0), (3, 7, 4.0)]
NAN = float("nan")
IDEAL = 4 + 3 / LOG2_3 + 1 / 2
VALUES = {
    ("graded-ndcg", 1): [1 / 4, NAN, 3 / 4, 0],
    ("graded-ndcg", 2): [1 / (4 + 3 / LOG2_3), NAN, (3 + 4 / LOG2_3) / (4 + 3 / LOG2_3), 0],
    ("graded-ndcg", 9): [(1 + 4 / 2) / IDEAL, NAN, (3 + 4 / LOG2_3) / (4 + 3 / LOG2_3), 0],
    ("auc", 1): [3 / 5, NAN, NAN, NAN],  # of the items 4 2 3 1 5, three rank after item 0
    ("r-precision", 1): [0 / 2, NAN, 2 / 2, 0 / 1],
}


@pytest.mark.parametrize(("name", "k"), VALUES)
def test_value_by_hand(name, k, lists_of):
    values = metric(name).values(lists_of(RANKINGS, TESTED, k, 8))
    np.testing.assert_allclose(values, VALUES[name, k], rtol=1e-12)


def test_graded_ndcg_of_some_items_sees_no_rating_of_the_others(lists_of):
    """User 0 at k = 3, where only item 0 and item 6 count: 4 at rank 3, of 4 and 3 in order."""
    chosen = np.isin(np.arange(8), [0, 6])
    values = metric("graded-ndcg").values(lists_of(RANKINGS, TESTED, 3, 8).of_items(chosen))
    assert values[0] == pytest.approx((4 / 2) / (4 + 3 / LOG2_3), rel=1e-12)
    assert np.isnan(values[1:]).all()


def test_auc_counts_a_tie_as_half(lists_of):
    """Two relevant of five: one ties with two others at ranks 2 to 4, one is last."""
    lists = lists_of({0: [0, 1, 2, 3, 4]}, [(0, 2, 5.0), (0, 4, 5.0)], 1, 5)
    tied = dataclasses.replace(lists.tested, midranks=np.array([3.0, 5.0]))
    [value] = metric("auc").values(dataclasses.replace(lists, tested=tied))
    assert value == (0 + 1 / 2 + 1 / 2 + 0 + 0 + 0) / 6
