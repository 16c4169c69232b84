"""Ranked lists for one user."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from recli import errors, registry
from recli.algorithms import Algorithm, Configured, rank
from recli.data.dataset import Dataset
from recli.data.description import Description, RatingsSource
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.tables.items import Items
from recli.models import model as models
from recli.ranking.lists import recommend
from recli.ranking.request import Request
from tests.tie_draws import draw
from tests.top_n import top_n


def dataset(rated, catalogue=(), titles=None):
    """A dataset of (user, item, rating), and items that nobody rated."""
    users, items, values = zip(*rated, strict=True)
    user_ids, item_ids = Ids.of(users), Ids.of(items, list(catalogue))
    ratings = Ratings(
        user_ids=user_ids,
        item_ids=item_ids,
        users=user_ids.codes(users),
        items=item_ids.codes(items),
        values=np.array(values, float),
        times=None,
        scale=(1.0, 5.0),
    )
    table = None
    if titles is not None:
        column = np.array([titles.get(raw, "") for raw in item_ids.text], object)
        table = Items(item_ids, {}, np.ones(len(item_ids), bool), titles=column)
    source = RatingsSource(file="none.csv")
    return Dataset("toy", Description("toy", None, source), ratings, table)


class Given(Algorithm):
    """Scores said beforehand, by raw item id; the same for every user."""

    def __init__(self, scores):
        self.scores = scores

    def _learn(self, trainset):
        self.trainset = trainset

    def _estimate_users(self, users):
        raw = self.trainset.ratings.item_ids.text[self.trainset.item_codes]
        return np.tile([self.scores[item] for item in raw], (len(users), 1)).astype(float)


def given_model(data, scores):
    trainset = data.trainset()
    algorithm = Given(scores).fit(trainset)
    return models.FittedModel(Configured("given"), algorithm, trainset, {}, 0)


RATED = [("1", "30", 5), ("1", "4", 3), ("2", "100", 4), ("2", "4", 1), ("3", "5", 2)]
SCORES = {"4": 9.0, "5": 3.0, "30": 3.0, "100": 4.5, "7": 3.0, "20": 6.5}


@pytest.fixture
def by_hand():
    data = dataset(RATED, ["7", "20"], {"20": "Twenty", "100": "Hundred"})
    return given_model(data, SCORES)


def in_drawn_order(user, **items):
    """Items in the order that is drawn for a user, who and which by when they appear in the data."""
    return [int(raw[1:]) for raw in sorted(items, key=lambda raw: draw(0, user, items[raw]))]


def test_best_first_without_what_was_seen_ties_by_draw(by_hand):
    # User 1, who appears first, has 30 and 4. The equals 5 and 7 appear as the fourth and the fifth.
    found = top_n(by_hand, "1", 10)
    assert [place.item for place in found] == [20, 100, *in_drawn_order(0, i5=3, i7=4)]
    assert [place.rank for place in found] == [1, 2, 3, 4]
    assert [place.title for place in found] == ["Twenty", "Hundred", "", ""]
    assert [place.score for place in found] == [6.5, 4.5, 3.0, 3.0]
    assert [place.rating for place in found] == [5.0, 4.5, 3.0, 3.0]
    assert [place.item for place in top_n(by_hand, "3", 3)] == [4, 20, 100]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 1000])
def test_at_most_n(by_hand, n):
    items = [20, 100, *in_drawn_order(0, i5=3, i7=4)]
    assert [place.item for place in top_n(by_hand, "1", n)] == items[:n]


def test_ties_at_the_end_of_the_list(by_hand):
    # Of the equals that user 2 has not, 30 appears first, 5 as the fourth and 7 as the fifth.
    expected = in_drawn_order(1, i30=0, i5=3, i7=4)[:2]
    assert [place.item for place in top_n(by_hand, "2", 3)] == [20, *expected]


def test_ties_do_not_go_by_names():
    """The same rows with other ids, text and numbers, sorted otherwise: the same items in order."""
    rows = [("x", 0, 1), ("x", 1, 2), ("y", 2, 3), ("y", 3, 3), ("y", 4, 3), ("z", 5, 1)]
    for names in (["b", "c", "a", "010", "9", "9a"], ["5", "4", "3", "2", "1", "0"]):
        data = dataset([(user, names[item], value) for user, item, value in rows], ["unrated"])
        model = given_model(data, dict.fromkeys([*names, "unrated"], 2.0))
        expected = sorted([2, 3, 4, 5, 6], key=lambda item: draw(0, 0, item))
        found = [str(place.item) for place in top_n(model, "x", 9)]
        assert found == [[*names, "unrated"][item] for item in expected]


def test_who_has_seen_everything_gets_nothing():
    data = dataset([("x", "1", 1), ("x", "2", 2), ("y", "1", 3)])
    assert top_n(given_model(data, {"1": 1.0, "2": 2.0}), "x", 5) == []


def test_what_was_rated_twice_is_left_out_once():
    data = dataset([("x", "1", 1), ("x", "1", 2), ("y", "2", 3), ("y", "3", 3)])
    found = top_n(given_model(data, {"1": 9.0, "2": 1.0, "3": 2.0}), "x", 3)
    assert [place.item for place in found] == [3, 2]


def test_negative_and_equal_scores():
    data = dataset([("x", "1", 1), ("y", "2", 3), ("y", "3", 3), ("y", "4", 3)])
    found = top_n(given_model(data, {"1": 0, "2": -1e300, "3": -5.0, "4": -5.0}), "x", 3)
    assert [place.item for place in found] == [*in_drawn_order(0, i3=2, i4=3), 2]
    assert [place.rating for place in found] == [1.0, 1.0, 1.0]


def test_seen_items_may_be_kept(by_hand):
    users = np.array([by_hand.user_code("1"), by_hand.user_code("3")])
    found = rank(by_hand.algorithm, by_hand.trainset, users, 3, exclude_seen=False)
    ids = by_hand.trainset.ratings.item_ids.text
    assert [[ids[item] for item in row] for row in found.items] == [["4", "20", "100"]] * 2


def test_many_users_in_chunks(by_hand, monkeypatch):
    users = np.arange(3)
    whole = rank(by_hand.algorithm, by_hand.trainset, users, 5)
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_USERS", 1)
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_BYTES", 1)
    by_one = rank(by_hand.algorithm, by_hand.trainset, users, 5)
    np.testing.assert_array_equal(whole.items, by_one.items)
    np.testing.assert_array_equal(whole.scores, by_one.scores)
    assert whole.items.shape == (3, 5)
    assert (whole.items[0] == -1).sum() == 1
    assert np.isnan(whole.scores[0, -1])


# Ids


def test_an_unknown_user(by_hand):
    with pytest.raises(errors.NotFoundError) as caught:
        top_n(by_hand, "4", 3)
    text = str(caught.value)
    assert "no user '4' among the 3" in text
    assert "Nearest ids: 3, 2, 1." in text
    assert "`fold_in({ITEM: RATING})`" in text
    assert caught.value.exit_code == 4


def test_an_unknown_user_among_names():
    data = dataset([("anna", "1", 1), ("bert", "2", 2), ("hanna", "1", 3)])
    with pytest.raises(errors.NotFoundError, match="Nearest ids: hanna, anna, bert"):
        given_model(data, {"1": 1.0, "2": 1.0}).user_code("hana")


def test_whole_numbers_are_numbers_and_leading_zeros_stay(by_hand):
    data = dataset([("007", "01", 1), ("7", "1", 2), ("7", "001", 2)])
    model = given_model(data, {"01": 1.0, "1": 2.0, "001": 3.0})
    assert [place.item for place in top_n(model, "007", 5)] == ["001", "1"]
    assert [place.item for place in top_n(model, "7", 5)] == ["01"]


# Every algorithm


@pytest.fixture(scope="module", params=registry.names("algorithm"))
def fitted(request, small):
    return models.train(small, Configured.of(request.param), 0)


def ties(scores):
    """Sets of the items that score alike to 1e-9, the best first."""
    ordered = sorted(scores, key=lambda raw: -scores[raw])
    found = [{int(ordered[0])}]
    for before, raw in itertools.pairwise(ordered):
        if scores[before] - scores[raw] > 1e-9:
            found.append(set())
        found[-1].add(int(raw))
    return found


@pytest.mark.parametrize("code", [0, 30])
def test_the_list_is_that_of_single_predictions(fitted, small, code):
    ratings = small.ratings
    user = ratings.user_ids.text[code]
    seen = set(ratings.item_ids.text[ratings.items[ratings.users == code]])
    single = {
        raw: fitted.algorithm.predict(user, raw, clip=False).est
        for raw in ratings.item_ids.text
        if raw not in seen
    }
    found = top_n(fitted, user, len(ratings.item_ids))
    assert [place.rank for place in found] == list(range(1, len(single) + 1))
    scores = {str(place.item): place.score for place in found}
    assert scores == pytest.approx(single, rel=0, abs=1e-9)
    # Scores that differ in the last digits alone, as sums in another order do, are a tie.
    listed = [place.item for place in found]
    for tie in ties(single):
        here, listed = listed[: len(tie)], listed[len(tie) :]
        assert set(here) == tie
    ids = ratings.item_ids
    drawn = {
        ids.json(item): draw(0, ratings.user_ids.places[code], ids.places[item])
        for item in range(len(ids))
    }
    for one, two in itertools.pairwise(found):
        assert (-one.score, drawn[one.item]) < (-two.score, drawn[two.item])


@pytest.mark.parametrize("n", [1, 10, 25])
def test_a_shorter_list_is_the_beginning_of_the_longest(fitted, small, n):
    longest = top_n(fitted, small.ratings.user_ids.text[7], len(small.ratings.item_ids))
    assert top_n(fitted, small.ratings.user_ids.text[7], n) == longest[:n]


def test_one_user_alone_gets_what_all_get_together(fitted, small):
    users = np.arange(len(small.ratings.user_ids))
    together = [lists for chunk in recommend(fitted, Request(users, 10)) for lists in chunk.items]
    for code in (0, 21, 59):
        alone = top_n(fitted, small.ratings.user_ids.text[code], 10)
        items = [small.ratings.item_ids.json(item) for item in together[code] if item >= 0]
        scores = {place.item: place.score for place in alone}
        if items != [place.item for place in alone]:  # then what changed places is tied
            assert [scores[item] for item in items] == pytest.approx(
                [place.score for place in alone], rel=0, abs=1e-9
            )


def test_titles(fitted, small):
    titles = dict(zip(small.ratings.item_ids.text, small.items.titles, strict=True))
    for place in top_n(fitted, small.ratings.user_ids.text[0], 25):
        assert place.title == titles[str(place.item)]
