"""What every metric of ranked lists keeps to, and those that see more than hits, by hand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recli import registry

pytestmark = pytest.mark.filterwarnings("error")


def metric(name):
    return registry.get("metric", name)()


LISTS = [name for name in registry.names("metric") if metric(name).needs == "rankings"]
PER_USER = [name for name in LISTS if metric(name).per_user]
CUT_OFF = [name for name in LISTS if metric(name).cutoff]
WHOLE = [name for name in LISTS if not metric(name).cutoff]
ACCURACY = [
    "auc",
    "f1",
    "graded-ndcg",
    "hit-rate",
    "map",
    "mrr",
    "ndcg",
    "precision",
    "r-precision",
]
ACCURACY += ["recall"]
LOG2_3 = 1.584962500721156


@st.composite
def arguments(draw):
    """Of `lists_of`, k apart: users who have rated some items and see the others ranked.

    Every item has its own popularity, from the ratings of one more user: ties go by item code.
    """
    n_users, n_items = draw(st.integers(1, 5)), draw(st.integers(2, 9))
    ratings = st.integers(1, 5).map(float)
    rankings, tested = {}, []
    train = [(n_users, i, 3.0) for i in range(n_items) for _ in range(1 + i * (n_users + 1))]
    for user in range(n_users):
        order = draw(st.permutations(range(n_items)))
        n_seen = draw(st.integers(0, n_items - 1))
        rankings[user] = order[n_seen:]
        train += [(user, item, draw(ratings)) for item in order[:n_seen]]
        tested += [(user, item, draw(ratings)) for item in order if draw(st.booleans())]
    return {"rankings": rankings, "tested": tested, "train": train, "n_items": n_items}


def score(name, lists):
    """The metric and, where each user has a value, these."""
    found = metric(name)
    return found(lists), found.values(lists) if found.per_user else np.empty(0)


@pytest.mark.parametrize("name", LISTS)
@settings(max_examples=30)
@given(arguments(), st.integers(1, 12))
def test_shape_and_mean(name, lists_of, sample, k):
    value, values = score(name, lists_of(k=k, **sample))
    assert type(value) is float and not math.isinf(value)
    if metric(name).per_user:
        assert values.dtype == np.float64 and values.shape == (len(sample["rankings"]),)
        counted = [v for v in values.tolist() if not math.isnan(v)]
        mean = math.fsum(counted) / len(counted) if counted else math.nan
        assert value == pytest.approx(mean, rel=1e-12, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", LISTS)
@settings(max_examples=30)
@given(arguments(), st.integers(1, 12), st.randoms(use_true_random=False))
def test_numbers_of_items_and_users_do_not_matter(name, lists_of, sample, k, random):
    n_users, n_items = len(sample["rankings"]) + 1, sample["n_items"]
    item_codes = random.sample(range(n_items), n_items)
    user_codes = random.sample(range(n_users), n_users)
    renamed = lists_of(k=k, item_codes=item_codes, user_codes=user_codes, **sample)
    value, values = score(name, lists_of(k=k, **sample))
    renamed_value, renamed_values = score(name, renamed)
    assert renamed_value == pytest.approx(value, rel=1e-9, abs=1e-12, nan_ok=True)
    if metric(name).per_user:
        renamed_values = renamed_values[np.argsort(np.argsort(user_codes[:-1]))]
        np.testing.assert_allclose(renamed_values, values, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", PER_USER)
@settings(max_examples=30)
@given(arguments(), st.integers(1, 12), st.data())
def test_value_of_a_user_does_not_depend_on_the_others(name, lists_of, sample, k, data):
    lists = lists_of(k=k, **sample)
    size = len(lists.users)
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)), bool)
    values = metric(name).values(lists)
    np.testing.assert_array_equal(metric(name).values(lists.of_users(chosen)), values[chosen])


@pytest.mark.parametrize("name", CUT_OFF)
@settings(max_examples=30)
@given(arguments(), st.integers(1, 12), st.integers(0, 5))
def test_only_the_first_places_count(name, lists_of, sample, k, n_more):
    cut, short = lists_of(k=k + n_more, **sample).at(k), lists_of(k=k, **sample)
    for found, expected in zip(score(name, cut), score(name, short), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=30)
@given(arguments(), st.integers(1, 12))
def test_without_cutoff_the_length_of_the_lists_does_not_matter(name, lists_of, sample, k):
    found, expected = (score(name, lists_of(k=n, **sample)) for n in (k, 1))
    np.testing.assert_array_equal(found[0], expected[0])
    np.testing.assert_array_equal(found[1], expected[1])


@pytest.mark.parametrize("name", LISTS)
def test_arguments_stay_as_they_are(name, lists_of):
    lists = lists_of({0: [3, 1, 0], 1: [2, 0]}, [(0, 1, 5.0), (1, 2, 2.0)], 2, 4, [(0, 2, 4.0)])
    for part in (lists, lists.tested, lists.statistics.dataset.ratings):
        for field in dataclasses.fields(part):
            if isinstance(getattr(part, field.name), np.ndarray):
                getattr(part, field.name).flags.writeable = False
    score(name, lists)


@pytest.mark.parametrize("name", PER_USER)
def test_no_users_give_nan(name, lists_of):
    lists = lists_of({}, [], 3, 4, train=[(0, 1, 5.0)])
    value, values = score(name, lists)
    assert math.isnan(value) and values.shape == (0,)


@pytest.mark.parametrize("name", ACCURACY)
@settings(max_examples=50)
@given(arguments(), st.integers(1, 12))
def test_accuracy_is_between_0_and_1_and_needs_something_relevant(name, lists_of, sample, k):
    lists = lists_of(k=k, **sample)
    values = metric(name).values(lists)
    assert ((values >= 0) & (values <= 1) | np.isnan(values)).all()
    liked = {user for user, _, rating in sample["tested"] if rating >= 4}
    if name == "graded-ndcg":
        liked = {user for user, _, rating in sample["tested"] if rating > 1}
    if name == "auc":
        liked = {user for user, n in relevant_candidates(sample).items() if 0 < n[0] < n[1]}
    assert set(lists.users[~np.isnan(values)].tolist()) == liked


def relevant_candidates(sample):
    """For each user how many candidates are relevant, and how many there are."""
    return {
        user: (
            sum(u == user and i in items and rating >= 4 for u, i, rating in sample["tested"]),
            len(items),
        )
        for user, items in sample["rankings"].items()
    }


@pytest.mark.parametrize("name", sorted({*ACCURACY} - {"precision", "recall", "f1"}))
@settings(max_examples=50)
@given(arguments(), st.integers(1, 12))
def test_a_perfect_ranking_gives_one_and_no_test_rating_nothing(name, lists_of, sample, k):
    """Perfect: candidates by test rating; all tested items are candidates here."""
    rated = {(user, item): rating for user, item, rating in sample["tested"]}
    for user, items in sample["rankings"].items():
        items.sort(key=lambda item, user=user: -rated.get((user, item), 0.0))
    candidates = {(user, item) for user, items in sample["rankings"].items() for item in items}
    tested = [(u, i, rating) for u, i, rating in sample["tested"] if (u, i) in candidates]
    lists = lists_of(k=k, **(sample | {"tested": tested}))
    values = metric(name).values(lists)
    assert (values[~np.isnan(values)] == 1).all()
    untested = lists.of_items(np.zeros(sample["n_items"], bool))
    assert np.isnan(metric(name).values(untested)).all()


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
