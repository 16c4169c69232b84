"""LensKit's native datasets, laid out by hand."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recli import errors
from recli.data.dataset import Dataset
from recli.data.load import load

Triples = Callable[[Dataset], list[tuple[str, str, float]]]

SCALAR = {"layout": "scalar", "vector_size": None}
PAIRS = {"user": None, "item": None}


def schema(**more: object) -> dict:
    return {
        "version": "2025.3",
        "name": "Shelf",
        "default_interaction": "rating",
        "entities": {
            "item": {
                "id_type": "str",
                "attributes": {
                    "title": SCALAR,
                    "genres": {"layout": "list", "vector_size": None},
                    "year": SCALAR,
                    "pages": SCALAR,
                    "embedding": {"layout": "vector", "vector_size": 2},
                },
            },
            "user": {"id_type": "int", "attributes": {"town": SCALAR}},
        },
        "relationships": {
            "rating": {
                "entities": PAIRS,
                "interaction": True,
                "repeats": "forbidden",
                "attributes": {"rating": SCALAR, "timestamp": SCALAR},
            },
            "click": {"entities": PAIRS, "interaction": True, "attributes": {"count": SCALAR}},
        },
    } | more


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two users, not in the order of their ids, and three items, one of them without a rating."""
    path = tmp_path / "shelf"
    path.mkdir()
    (path / "schema.json").write_text(json.dumps(schema()), encoding="utf-8")
    item = {
        "item_id": ["a", "007", "z"],
        "title": ["Alpha", "Bond", None],
        "genres": [["x y", "z"], None, ["z"]],
        "year": [1962.0, None, 1999.0],
        "pages": [100, 200, None],
        "embedding": pa.array([[0.5, 1], [0.25, 2], [0, 3]], pa.list_(pa.float32(), 2)),
    }
    pq.write_table(pa.table(item), path / "item.parquet")
    user = {"user_id": [42, 7], "town": ["Ζ", "X"]}
    pq.write_table(pa.table(user), path / "user.parquet")
    moments = [datetime.datetime(2020, 1, day, microsecond=500_000) for day in (1, 2, 3)]
    rating = {
        "user_num": pa.array([0, 0, 1], pa.int32()),
        "item_num": pa.array([0, 1, 0], pa.int32()),
        "rating": pa.array([4, 3.5, 5], pa.float32()),
        "timestamp": pa.array(moments, pa.timestamp("us")),
    }
    pq.write_table(pa.table(rating), path / "rating.parquet")
    click = {"user_num": [1, 1], "item_num": [2, 1], "count": [3, 1]}
    pq.write_table(pa.table(click), path / "click.parquet")
    return path


def test_a_folder(folder: Path, triples: Triples) -> None:
    dataset = load(str(folder))
    assert dataset.name == "shelf"
    assert dataset.description.title == "Shelf"
    assert triples(dataset) == [("42", "a", 4.0), ("42", "007", 3.5), ("7", "a", 5.0)]
    ratings = dataset.ratings
    assert ratings.time_unit == "ms"
    assert ratings.times is not None
    assert ratings.times.tolist() == [1_577_836_800_500, 1_577_923_200_500, 1_578_009_600_500]
    assert ratings.item_ids.text.tolist() == ["007", "a", "z"]
    assert dataset.items is not None
    assert dataset.items.titles is not None
    assert dataset.items.titles.tolist() == ["Bond", "Alpha", ""]
    kinds = {feature.name: feature.kind for feature in dataset.items.features}
    assert kinds == {"genres": "categories", "year": "year", "pages": "number"}
    assert dataset.items.columns["year"].tolist() == ["", "1962", "1999"]
    assert dataset.users is not None
    assert dict(zip(ratings.user_ids.text, dataset.users.columns["town"], strict=True)) == {
        "42": "Ζ",
        "7": "X",
    }


def test_its_schema_alone_is_the_ratings(folder: Path, triples: Triples) -> None:
    dataset = load(str(folder / "schema.json"), {"format": "lenskit"})
    assert triples(dataset)[0] == ("42", "a", 4.0)
    assert dataset.items is None


def test_interactions_of_several_kinds(folder: Path, triples: Triples) -> None:
    clicks = load(f"{folder / 'schema.json'}::click", {"format": "lenskit", "rating": "count"})
    assert triples(clicks) == [("7", "z", 3.0), ("7", "007", 1.0)]
    text = json.dumps(schema(default_interaction=None))
    (folder / "schema.json").write_text(text, encoding="utf-8")
    with pytest.raises(errors.DataError, match=r"holds 2 relationships.*schema\.json::rating"):
        load(str(folder))


def test_without_users_or_items_of_their_own(folder: Path, triples: Triples) -> None:
    about = schema()
    for entity in about["entities"].values():
        entity["attributes"] = {}
    (folder / "schema.json").write_text(json.dumps(about), encoding="utf-8")
    dataset = load(str(folder))
    assert len(dataset.ratings) == 3
    assert (dataset.items, dataset.users) == (None, None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is no JSON"),
        ("[]", "names no entities or no relationships"),
        ("{}", "names no entities or no relationships"),
        (json.dumps(schema(relationships={})), "holds no relationship"),
        ("", "the file is empty"),
    ],
)
def test_a_schema_that_is_none(content: str, message: str, folder: Path) -> None:
    (folder / "schema.json").write_text(content, encoding="utf-8")
    with pytest.raises(errors.DataError, match=message):
        load(str(folder))


@pytest.mark.parametrize("name", ["user", "item", "rating"])
def test_a_file_that_is_not_there(name: str, folder: Path) -> None:
    (folder / f"{name}.parquet").unlink()
    with pytest.raises(errors.DataError, match=rf"{name}\.parquet: no such file, although"):
        load(str(folder))


@pytest.mark.parametrize("name", ["user", "item", "rating"])
def test_a_file_that_is_damaged(name: str, folder: Path) -> None:
    path = folder / f"{name}.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(errors.DataError, match=rf"{name}\.parquet: cannot be read as Parquet"):
        load(str(folder))


def test_a_place_that_is_not_there(folder: Path) -> None:
    pq.write_table(
        pa.table({"user_num": [0], "item_num": [9], "rating": [3.0]}), folder / "rating.parquet"
    )
    with pytest.raises(errors.DataError, match="cannot be read as a dataset of LensKit"):
        load(str(folder))


def test_a_column_that_is_not_there(folder: Path) -> None:
    pq.write_table(pa.table({"user": [0], "item_num": [0]}), folder / "rating.parquet")
    with pytest.raises(errors.DataError, match=r"rating\.parquet: There is no column 'user_num'"):
        load(str(folder))
