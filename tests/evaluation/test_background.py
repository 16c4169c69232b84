"""What lists are judged against, worked out by hand; and which metrics a dataset can have."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from recli import errors, registry
from recli.data.dataset import Dataset
from recli.data.description import Description, Feature, RatingsSource
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.tables.items import Items
from recli.data.training_statistics import TrainingStatistics, missing_features

GENRES = Feature("genres", "categories", "genres")
FLAGS = Feature("kind", "flags", "kind", columns=("Short", "Silent"))
PLOT = Feature("plot", "text", "plot")
YEAR = Feature("year", "number", "year")
COLUMNS = {
    "genres": ["War|Drama", "Drama", "", ""],
    "Short": ["1", "1", "0", "1"],
    "Silent": ["0", "0", "0", "1"],
    "plot": ["a dog", "a cat", "the dog", ""],
    "year": ["1990", "2000", "2010", "2020"],
}
# User, item, rating. The last two are the test.
ROWS = [(0, 0, 5), (0, 1, 4), (0, 2, 1), (1, 1, 4), (1, 1, 5), (2, 2, 3), (1, 0, 5), (3, 3, 5)]
HALF = 1 / math.sqrt(2)


def dataset(*features: Feature) -> Dataset:
    users, items, values = zip(*ROWS, strict=True)
    ratings = Ratings(
        Ids.of(["u0", "u1", "u2", "u3"]),
        Ids.of(["i0", "i1", "i2", "i3"]),
        np.array(users, np.int32),
        np.array(items, np.int32),
        np.array(values, np.float64),
        None,
        (1.0, 5.0),
    )
    columns = {name: np.array(column, object) for name, column in COLUMNS.items()}
    table = Items(ratings.item_ids, columns, np.ones(4, bool), None, features)
    description = Description("hand", Path(), RatingsSource())
    return Dataset("hand", description, ratings, table if features else None)


def statistics(*features: Feature) -> TrainingStatistics:
    return TrainingStatistics(dataset(*features), np.arange(len(ROWS) - 2), threshold=4)


def test_counts_are_of_the_training_rows() -> None:
    known = statistics()
    assert known.n_items == 4
    assert known.popularity.tolist() == [1, 3, 2, 0]
    assert known.raters.tolist() == [1, 2, 2, 0]  # user 1 rated item 1 twice
    assert known.activity.tolist() == [3, 2, 1, 0]


def test_places_in_a_list_of_the_most_popular() -> None:
    """The order is 1 2 0 3; user 0 is left with 3, user 1 with 2 0 3, user 3 with all."""
    users, items = np.array([0, 1, 1, 1, 2, 3, 3]), np.array([3, 2, 0, 3, 1, 1, 3])
    places = statistics().popularity_places(users, items)
    assert places.tolist() == [0, 0, 1, 2, 0, 0, 3]


def test_of_equally_popular_items_none_is_before_the_others() -> None:
    known = TrainingStatistics(dataset(), np.array([0, 1]), threshold=4)
    places = known.popularity_places(np.full(4, 3), np.array([0, 1, 2, 3]))
    assert places.tolist() == [0, 0, 2, 2]  # 0 and 1 are rated once


def test_features_are_of_length_one_without_numbers() -> None:
    both = statistics(GENRES, FLAGS, YEAR).features.toarray()  # Drama, War, Short, Silent
    np.testing.assert_allclose(
        both, [[0.5, 0.5, HALF, 0], [HALF, 0, HALF, 0], [0, 0, 0, 0], [0, 0, HALF, HALF]]
    )
    words = statistics(PLOT, YEAR).features
    assert words.shape == (4, 3)  # cat, dog, the; no year
    np.testing.assert_allclose(np.sqrt(words.multiply(words).sum(axis=1)), [1, 1, 1, 0])


def test_a_weight_of_one_spread_over_all_categories() -> None:
    found = statistics(GENRES, FLAGS, PLOT, YEAR).categories.toarray()
    third = 1 / 3
    np.testing.assert_allclose(
        found, [[third, third, third, 0], [0.5, 0, 0.5, 0], [0, 0, 0, 0], [0, 0, 0.5, 0.5]]
    )


def test_tastes_are_of_liked_training_items() -> None:
    """User 0 liked items 0 and 1; user 1 item 1, twice; user 2 nothing; user 3 only in the test."""
    found = statistics(GENRES).tastes.toarray()
    np.testing.assert_allclose(found, [[0.75, 0.25], [1, 0], [0, 0], [0, 0]])


def test_an_item_liked_twice_counts_once() -> None:
    rows = [(0, 0, 5), (0, 1, 5), (0, 1, 4)]
    known = statistics(GENRES)
    ratings = known.dataset.ratings
    users, items, values = zip(*rows, strict=True)
    again = Ratings(
        ratings.user_ids,
        ratings.item_ids,
        np.array(users, np.int32),
        np.array(items, np.int32),
        np.array(values, np.float64),
        None,
        ratings.scale,
    )
    twice = Dataset("twice", known.dataset.description, again, known.dataset.items)
    found = TrainingStatistics(twice, np.arange(3), threshold=4).tastes.toarray()
    np.testing.assert_allclose(found[0], [0.75, 0.25])


NEEDS = {
    name: registry.get("metric", name).features
    for name in registry.names("metric")
    if registry.get("metric", name).features
}


def test_which_metrics_need_features() -> None:
    assert {"diversity": "any", "calibration": "categories"}.items() <= NEEDS.items()


@pytest.mark.parametrize("name", registry.names("metric"))
@pytest.mark.parametrize(
    ("features", "kinds"),
    [
        ([], set()),
        ([YEAR], set()),
        ([PLOT, YEAR], {"any"}),
        ([YEAR, FLAGS], {"any", "categories"}),
        ([GENRES], {"any", "categories"}),
    ],
    ids=["none", "number", "text", "flags", "categories"],
)
def test_missing_features(name: str, features: list[Feature], kinds: set[str]) -> None:
    text = missing_features(registry.get("metric", name).features, dataset(*features))
    assert (text == "") == (name not in NEEDS or NEEDS[name] in kinds)
    if text:
        assert text.startswith("needs item features of the kind categories or flags")
        assert text.endswith("and dataset 'hand' declares none")


@pytest.mark.parametrize("features", [[], [YEAR]], ids=["none", "number"])
@pytest.mark.parametrize("what", ["features", "categories", "tastes"])
def test_what_needs_features_says_how_to_declare_them(what: str, features: list[Feature]) -> None:
    with pytest.raises(errors.DataError, match=r"(?s)'hand' declares none.*\[items.features\]"):
        getattr(statistics(*features), what)
