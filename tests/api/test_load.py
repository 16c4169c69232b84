"""`recli.load`: tables in memory are read as files are."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest
import surprise

import recli
from recli.errors import DataError, NotFoundError, UsageError


def same(one, other):
    """The same ratings of the same users and items, in the same order."""
    for field in ("users", "items", "values", "times"):
        np.testing.assert_array_equal(getattr(one.ratings, field), getattr(other.ratings, field))
    assert one.ratings.user_ids.text.tolist() == other.ratings.user_ids.text.tolist()
    assert one.ratings.scale == other.ratings.scale


def test_a_frame_is_read_as_the_file_is(tiny, ratings):
    before = ratings.copy()
    dataset = recli.load(ratings)
    same(dataset, recli.load(tiny / "ratings.csv"))
    assert {what: value for what, value, _ in dataset.sniffed}["item"] == "movieId"
    pd.testing.assert_frame_equal(ratings, before)
    assert os.listdir() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame.assign(timestamp=pd.to_datetime(frame["timestamp"], unit="s")),
        lambda frame: frame.assign(
            timestamp=pd.to_datetime(frame["timestamp"], unit="s", utc=True)
        ),
        lambda frame: frame.assign(userId=frame["userId"].astype(float)),
        lambda frame: frame.assign(movieId=frame["movieId"].astype("category")),
        lambda frame: frame.assign(userId=frame["userId"].astype(object)),
        lambda frame: frame.set_index(["userId", "movieId"]),
        lambda frame: frame.astype({"rating": "Float64", "movieId": "string"}),
        lambda frame: (
            frame.sample(frac=1, random_state=1).sort_index().set_axis(range(9, 9 + len(frame)))
        ),
    ],
    ids=[
        "dates",
        "dates of UTC",
        "floats",
        "categories",
        "objects",
        "index",
        "nullable",
        "other index",
    ],
)
def test_how_pandas_holds_it_does_not_matter(ratings, change):
    same(recli.load(change(ratings)), recli.load(ratings))


def test_columns_by_keyword(ratings):
    strange = ratings.set_axis(["a", "b", "c", "d"], axis=1)[["c", "d", "b", "a"]]
    dataset = recli.load(strange, user="a", item="b", rating="c", time="d", name="shop")
    same(dataset, recli.load(ratings))
    assert dataset.name == "shop"
    numbered = ratings.set_axis([3, 2, 1, 0], axis=1)
    same(recli.load(numbered, user=3, item=2, rating=1, time=0), recli.load(ratings))


def test_an_interaction_has_a_kind_and_a_weight():
    frame = pd.DataFrame(
        {
            "user": ["a", "a", "b"],
            "item": ["x", "y", "x"],
            "event": ["view", "buy", "view"],
            "n": [2, 1, 3],
        }
    )
    dataset = recli.load(frame, event="event", weight="n", weights={"view": 1, "buy": 10})
    assert dataset.ratings.implicit
    assert dataset.ratings.values.tolist() == [2, 10, 3]


def test_tables_of_items_and_users(ratings, movies):
    users = pd.DataFrame({"who": ratings["userId"].unique()}).assign(age=30, town="Bonn")
    dataset = recli.load(ratings, items=movies, users=users)
    assert (
        dataset.title(dataset.ratings.item_ids.code(str(movies["movieId"][0])))
        == movies["title"][0]
    )
    assert "genres" in [feature.name for feature in dataset.items.features]
    assert set(dataset.users.columns["town"]) == {"Bonn"}
    assert (
        type(dataset.description).__name__ == "Description"
    )  # without tables: it goes to processes


def test_a_file_of_ratings_with_a_frame_of_items_and_the_other_way_round(tiny, ratings, movies):
    one = recli.load(tiny / "ratings.csv", items=movies)
    other = recli.load(ratings, items=tiny / "movies.csv")
    assert one.fingerprint == other.fingerprint
    assert one.has_features


def test_lists_in_cells_are_categories(ratings, movies):
    lists = movies.assign(genres=movies["genres"].str.split("|"))
    dataset, plain = recli.load(ratings, items=lists), recli.load(ratings, items=movies)
    for one in (dataset, plain):
        [feature] = [feature for feature in one.items.features if feature.name == "genres"]
        assert one.items.labels_of(feature)[0] == plain.items.labels_of(feature)[0]


def test_to_surprise_and_back(tiny):
    dataset = recli.load(tiny / "ratings.csv")
    there = dataset.to_surprise()
    assert isinstance(there, surprise.Dataset)
    assert there.raw_ratings[0] == (
        str(dataset.ratings.user_ids.text[dataset.ratings.users[0]]),
        str(dataset.ratings.item_ids.text[dataset.ratings.items[0]]),
        dataset.ratings.values[0],
        str(dataset.ratings.times[0]),
    )
    same(recli.load(there), dataset)
    named = pd.DataFrame(there.raw_ratings, columns=["user", "item", "rate", "timestamp"])
    same(recli.load(named), dataset)


def test_of_surprise_from_pandas(ratings):
    reader = surprise.Reader(rating_scale=(0.5, 5))
    columns = ["userId", "movieId", "rating"]
    dataset = recli.load(surprise.Dataset.load_from_df(ratings[columns], reader))
    assert dataset.ratings.times is None
    assert dataset.ratings.values.tolist() == ratings["rating"].tolist()
    trainset = surprise.Dataset.load_from_df(ratings[columns], reader).build_full_trainset()
    assert dataset.trainset().global_mean == trainset.global_mean


def test_to_pandas(ratings):
    frame = recli.load(ratings).to_pandas()
    assert frame["user"].tolist() == ratings["userId"].tolist()
    assert frame["rating"].tolist() == ratings["rating"].tolist()
    assert frame["time"].dt.tz_localize(None).astype("datetime64[s]").astype("int64").tolist() == (
        ratings["timestamp"].tolist()
    )
    same(recli.load(frame), recli.load(ratings))


REFUSED = [
    ({"scale": (5, 1)}, UsageError, "scale=(5, 1)"),
    ({"header": False}, UsageError, "`header` says how a file is read"),
    ({"items_id": "movieId"}, UsageError, "`items_id` names a column of `items`"),
    ({"time_unit": "hours"}, UsageError, "There is no time_unit 'hours'"),
    (
        {"rating": "rating", "implicit": True},
        UsageError,
        '`rating="rating"` is for ratings, and `implicit=True` says',
    ),
    (
        {"items": pd.DataFrame({"id": ["p", "q"], "title": ["P", "Q"]}), "items_id": "id"},
        DataError,
        "`items` describes none of the ",
    ),
    ({"duplicates": "newest"}, UsageError, "There is no way of duplicates 'newest'"),
    ({"user": "nobody"}, DataError, "for the user: There is no column 'nobody'"),
]


@pytest.mark.parametrize(
    ("given", "error", "message"), REFUSED, ids=[str(one[0]) for one in REFUSED]
)
def test_what_is_refused(ratings, given, error, message):
    with pytest.raises(error) as caught:
        recli.load(ratings, **given)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"user": [1, 1], "item": [2, 2], "rating": [3, 4]}, 'Choose with `duplicates="first"`'),
        (
            {"user": [1, 2], "item": [2, 2], "rating": ["good", "4"]},
            "'good' is not a finite number",
        ),
        ({"user": [1, None], "item": [2, 2], "rating": [3, 4]}, "row 2: the user is empty"),
        ({"left": [1, 2, 1], "right": [5, 6, 6]}, "`user="),
        ({}, "has no column"),
        ({"user": [], "item": [], "rating": []}, "holds no rating"),
    ],
)
def test_bad_tables_say_where_and_what_to_do(frame, message):
    with pytest.raises(DataError) as caught:
        recli.load(pd.DataFrame(frame))
    assert message in str(caught.value)
    assert "--" not in str(caught.value)


def test_what_is_no_dataset():
    with pytest.raises(NotFoundError, match="There is no dataset or file 'movielens'"):
        recli.load("movielens")
    with pytest.raises(UsageError, match="of type list is no dataset"):
        recli.load([(1, 2, 3)])
    with pytest.raises(UsageError, match="is a dataset already"):
        recli.load(recli.load())
