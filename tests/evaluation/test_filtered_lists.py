"""Lists of a fold that are filtered, against plain loops over the training rows."""

from __future__ import annotations

import dataclasses
import math
from datetime import UTC, date, datetime

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from recli.algorithms import Algorithm, Configured
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.metrics.auc import AUC
from recli.evaluation.metrics.r_precision import RPrecision
from recli.evaluation.outcome import recommend
from recli.models.model import of_training
from recli.ranking.list_options import ListOptions
from tests.tie_draws import draw

N_USERS, N_ITEMS, DAY = 4, 8, 86_400
GENRES = ("drama", "comedy", "drama|comedy", "western")  # of item 0, 1, 2, 3, 4 again, …


class Given(Algorithm):
    """Scores said beforehand, a row of all items by code for each user code; unknown users score 0."""

    def __init__(self, scores):
        self.scores = np.array(scores, float)

    def _learn(self, trainset):
        self.trainset = trainset

    def _estimate_users(self, users):
        codes = np.array([self.trainset.user_codes[user] if user >= 0 else -1 for user in users])
        return np.vstack([self.scores, np.zeros(N_ITEMS)])[codes][:, self.trainset.item_codes]


RATED = st.tuples(
    st.integers(0, N_USERS - 1),
    st.integers(0, N_ITEMS - 1),
    st.integers(1, 5).map(float),
    st.integers(0, 3),
)
SCORES = st.lists(
    st.lists(st.integers(-2, 2).map(float), min_size=N_ITEMS, max_size=N_ITEMS),
    min_size=N_USERS,
    max_size=N_USERS,
)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "exclude_seen": st.booleans(),
        "candidates": st.sets(st.integers(0, N_ITEMS - 1), min_size=5).map(
            lambda items: tuple(map(str, items))
        ),
        "exclude": st.sets(st.integers(1, N_ITEMS - 1), max_size=2).map(
            lambda items: tuple(map(str, items))
        ),
        "where": st.just("genres contains 'drama'"),
        "min_ratings": st.integers(0, 1),
        "since": st.integers(0, 3).map(lambda day: date(1970, 1, 1 + day)),
    },
)


def allowed(item, options, train):
    """Whether an item passes the filters, by the training ratings (user, item, rating, day)."""
    days = [day for _, i, _, day in train if i == item]
    return (
        (options.candidates is None or str(item) in options.candidates)
        and str(item) not in options.exclude
        and (options.where is None or "drama" in GENRES[item % 4])
        and len(days) >= options.min_ratings
        and (
            options.since is None
            or not days
            or min(days) >= (options.since - date(1970, 1, 1)).days
        )
    )


def fold(toy_dataset, scores, train, test):
    """The model and the fold; ratings of users and items by their numbers, times in days."""
    data = toy_dataset([rated[:3] for rated in (*train, *test)], N_USERS, N_ITEMS)
    times = np.array([day * DAY for *_, day in (*train, *test)], np.int64)
    data = dataclasses.replace(data, ratings=dataclasses.replace(data.ratings, times=times))
    statistics = TrainingStatistics(data, np.arange(len(train)), 3.0)
    algorithm = Given(scores).fit(statistics.trainset)
    model = of_training(statistics, Configured("given"), algorithm, 0)
    return model, statistics, np.arange(len(train), len(train) + len(test))


@settings(max_examples=150)
@given(
    SCORES,
    st.lists(RATED, min_size=1, max_size=14),
    st.lists(RATED, min_size=1, max_size=10),
    FILTERS,
    st.integers(1, 9),
)
def test_filters_are_those_of_the_training(toy_dataset, scores, train, test, filters, k):
    options = ListOptions(**filters)
    left = [item for item in range(N_ITEMS) if allowed(item, options, train)]
    if not left:
        return
    lists = recommend(*fold(toy_dataset, scores, train, test), k, options=options)
    users = sorted({user for user, *_ in test})
    trained = {user for user, *_ in train}
    expected = []
    for row, user in enumerate(users):
        seen = {item for u, item, *_ in train if u == user and options.exclude_seen}
        own = scores[user] if user in trained else [0.0] * N_ITEMS
        candidates = [item for item in left if item not in seen]
        ranked = sorted(candidates, key=lambda item: (-own[item], draw(0, user, item)))
        assert lists.items[row].tolist() == (ranked + [-1] * k)[:k]
        assert lists.n_candidates[row] == len(candidates)
        for item in sorted({item for u, item, *_ in test if u == user}):
            if item not in candidates:
                expected.append((row, item, -1, math.nan))
                continue
            ties = [rank for rank, i in enumerate(ranked, start=1) if own[i] == own[item]]
            expected.append((row, item, ranked.index(item), sum(ties) / len(ties)))
    tested = lists.tested
    found = [tested.rows, tested.items, tested.places, tested.midranks]
    for array, column in zip(found, zip(*expected, strict=True), strict=True):
        np.testing.assert_array_equal(array, column)


TRAIN = [(0, 7, 5.0, 0), (1, 6, 4.0, 0), (1, 5, 4.0, 1)]
TEST = [(0, 0, 5.0, 2), (0, 3, 5.0, 2), (0, 4, 1.0, 2)]


def test_what_no_list_can_hold_counts_against_it(toy_dataset):
    """Of the two that the user likes, 0 and 3, the filter leaves the first alone: recall is a half."""
    scores = [[9.0, 8, 7, 6, 5, 4, 3, 2]] * N_USERS
    drama = ListOptions(where="genres contains 'drama'")
    lists = recommend(*fold(toy_dataset, scores, TRAIN, TEST), 3, options=drama)
    assert lists.items.tolist() == [[0, 2, 4]]
    assert lists.hits.tolist() == [[True, False, False]]
    assert lists.n_relevant.tolist() == [2]
    assert lists.n_candidates.tolist() == [4]
    assert lists.tested.places.tolist() == [0, -1, 2]
    assert AUC().values(lists).tolist() == [1.0]  # among the candidates
    assert RPrecision().values(lists).tolist() == [0.5]


def test_re_ranking_changes_lists_and_not_the_whole_ranking(toy_dataset):
    """At most one drama: 0 stays, 2, 4 and 6 go. What sees the whole ranking is as it was."""
    scores = [[9.0, 8, 7, 6, 5, 4, 3, 2]] * N_USERS
    made = fold(toy_dataset, scores, TRAIN, TEST)
    plain = recommend(*made, 4)
    capped = recommend(*made, 4, options=ListOptions(max_per={"genres": 1}))
    assert plain.items.tolist() == [[0, 1, 2, 3]]
    assert capped.items.tolist() == [[0, 1, 3, -1]]
    for name in ("places", "midranks"):
        np.testing.assert_array_equal(getattr(plain.tested, name), getattr(capped.tested, name))
    np.testing.assert_array_equal(plain.n_candidates, capped.n_candidates)


def test_what_is_known_already_may_take_a_place(toy_dataset):
    """With 7 back among the candidates, it is first; it is no hit, since the test does not have it."""
    scores = [[5.0, 4, 3, 2, 1, 0, -1, 9]] * N_USERS
    made = fold(toy_dataset, scores, TRAIN, TEST)
    lists = recommend(*made, 2, options=ListOptions(exclude_seen=False))
    assert lists.items.tolist() == [[7, 0]]
    assert lists.hits.tolist() == [[False, True]]
    assert lists.n_candidates.tolist() == [N_ITEMS]
    assert lists.tested.places.tolist() == [1, 4, 5]


def test_midnight_is_that_of_utc(toy_dataset):
    model, statistics, test = fold(toy_dataset, [[0.0] * N_ITEMS] * N_USERS, TRAIN, TEST)
    ratings = dataclasses.replace(
        statistics.dataset.ratings,
        times=np.array([datetime(2001, 2, 3, tzinfo=UTC).timestamp()] * 6, np.int64)
        - [0, 1, 0] * 2,
    )
    data = dataclasses.replace(statistics.dataset, ratings=ratings)
    statistics = TrainingStatistics(data, statistics.train, 3.0)
    model = of_training(
        statistics, Configured("given"), Given(model.algorithm.scores).fit(statistics.trainset), 0
    )
    lists = recommend(model, statistics, test, N_ITEMS, options=ListOptions(since=date(2001, 2, 3)))
    assert sorted(lists.items[0].tolist()) == [
        -1,
        -1,
        0,
        1,
        2,
        3,
        4,
        5,
    ]  # 6 was rated a second before
