"""What somebody new has done: items and weights, which add up."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from recli import errors
from recli.algorithms import Configured
from recli.models import fold_in
from recli.models import model as models
from recli.models.fold_in import Given


@pytest.fixture(scope="module")
def plays(small):
    counts = np.arange(len(small.ratings)) % 7 + 2.0
    ratings = dataclasses.replace(small.ratings, values=counts, scale=(2.0, 8.0), implicit=True)
    return dataclasses.replace(small, ratings=ratings)


@pytest.fixture(scope="module")
def model(plays):
    return models.train(plays, Configured.of("ease"), 0)


def by_id(model, found):
    ids = model.trainset.ratings.item_ids.text[found.items]
    return dict(zip(ids, found.values.tolist(), strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "318,3\n1,1\n",
        "item,rating\n318,3\n1,1\n",
        "318\n318\n1\n318\n",
        "item\n318\n318\n1\n318\n",
        "318,2\n1,1\n318,1\n",
    ],
)
def test_a_table_of_items_and_weights_or_of_items_alone(model, text):
    found = fold_in.rated(model, fold_in.read(text, "mine.csv", implicit=True))
    assert by_id(model, found) == {"318": 3.0, "1": 1.0}


@pytest.mark.parametrize("value", ["0", "-1", "five", "nan", "inf", ""])
def test_no_weight(model, value):
    with pytest.raises(errors.UsageError, match="mine, line 1: '.*' is no weight above 0, as"):
        fold_in.rated(model, [Given("318", value, "mine, line 1")])


@pytest.mark.parametrize("value", ["0.5", "999"])
def test_a_weight_that_nobody_had_before(model, value):
    assert by_id(model, fold_in.rated(model, [Given("318", value, "here")])) == {
        "318": float(value)
    }


def test_what_comes_since_adds_up(model, plays):
    """User 3 has one item again and one that is new to them; nothing else changes."""
    ratings = plays.ratings
    mine = np.flatnonzero(ratings.users == 3)
    item, before = int(ratings.items[mine[0]]), float(ratings.values[mine[0]])
    [fresh] = np.setdiff1d(np.arange(5, 6), ratings.items[mine])
    user_id = ratings.user_ids.text[3]
    since = [Given(ratings.item_ids.text[code], "4", "here") for code in (item, fresh)]
    folded, code = fold_in.fold_in(model, fold_in.rated(model, since), user_id)
    trainset = folded.trainset
    assert trainset.ratings.user_ids.text[code] == user_id
    found = dict(zip(trainset.item_codes[trainset.items], trainset.values, strict=True))
    expected = dict(zip(ratings.items[mine], ratings.values[mine], strict=True))
    assert found == expected | {item: before + 4, fresh: 4.0}


def test_folded_in_is_as_trained_with(plays):
    """item-knn: with the item side as it is, the scores are those of the user who did the same."""
    model = models.train(plays, Configured.of("item-knn"), 0)
    trainset = model.trainset
    mine = trainset.users == 7
    rated = fold_in.Rated(trainset.item_codes[trainset.items[mine]], trainset.values[mine])
    folded, code = fold_in.fold_in(model, rated)
    found = folded.algorithm.score_users(folded.trainset.inner_users[[code]])
    np.testing.assert_allclose(found, model.algorithm.score_users(np.array([7])), atol=1e-12)


def test_a_like_is_the_usual_weight(model, plays):
    assert model.trainset.ratings.liking == np.median(plays.ratings.values)


def test_somebody_of_whom_nothing_is_known_gets_what_is_popular(model, plays):
    popular = fold_in.most_popular(model)
    scores = popular.algorithm.score_users(np.array([0]))[0]
    by_code = scores[popular.trainset.inner_items]
    expected = np.bincount(plays.ratings.items, np.log1p(plays.ratings.values))
    np.testing.assert_array_equal(np.argsort(-by_code)[:5], np.argsort(-expected)[:5])


def test_of_ratings_that_nobody_likes_the_most_frequent_are_popular(small):
    low = dataclasses.replace(small.ratings, values=np.full(len(small.ratings), 1.0))
    model = models.train(dataclasses.replace(small, ratings=low), Configured.of("baseline-only"), 0)
    popular = fold_in.most_popular(model)
    by_code = popular.algorithm.score_users(np.array([0]))[0][popular.trainset.inner_items]
    assert np.argmax(by_code) == np.argmax(np.bincount(low.items))
