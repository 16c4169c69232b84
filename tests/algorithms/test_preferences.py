"""Who prefers what, and what every model of preferences does where it knows nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import surprise

from recli import errors
from recli.algorithms import Configured
from recli.algorithms._shared.preferences import Ranker, preferences
from recli.algorithms._shared.weighing import Alike, Graded
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.trainset import Trainset

DAY = 86_400


def trainset(rows, times=None, threshold=4.0, scale=(1.0, 5.0), catalogue=()):
    """Rows of (user, item, rating); inner ids are by first appearance."""
    users, items, values = zip(*rows, strict=True)
    user_ids, item_ids = Ids.of(list(users)), Ids.of([*items, *catalogue])
    ratings = Ratings(
        user_ids=user_ids,
        item_ids=item_ids,
        users=user_ids.codes(users),
        items=item_ids.codes(items),
        values=np.array(values, float),
        times=None if times is None else np.array(times, np.int64),
        scale=scale,
    )
    return Trainset(ratings, np.arange(len(rows)), threshold=threshold)


ROWS = [("ann", "x", 5), ("bob", "x", 4), ("ann", "y", 3), ("bob", "z", 1), ("cem", "z", 2)]


def test_what_is_liked_is_preferred():
    expected = [[1, 0, 0], [1, 0, 0], [0, 0, 0]]
    np.testing.assert_array_equal(preferences(trainset(ROWS), Alike(4.0)).toarray(), expected)


def test_all_ratings_are_preferred_from_the_end_of_the_scale_on():
    expected = [[1, 1, 0], [1, 0, 1], [0, 0, 1]]
    np.testing.assert_array_equal(preferences(trainset(ROWS), Alike(1.0)).toarray(), expected)


def test_graded_preferences_are_squares_of_the_place_on_the_scale_and_a_hundredth():
    data = trainset(ROWS)
    found = preferences(data, Graded.of(data)).toarray()
    squares = np.array([[1, 1 / 4, 0], [9 / 16, 0, 0], [0, 0, 1 / 16]])
    np.testing.assert_allclose(found[squares > 0], 0.01 + 0.99 * squares[squares > 0])
    assert found[1, 2] == 0.01, "the lowest rating weighs something"
    assert np.count_nonzero(found) == 5


@pytest.mark.parametrize("value", [1, 3, 5])
@pytest.mark.parametrize("scale", [(1.0, 5.0), None])
def test_ratings_that_are_all_alike_weigh_one(value, scale):
    rows = [("ann", "x", value), ("bob", "x", value), ("bob", "y", value)]
    data = trainset(rows, scale=scale or (float(value), float(value)))
    np.testing.assert_array_equal(preferences(data, Graded.of(data)).toarray(), [[1, 0], [1, 1]])


def test_what_weighs_how_much_is_learned_from_the_trainset_alone():
    """Of somebody who comes later the only rating is not taken for the only value."""
    weigh = Graded.of(trainset(ROWS))
    np.testing.assert_allclose(weigh(trainset([("eve", "x", 3)])), [0.01 + 0.99 / 4])


def test_of_a_pair_rated_twice_the_higher_counts():
    twice = trainset([("ann", "x", 2), ("ann", "x", 5), ("ann", "x", 3)])
    for weigh in (Alike(1.0), Graded.of(twice)):
        np.testing.assert_array_equal(preferences(twice, weigh).toarray(), [[1]])


def test_no_preference_at_all_is_an_error():
    with pytest.raises(errors.DataError) as caught:
        Doubles().fit(trainset([("ann", "x", 2), ("bob", "y", 3)]))
    assert str(caught.value).endswith(
        "has nothing to learn from: of 2 ratings none is 4 or more, from where on they count as liked. "
        'Lower that with `threshold`, or take `algorithm(…, preferences="all")`.'
    )
    Doubles("all").fit(trainset([("ann", "x", 2), ("bob", "y", 3)]))


def test_surprises_own_trainset_gives_the_same(medium, to_surprise):
    ours, theirs = medium.trainset(), to_surprise(medium).build_full_trainset()
    assert isinstance(theirs, surprise.Trainset)
    for weigh in (Alike(3.0), Graded.of(ours)):
        ours_found, found = (preferences(each, weigh) for each in (ours, theirs))
        np.testing.assert_array_equal(found.toarray(), ours_found.toarray())
        assert found.has_sorted_indices


class Doubles(Ranker):
    """Twice the preference."""

    def __init__(self, preferences="liked"):
        surprise.AlgoBase.__init__(self)
        self.preferences = preferences

    def _scores(self, users):
        return 2 * self.preferred[users].toarray() - 7


def test_who_prefers_nothing_gets_what_is_popular():
    algorithm = Doubles().fit(trainset(ROWS, catalogue=["new"]))
    scores = algorithm.score_users(np.array([0, 2, -1]))
    np.testing.assert_array_equal(scores[0], [-5, -7, -7, -8])
    np.testing.assert_array_equal(scores[1:], [[2, 0, 0, -1]] * 2)


def test_the_threshold_of_the_trainset_is_that_of_the_model():
    liked = Doubles().fit(trainset(ROWS, threshold=3.0))
    assert liked.liked_from == 3.0
    np.testing.assert_array_equal(liked.popularity, [2, 1, 0])
    everything = Doubles("all").fit(trainset(ROWS, threshold=3.0))
    np.testing.assert_array_equal(everything.popularity, [2, 1, 2])


def test_pairs_go_in_blocks(small, monkeypatch):
    data = small.trainset()
    algorithm, rng = Doubles().fit(data), np.random.default_rng(0)
    users, items = rng.integers(-1, data.n_users, 500), rng.integers(-1, data.n_catalogue, 500)
    whole = algorithm.predict_pairs(users, items)
    monkeypatch.setattr("recli.algorithms._shared.preferences._CHUNK", 700)
    np.testing.assert_array_equal(algorithm.predict_pairs(users, items), whole)


# most-popular by recent time


def popular(data, **given):
    return Configured.of("most-popular", given).create(0).fit(data)


def test_popular_now():
    # x was liked twice long ago, y once today: after a half-life each like counts half.
    rows = [("ann", "x", 5), ("bob", "x", 4), ("cem", "y", 5), ("dan", "z", 1)]
    data = trainset(rows, [0, 10 * DAY, 20 * DAY, 20 * DAY])
    np.testing.assert_array_equal(popular(data).popularity, [2, 1, 0])
    recent = popular(data, half_life=10)
    np.testing.assert_allclose(recent.popularity, [1 / 4 + 1 / 2, 1, 0])
    # Users without a preference have the same list.
    np.testing.assert_allclose(recent.score_users(np.array([0, 3, -1])), [[0.75, 1, 0]] * 3)


def test_half_lives_are_days_in_every_unit_of_time():
    rows = [("ann", "x", 5), ("bob", "x", 4), ("cem", "y", 5)]
    in_seconds = trainset(rows, [0, 10 * DAY, 20 * DAY]).ratings
    for unit, per_second in (("ms", 10**3), ("us", 10**6), ("ns", 10**9)):
        finer = dataclasses.replace(in_seconds, times=in_seconds.times * per_second, time_unit=unit)
        data = Trainset(finer, np.arange(3))
        np.testing.assert_allclose(popular(data, half_life=10).popularity, [3 / 4, 1])


def test_a_long_half_life_changes_nothing(small):
    data = small.trainset()
    found, plain = popular(data, half_life=1e15), popular(data)
    np.testing.assert_allclose(found.popularity, plain.popularity)


def test_popularity_by_time_needs_times(small):
    without = dataclasses.replace(small.ratings, times=None)
    data = Trainset(without, np.arange(len(without)))
    with pytest.raises(errors.DataError, match="half_life needs to know when"):
        popular(data, half_life=10)


def test_damped_mean_by_hand():
    rows = [("ann", "x", 5), ("bob", "x", 4), ("cem", "y", 1), ("dan", "z", 2)]
    data = trainset(rows, catalogue=["new"])
    algorithm = Configured.of("damped-mean", {"damping": 2}).create(0).fit(data)
    # Each mean with two more ratings of 3, the mean of all.
    expected = [(5 + 4 + 6) / 4, (1 + 6) / 3, (2 + 6) / 3, 3]
    np.testing.assert_allclose(algorithm.score_users(np.array([0, -1])), [expected] * 2)
