"""The engine spark: what it reads, checks, learns, recommends and measures is what this machine does."""

from __future__ import annotations

import dataclasses
import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recli import errors, registry
from recli.experiments.reading import Reading

pytestmark = [
    pytest.mark.services,
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
if importlib.util.find_spec("pyspark") is None:
    pytest.skip("pyspark is not installed: 'make test-services' does it", allow_module_level=True)
if shutil.which("java") is None:
    pytest.skip("Java is not installed: 'make test-services' does it", allow_module_level=True)

COLUMNS = {"user": "who", "item": "what", "rating": "stars", "time": "at"}


@pytest.fixture(scope="module")
def spark():
    """The engine, on two cores; its splits are small, so that a small file has several."""
    conf = {
        "spark.driver.memory": "1g",
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.files.maxPartitionBytes": "400k",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "5000",
    }
    engine = registry.get("engine", "spark")("local[2]", conf)
    yield engine
    engine.session.stop()


def same(spark, reading: Reading):
    """The dataset as Spark and as this machine reads it, once both are found to be the same."""
    mine, theirs = reading.load(), spark.load(reading)
    assert theirs.fingerprint == mine.fingerprint
    assert theirs.name == mine.name
    assert [str(row) for row in theirs.bad_rows] == [str(row) for row in mine.bad_rows]
    assert [row.text for row in theirs.bad_rows] == [row.text for row in mine.bad_rows]
    assert (theirs.merged, theirs.kinds, theirs.sniffed) == (mine.merged, mine.kinds, mine.sniffed)
    assert theirs.ratings.time_unit == mine.ratings.time_unit
    if mine.ratings.first_times is not None:
        assert np.array_equal(theirs.ratings.first_times, mine.ratings.first_times)
    return theirs


def refused(spark, reading: Reading) -> str:
    """What both say, word for word."""
    with pytest.raises(errors.RecliError) as mine:
        reading.load()
    with pytest.raises(type(mine.value)) as theirs:
        spark.load(reading)
    assert str(theirs.value) == str(mine.value)
    return str(theirs.value)


def dirty(rng: np.random.Generator, n: int = 30_000) -> list[str]:
    """Lines of a table with all that goes wrong in tables."""
    lines = []
    for row in range(n):
        user, item = f"u {rng.integers(400)}", f"i-{rng.integers(300)}"
        stars, at = f"{rng.integers(2, 11) / 2:g}", f"{1_500_000_000 + int(rng.integers(10**8))}"
        fault = rng.integers(200)
        if fault == 0:
            user = ""
        elif fault == 1:
            stars = str(rng.choice(["", "five", "7", "-1", "nan", "4,5"]))
        elif fault == 2:
            at = str(rng.choice(["", "yesterday", "1e99"]))
        elif fault == 3:
            lines.append("" if row % 2 else f"{user},{item}")
            continue
        elif fault == 4:
            item = f'"quoted, {item}"'
        elif fault == 5:
            at = f"{at}.5"
        lines.append(f"{user},{item},{stars},{at}")
    return lines


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    """A dirty table of 1 MB, which Spark cuts into several splits."""
    path = tmp_path_factory.mktemp("dirty") / "stars.csv"
    lines = ["who,what,stars,at", *dirty(np.random.default_rng(1))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_movielens_is_the_same_to_the_last_bit(spark):
    found = same(spark, Reading("movielens-small"))
    assert len(found.ratings) == 100_004
    assert found.items is not None
    assert found.title(0) == "Toy Story"


@pytest.mark.parametrize("how", ["first", "last", "mean"])
def test_a_dirty_table_is_cleaned_alike(spark, table, how):
    overrides = {**COLUMNS, "scale": (1.0, 5.0)}
    found = same(spark, Reading(str(table), overrides, on_bad="skip", duplicates=how))
    assert len(found.bad_rows) > 300
    assert found.merged > 100


def test_bad_rows_are_refused_in_the_same_words(spark, table):
    said = refused(spark, Reading(str(table), COLUMNS, duplicates="last"))
    assert "line " in said and "… and" in said


def test_repeated_pairs_are_refused_in_the_same_words(spark, table):
    said = refused(spark, Reading(str(table), COLUMNS, on_bad="skip"))
    assert "repeat a pair of user and item" in said


def test_interactions_add_up(spark, table, tmp_path):
    shop = tmp_path / "shop.csv"
    rng = np.random.default_rng(3)
    kinds = rng.choice(["view", "cart", "buy"], 20_000, p=[0.8, 0.15, 0.05])
    rows = [
        f"{rng.integers(300)};p{rng.integers(200)};{kind};2021-0{1 + n % 9}-11T10:00:00"
        for n, kind in enumerate(kinds)
    ]
    shop.write_text("\n".join(["visitor;product;event;time", *rows]) + "\n", encoding="utf-8")
    weights = {"view": 0.0, "cart": 0.3, "buy": 1.1}
    found = same(spark, Reading(str(shop), {"weights": weights}))
    assert found.ratings.implicit
    assert found.merged > 0
    refused(spark, Reading(str(shop), {"weights": {"view": 1.0}}))


def test_ids_with_point_zero_and_words_for_none(spark, tmp_path):
    rng = np.random.default_rng(4)
    rows = [
        f"{rng.integers(1, 90)}.0,{rng.integers(1, 60)},{rng.integers(1, 6)}" for _ in range(9_000)
    ]
    rows[100], rows[8_000], rows[8_500] = "NULL,3,4", "7.0,NULL,four", "NULL,NULL,5"
    path = tmp_path / "floats.csv"
    path.write_text("\n".join(["user,item,rating", *rows]) + "\n", encoding="utf-8")
    found = same(spark, Reading(str(path), on_bad="skip", duplicates="first"))
    assert len(found.bad_rows) == 3
    assert found.ratings.user_ids.integers
    assert any("42.0 is the user 42" in note for note in found.notes)


def test_parts_with_headers_of_their_own(spark, tmp_path):
    rng = np.random.default_rng(5)
    for part in range(3):
        rows = [f"u{rng.integers(50)},i{rng.integers(40)},{rng.integers(1, 6)}" for _ in range(500)]
        (tmp_path / f"part-{part}.csv").write_text("\n".join(["user,item,rating", *rows]) + "\n")
    found = same(spark, Reading(f"{tmp_path}/part-*.csv", duplicates="last"))
    assert found.ratings.n_users == 50


def test_parquet(spark, tmp_path):
    rng = np.random.default_rng(6)
    n = 20_000
    columns = {
        "userId": rng.integers(1, 500, n),
        "movieId": rng.integers(1, 400, n).astype(float),
        "rating": rng.integers(1, 11, n) / 2,
        "timestamp": (rng.integers(0, 10**6, n) * 1500).astype("datetime64[ms]"),
    }
    pq.write_table(pa.table(columns), tmp_path / "ratings.parquet", row_group_size=3_000)
    found = same(spark, Reading(str(tmp_path / "ratings.parquet"), duplicates="mean"))
    assert found.ratings.time_unit == "ms"


def test_a_table_of_the_catalogue(spark, tmp_path):
    rows = [(f"u{n % 7}", f"i{n % 11}", float(1 + n % 5)) for n in range(70)]
    spark.session.createDataFrame(rows, "user string, item string, rating double").coalesce(
        1
    ).createOrReplaceTempView("stars")
    found = spark.load(Reading("table://stars"))
    path = tmp_path / "stars.csv"
    path.write_text(
        "\n".join(["user,item,rating", *(",".join(map(str, row)) for row in rows)]) + "\n"
    )
    mine = Reading(str(path)).load()
    assert found.ratings.fingerprint == mine.ratings.fingerprint


def checked(spark, reading: Reading):
    """What both find, once that is found to be the same."""
    mine, theirs = registry.get("engine", "local")().check(reading), spark.check(reading)
    document = dataclasses.asdict(mine.found)
    found = dataclasses.asdict(theirs.found)
    assert found.pop("mean") == pytest.approx(document.pop("mean"), rel=1e-12)
    assert found == document
    assert [str(row) for row in theirs.bad_rows] == [str(row) for row in mine.bad_rows]
    return theirs


def test_movielens_is_checked_alike(spark):
    found = checked(spark, Reading("movielens-small", duplicates="keep"))
    assert found.found.ratings == 100_004
    assert found.dataset is None and found.fingerprint is None


def test_a_dirty_table_is_checked_alike(spark, table):
    found = checked(spark, Reading(str(table), COLUMNS, on_bad="skip", duplicates="keep"))
    kinds = {problem.kind for problem in found.found.problems}
    assert {"bad-rows", "duplicates", "contradictions"} <= kinds


def test_doubtful_ratings_are_checked_alike(spark, tmp_path):
    rng = np.random.default_rng(8)
    rows = [
        f"{rng.choice(['Ann', 'ann', 'guest', '1.2E+11', 'Bo '])}{n % 9 if n % 3 else ''},i{n % 50},"
        f"{rng.choice([0, 3, 4, 5, 99])},{rng.choice([5, 1_500_000_000])}"
        for n in range(4_000)
    ]
    rows += ["robot,i1,5,9"] * 6
    path = tmp_path / "doubtful.csv"
    path.write_text("\n".join(["user,item,rating,time", *rows]) + "\n", encoding="utf-8")
    found = checked(spark, Reading(str(path), duplicates="keep"))
    kinds = {problem.kind for problem in found.found.problems}
    assert {"sentinel", "implausible-times", "look-alike-users", "constant-users"} <= kinds
