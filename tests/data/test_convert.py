"""Datasets in the forms of other programs: read back by readers of their own."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import surprise

from recli import errors, registry
from recli.data.converters._base import Converter, converter
from recli.data.dataset import Dataset
from recli.data.load import load

FOLDER = Path(__file__).parents[2] / "datasets" / "movielens-small"
Triples = Callable[[Dataset], list[tuple[str, str, float]]]
TOML = """\
name = "odd"
title = "Odd things"
licence = "none"

[ratings]
file = "ratings.csv"
user = "user"
item = "item"
rating = "stars"
time = "time"
scale = [1, 5]
time_unit = "ms"

[items]
file = "items.csv"
id = "key"
title = "label"

[items.features]
genres = { kind = "categories", column = "kinds", separator = "/" }
length = { kind = "number" }
said = { kind = "year", column = "label", pattern = '\\((\\d+)\\)' }
plot = { kind = "text" }

[users]
file = "users.csv"
id = "who"
"""
RATINGS = '''\
user,item,stars,time
ann,007,4.5,1500000000123
ann,7,1,1500000000124
"b ""o""",007,3,-1
'''
ITEMS = '''\
key,label,kinds,length,plot,shelf id
007,"""Spy"" (1962)",film  noir/drama,109.5,"One\ttwo
three",a b
7,Seven,,,,
99,Nobody's,drama,95,word,c
'''
USERS = "who,age,town\nann,42,Ζ\nzed,7,X\n"


@pytest.fixture
def odd(tmp_path: Path) -> Dataset:
    """Ids that are no numbers, quotes, tabs, gaps, milliseconds, an item and a user without ratings."""
    folder = tmp_path / "odd"
    folder.mkdir()
    files = {"dataset.toml": TOML, "ratings.csv": RATINGS, "items.csv": ITEMS, "users.csv": USERS}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return load(str(folder))


@pytest.fixture(scope="module")
def movielens() -> Dataset:
    return load(str(FOLDER))


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """The ratings of movielens-small as pandas reads them."""
    frame = pd.read_csv(FOLDER / "ratings.csv")
    frame.columns = ["user_id", "item_id", "rating", "timestamp"]
    return frame


@pytest.fixture(scope="module")
def movies() -> pd.DataFrame:
    frame = pd.read_csv(FOLDER / "movies.csv", keep_default_na=False, dtype=str)
    return frame.set_index("movieId")


@pytest.mark.parametrize("name", registry.names("converter"))
def test_every_converter_says_what_it_is(name: str) -> None:
    kind = registry.get("converter", name)
    assert issubclass(kind, Converter)
    assert kind.summary
    assert all(suffix.startswith(".") for suffix in kind.suffixes)


@pytest.mark.parametrize(
    ("target", "form", "name"),
    [
        ("out", None, "dataset"),
        ("out.csv", None, "csv"),
        ("out.PQ", None, "parquet"),
        ("out.csv", "surprise", "surprise"),
        ("out", "RecBole", "recbole"),
    ],
)
def test_the_form_of_a_target(target: str, form: str | None, name: str) -> None:
    assert registry.name_of(type(converter(Path(target), form))) == name


def test_a_target_of_no_form() -> None:
    with pytest.raises(errors.UsageError, match=r"none of \.csv, \.parquet, \.pq\. Say the form"):
        converter(Path("out.xlsx"), None)
    with pytest.raises(errors.UsageError, match="Did you mean 'recbole'"):
        converter(Path("out"), "recbol")


# A folder of recli


def test_what_is_read_again_is_the_dataset(
    movielens: Dataset, odd: Dataset, tmp_path: Path
) -> None:
    for dataset in (movielens, odd):
        folder = tmp_path / "of" / dataset.name
        written = converter(folder, None).write(dataset, folder)
        again = load(str(folder))
        assert again.fingerprint == dataset.fingerprint
        assert again.ratings.time_unit == dataset.ratings.time_unit
        assert again.description.title == dataset.description.title
        assert again.description.licence == dataset.description.licence
        assert written.rows["ratings.parquet"] == len(dataset.ratings)


def test_what_a_folder_holds(odd: Dataset, tmp_path: Path) -> None:
    written = converter(tmp_path, "dataset").write(odd, tmp_path / "new")
    assert written.rows == {"ratings.parquet": 3, "items.parquet": 3, "users.parquet": 1}
    assert written.notes == ("Users without a rating are left out: 1.",)
    items = pq.read_table(tmp_path / "new" / "items.parquet").to_pylist()
    assert {row["key"]: row["label"] for row in items} == {
        "007": '"Spy" (1962)', "7": "Seven", "99": "Nobody's",
    }  # fmt: skip
    assert {row["key"]: row["plot"] for row in items}["007"] == "One\ttwo\nthree"
    users = pq.read_table(tmp_path / "new" / "users.parquet").to_pylist()
    assert users == [{"who": "ann", "age": "42", "town": "Ζ"}]
    times = pq.read_table(tmp_path / "new" / "ratings.parquet")["timestamp"]
    assert str(times.type) == "timestamp[ms, tz=UTC]"
    assert times.cast("int64").to_pylist() == [1_500_000_000_123, 1_500_000_000_124, -1]


# One file


def test_parquet(movielens: Dataset, raw: pd.DataFrame, tmp_path: Path) -> None:
    written = converter(tmp_path / "r.parquet", None).write(movielens, tmp_path / "r.parquet")
    frame = pd.read_parquet(tmp_path / "r.parquet")
    assert frame["timestamp"].dt.tz is not None
    frame["timestamp"] = frame["timestamp"].dt.tz_convert(None).astype("M8[s]").astype("int64")
    pd.testing.assert_frame_equal(frame, raw, check_dtype=False)
    assert written.rows == {"r.parquet": 100_004}
    assert written.notes == ("The item table is left out: this form holds ratings alone.",)


def test_csv(movielens: Dataset, raw: pd.DataFrame, tmp_path: Path) -> None:
    converter(tmp_path / "r.csv", None).write(movielens, tmp_path / "r.csv")
    frame = pd.read_csv(tmp_path / "r.csv", parse_dates=["timestamp"])
    frame["timestamp"] = frame["timestamp"].dt.tz_convert(None).astype("M8[s]").astype("int64")
    pd.testing.assert_frame_equal(frame, raw, check_dtype=False)


def test_csv_of_odd_texts(odd: Dataset, tmp_path: Path, triples: Triples) -> None:
    converter(tmp_path / "r.csv", None).write(odd, tmp_path / "r.csv")
    frame = pd.read_csv(tmp_path / "r.csv", dtype=str)
    assert frame.columns.tolist() == ["user_id", "item_id", "rating", "timestamp"]
    assert frame["user_id"].tolist() == ["ann", "ann", 'b "o"']
    assert frame["item_id"].tolist() == ["007", "7", "007"]
    moments = pd.to_datetime(frame["timestamp"], format="ISO8601")
    assert moments[0] == pd.Timestamp("2017-07-14T02:40:00.123Z")
    assert moments[2] == pd.Timestamp("1969-12-31T23:59:59.999Z")
    again = load(str(tmp_path / "r.csv"))
    assert triples(again) == triples(odd)
    assert again.ratings.time_unit == "ms"
    assert again.ratings.times is not None
    assert again.ratings.times.tolist() == [1_500_000_000_123, 1_500_000_000_124, -1]


# Surprise, by Surprise


def by_surprise(path: Path, line_format: str = "user item rating timestamp") -> list[tuple]:
    reader = surprise.Reader(line_format=line_format, sep="\t", rating_scale=(0.5, 5))
    return surprise.Dataset.load_from_file(str(path), reader).raw_ratings


def test_surprise(movielens: Dataset, raw: pd.DataFrame, tmp_path: Path) -> None:
    written = converter(tmp_path, "surprise").write(movielens, tmp_path / "u.data")
    assert by_surprise(tmp_path / "u.data") == [
        (str(user), str(item), rating, str(time))
        for user, item, rating, time in raw.itertuples(index=False)
    ]
    assert written.notes[-1].startswith(
        r"Read it with surprise.Reader(line_format='user item rating timestamp', sep='\t', "
        "rating_scale=(0.5, 5))"
    )


def test_surprise_with_parts_of_seconds(odd: Dataset, tmp_path: Path) -> None:
    converter(tmp_path, "surprise").write(odd, tmp_path / "u.data")
    assert by_surprise(tmp_path / "u.data") == [
        ("ann", "007", 4.5, "1500000000.123"),
        ("ann", "7", 1.0, "1500000000.124"),
        ('b "o"', "007", 3.0, "-0.001"),
    ]


def test_surprise_without_times(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("user,item,rating\na,b,4\nc,d,3.5\n", encoding="utf-8")
    converter(tmp_path, "surprise").write(load(str(tmp_path / "r.csv")), tmp_path / "u.data")
    assert by_surprise(tmp_path / "u.data", "user item rating") == [
        ("a", "b", 4.0, None),
        ("c", "d", 3.5, None),
    ]


@pytest.mark.parametrize("wrong", ["a\tb", " a", "a "])
def test_ids_that_surprise_would_read_as_others(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(f"user,item,rating\n{wrong},b,4\nc,d,3\n", encoding="utf-8")
    dataset = load(str(tmp_path / "r.csv"), {"delimiter": ","})
    with pytest.raises(errors.DataError, match="1 ids of users have a tab, a line end, or spaces"):
        converter(tmp_path, "surprise").write(dataset, tmp_path / "u.data")
    assert not (tmp_path / "u.data").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["r.csv"]


# RecBole, by what its loader does: pandas for the table, colons and spaces by hand


def by_recbole(path: Path) -> tuple[dict[str, str], pd.DataFrame]:
    """The types of an atomic file, and its content."""
    with path.open(encoding="utf-8") as file:
        fields = [field.split(":") for field in file.readline()[:-1].split("\t")]
    types = dict(fields)
    frame = pd.read_csv(path, delimiter="\t", encoding="utf-8", engine="python", dtype=str)
    frame.columns = list(types)
    for name, kind in types.items():
        if kind == "float":
            frame[name] = frame[name].astype(float)
        if kind == "token_seq":
            cells = frame[name].fillna("")
            frame[name] = [list(filter(None, cell.split(" "))) for cell in cells]
    return types, frame


def test_recbole(
    movielens: Dataset, raw: pd.DataFrame, movies: pd.DataFrame, tmp_path: Path
) -> None:
    written = converter(tmp_path, "recbole").write(movielens, tmp_path / "ml")
    assert written.rows == {"ml.inter": 100_004, "ml.item": len(movies)}
    types, frame = by_recbole(tmp_path / "ml" / "ml.inter")
    assert types == {
        "user_id": "token", "item_id": "token", "rating": "float", "timestamp": "float",
    }  # fmt: skip
    frame = frame.astype({"user_id": int, "item_id": int})
    pd.testing.assert_frame_equal(frame, raw, check_dtype=False)
    types, items = by_recbole(tmp_path / "ml" / "ml.item")
    assert types == {
        "item_id": "token", "title": "token_seq", "genres": "token_seq", "year": "float",
    }  # fmt: skip
    items = items.set_index("item_id")
    assert set(items.index) == set(movies.index)
    for key, row in movies.iterrows():
        assert " ".join(items["title"][key]) == " ".join(row["title"].split())
        expected = row["genres"].replace(" ", "_").split("|") if row["genres"] else []
        assert items["genres"][key] == expected
        year = items["year"][key]
        assert (year == float(row["year"])) if row["year"] else np.isnan(year)


def test_recbole_of_odd_texts(odd: Dataset, tmp_path: Path) -> None:
    written = converter(tmp_path, "recbole").write(odd, tmp_path / "odd-rb")
    assert written.notes == (
        "Users without a rating are left out: 1.",
        "Categories with spaces or commas in them have underscores instead: sequences are cut there.",
    )
    _, ratings = by_recbole(tmp_path / "odd-rb" / "odd-rb.inter")
    assert ratings["user_id"].tolist() == ["ann", "ann", 'b "o"']
    assert ratings["item_id"].tolist() == ["007", "7", "007"]
    assert ratings["timestamp"].tolist() == [1500000000.123, 1500000000.124, -0.001]
    types, items = by_recbole(tmp_path / "odd-rb" / "odd-rb.item")
    assert types == {
        "item_id": "token", "title": "token_seq", "genres": "token_seq", "length": "float",
        "said": "float", "plot": "token_seq", "shelf_id": "token",
    }  # fmt: skip
    row = items.set_index("item_id").loc["007"]
    assert row["title"] == ['"Spy"', "(1962)"]
    assert row["genres"] == ["film_noir", "drama"]
    assert (row["length"], row["said"]) == (109.5, 1962.0)
    assert row["plot"] == ["One", "two", "three"]
    assert items.set_index("item_id").loc["7", "genres"] == []
    types, users = by_recbole(tmp_path / "odd-rb" / "odd-rb.user")
    assert types == {"user_id": "token", "age": "token", "town": "token"}
    assert users.to_numpy().tolist() == [["ann", "42", "Ζ"]]


# LensKit, by what its loader does: the schema, and a table for each class


def by_lenskit(folder: Path) -> tuple[dict, dict[str, pd.DataFrame]]:
    schema = json.loads((folder / "schema.json").read_text(encoding="utf8"))
    names = [*schema["entities"], *schema["relationships"]]
    return schema, {name: pd.read_parquet(folder / f"{name}.parquet") for name in names}


def test_lenskit(
    movielens: Dataset, raw: pd.DataFrame, movies: pd.DataFrame, tmp_path: Path
) -> None:
    written = converter(tmp_path, "lenskit").write(movielens, tmp_path / "lk")
    assert written.rows == {"rating.parquet": 100_004, "item.parquet": 9_066, "user.parquet": 671}
    schema, tables = by_lenskit(tmp_path / "lk")
    assert schema["version"] == "2025.3"
    assert schema["default_interaction"] == "rating"
    about = schema["relationships"]["rating"]
    assert list(about["entities"]) == ["user", "item"]
    assert about["interaction"] is True
    assert about["repeats"] == "forbidden"
    pairs = tables["rating"]
    assert set(pairs.columns) == {"user_num", "item_num", *about["attributes"]}
    in_order = pairs.sort_values(["user_num", "item_num"])
    assert in_order.index.tolist() == pairs.index.tolist()
    pairs["user_id"] = tables["user"]["user_id"].to_numpy()[pairs["user_num"]]
    pairs["item_id"] = tables["item"]["item_id"].to_numpy()[pairs["item_num"]]
    pairs["timestamp"] = pairs["timestamp"].astype("M8[s]").astype("int64")
    keys = ["user_id", "item_id"]
    found, expected = (frame.set_index(keys).sort_index() for frame in (pairs, raw))
    columns = ["rating", "timestamp"]
    pd.testing.assert_frame_equal(found[columns], expected[columns], check_dtype=False)
    items = tables["item"]
    layouts = {
        name: one["layout"] for name, one in schema["entities"]["item"]["attributes"].items()
    }
    assert layouts == {"title": "scalar", "genres": "list", "year": "scalar"}
    assert items["item_id"].dtype == np.int64
    for row in items.itertuples():
        movie = movies.loc[str(row.item_id)]
        assert (row.title if isinstance(row.title, str) else "") == movie["title"]
        assert [] if row.genres is None else list(row.genres) == movie["genres"].split("|")
        assert np.isnan(row.year) if not movie["year"] else row.year == float(movie["year"])


def test_recbole_is_read_again(
    movielens: Dataset, odd: Dataset, tmp_path: Path, triples: Triples
) -> None:
    for dataset in (movielens, odd):
        folder = tmp_path / f"{dataset.name}-rb"
        converter(folder, "recbole").write(dataset, folder)
        again = load(str(folder))
        assert triples(again) == triples(dataset)
        assert timed(again) == timed(dataset)
        assert again.ratings.time_unit == dataset.ratings.time_unit
        assert again.items is not None
        assert dataset.items is not None
        assert again.items.titles is not None
        assert again.items.titles.tolist() == dataset.items.titles.tolist()
        kinds = {feature.name: feature.kind for feature in again.items.features}
        assert kinds["genres"] == "categories"
    assert kinds == {
        "genres": "categories",
        "length": "number",
        "said": "number",
        "plot": "categories",
    }
    assert again.users is not None
    assert sorted(again.users.columns) == ["age", "town"]


def timed(dataset: Dataset) -> list[tuple[str, str, int]]:
    ratings = dataset.ratings
    assert ratings.times is not None
    users, items = ratings.user_ids.text[ratings.users], ratings.item_ids.text[ratings.items]
    return list(zip(users, items, ratings.times.tolist(), strict=True))


def test_lenskit_is_read_again(
    movielens: Dataset, odd: Dataset, tmp_path: Path, triples: Triples
) -> None:
    for dataset in (movielens, odd):
        folder = tmp_path / f"{dataset.name}-lk"
        converter(folder, "lenskit").write(dataset, folder)
        again = load(str(folder))
        assert sorted(triples(again)) == sorted(triples(dataset))
        assert sorted(timed(again)) == sorted(timed(dataset))
        assert again.ratings.item_ids.text.tolist() == dataset.ratings.item_ids.text.tolist()
        assert again.ratings.time_unit == dataset.ratings.time_unit
        assert again.items is not None
        assert dataset.items is not None
        assert again.items.titles is not None
        assert again.items.titles.tolist() == dataset.items.titles.tolist()
        genres = next(feature for feature in dataset.items.features if feature.name == "genres")
        again_genres = next(one for one in again.items.features if one.name == "genres")
        labels = dataset.items.labels_of(genres)
        assert again.items.labels_of(again_genres) == labels


# What is there already, and what goes wrong


@pytest.mark.parametrize("form", registry.names("converter"))
def test_what_is_there_stays(form: str, odd: Dataset, tmp_path: Path) -> None:
    target = tmp_path / "out"
    made = converter(target, form)
    made.write(odd, target)
    with pytest.raises(errors.UsageError, match="is there already. '--force' replaces it"):
        made.write(odd, target)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    made.write(odd, target, replace=True)
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("form", registry.names("converter"))
def test_nothing_else_is_replaced(form: str, odd: Dataset, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "thesis.tex").write_text("mine", encoding="utf-8")
    with pytest.raises(
        errors.UsageError, match=r"thesis\.tex|is a folder, and this form is a file"
    ):
        converter(target, form).write(odd, target, replace=True)
    assert [path.name for path in target.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("form", ["dataset", "recbole", "lenskit"])
def test_a_file_where_a_folder_would_be(form: str, odd: Dataset, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("mine", encoding="utf-8")
    with pytest.raises(errors.UsageError, match="is a file, and this form is a folder"):
        converter(target, form).write(odd, target, replace=True)
    assert target.read_text(encoding="utf-8") == "mine"


# Interactions


@pytest.mark.parametrize(
    ("form", "path", "read"),
    [
        ("parquet", "out", lambda path: pd.read_parquet(path)),
        ("recbole", "out/out.inter", lambda path: by_recbole(path)[1]),
        ("lenskit", "out/interaction.parquet", lambda path: pd.read_parquet(path)),
    ],
)
def test_weights_of_interactions(
    form: str, path: str, read: Callable, odd: Dataset, tmp_path: Path
) -> None:
    times = odd.ratings.times
    assert times is not None
    ratings = dataclasses.replace(odd.ratings, implicit=True, first_times=times - 1)
    written = converter(tmp_path, form).write(
        dataclasses.replace(odd, ratings=ratings), tmp_path / "out"
    )
    frame = read(tmp_path / path)
    assert "rating" not in frame.columns
    assert sorted(frame["weight"]) == [1.0, 3.0, 4.5]
    assert written.notes[0] == "When a pair of user and item was first seen is left out."


def test_a_dataset_of_interactions_says_so(odd: Dataset, tmp_path: Path) -> None:
    ratings = dataclasses.replace(odd.ratings, implicit=True)
    converter(tmp_path, "dataset").write(
        dataclasses.replace(odd, ratings=ratings), tmp_path / "out"
    )
    text = (tmp_path / "out" / "dataset.toml").read_text(encoding="utf-8")
    assert 'weight = "weight"\nimplicit = true\n' in text.replace('time = "timestamp"\n', "")
