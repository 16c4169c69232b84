"""The engine spark: what it reads, checks, learns, recommends and measures is what this machine does."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import scipy.sparse
from click.testing import CliRunner

from recli import errors, registry
from recli.algorithms import Configured
from recli.cli import main
from recli.experiments.reading import Reading
from recli.models.model import save, train
from recli.ranking.lists import recommend
from recli.ranking.request import Request
from recli.ranking.row_tables import RowTables
from recli.ranking.rows import Rows

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
    rows[100], rows[8_000], rows[8_500] = "3.0,n/a,4", "7.0,NULL,four", "8.0,NULL,5"
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


def fitted_alike(spark, name: str, **params):
    """The state of an algorithm as Spark and as this machine has learned it."""
    dataset = Reading("movielens-small").load()
    configured = Configured.of(name, params)
    mine, theirs = (
        engine.train(dataset, configured, 0)
        for engine in (registry.get("engine", "local")(), spark)
    )
    assert type(theirs.algorithm) is type(mine.algorithm)
    assert set(theirs.algorithm.state()) == set(mine.algorithm.state())
    for key, value in mine.algorithm.state().items():
        np.testing.assert_allclose(theirs.algorithm.state()[key], value, rtol=1e-9, atol=1e-12)
    return theirs


@pytest.mark.parametrize("name", ["ease", "item-knn", "most-popular", "baseline-only"])
def test_the_same_is_learned(spark, name):
    fitted_alike(spark, name)


def test_ease_over_users_is_the_same(spark):
    fitted_alike(spark, "ease", preferences="liked", reg=50.0)


def test_products_added_up_over_parts(spark, monkeypatch):
    from recli.extras.spark import products

    monkeypatch.setattr(products, "_CHUNK", 500)
    monkeypatch.setattr(products, "_BLOCK", 4_000)
    rng = np.random.default_rng(9)
    x = scipy.sparse.random_array((700, 90), density=0.1, format="csr", rng=rng)
    dense = x.toarray().T @ x.toarray()
    starts, blocks = zip(*products.products(spark.session, x), strict=True)
    assert len(starts) > 1
    np.testing.assert_allclose(np.vstack([block.toarray() for block in blocks]), dense, rtol=1e-12)


def test_ease_is_refused_before_anything_is_sent(spark, monkeypatch):
    monkeypatch.setattr("recli.memory.available", lambda: 1_000_000)
    dataset = Reading("movielens-small").load()
    with pytest.raises(
        errors.TooLargeError, match=r"the inverse of 671 × 671 numbers, .* are free"
    ):
        spark.train(dataset, Configured.of("ease"), 0)


def test_ratings_that_the_driver_cannot_hold_are_refused(spark, monkeypatch):
    monkeypatch.setattr("recli.memory.available", lambda: 1_000_000)
    with pytest.raises(errors.TooLargeError, match="100,004 of them need 7.6 MiB on the driver"):
        spark.load(Reading("movielens-small"))


def test_who_learns_what(spark):
    assert {name for name in registry.names("algorithm") if spark.learns(name)} == {
        *("ease", "item-knn", "spark-als", "spark-ials")
    }


def normal_equations(
    q: np.ndarray, weights: np.ndarray, target: np.ndarray, reg: float
) -> np.ndarray:
    """Where Σ w (t − p · q)² + reg |p|² is least."""
    return np.linalg.solve(
        (q * weights[:, None]).T @ q + reg * np.eye(q.shape[1]), q.T @ (weights * target)
    )


def test_als_solves_for_every_user_and_folds_in_alike(spark):
    dataset = Reading("movielens-small").load()
    model = spark.train(dataset, Configured.of("spark-als", {"n_factors": 8}), 0)
    algorithm, trainset = model.algorithm, model.trainset
    for user in range(0, trainset.n_users, 50):
        own = trainset.users == user
        items, values = trainset.items[own], trainset.values[own]
        rest = values - trainset.values.mean()
        expected = normal_equations(
            algorithm.qi[items], np.ones(len(items)), rest, 0.1 * len(items)
        )
        np.testing.assert_allclose(algorithm.pu[user], expected, atol=2e-3)
        folded = algorithm.fold_in(items, values, user)
        np.testing.assert_allclose(folded.pu[0], expected, atol=1e-9)
    estimates = algorithm.predict_pairs(trainset.users, trainset.items)
    assert np.sqrt(np.mean((estimates - trainset.values) ** 2)) < 0.8


def test_ials_solves_for_every_user_and_folds_in_alike(spark):
    dataset = Reading("movielens-small").load()
    model = spark.train(dataset, Configured.of("spark-ials", {"n_factors": 8}), 0)
    algorithm, trainset = model.algorithm, model.trainset
    for user in range(0, trainset.n_users, 50):
        liked = (trainset.users == user) & (trainset.values >= 4)
        if not liked.any():
            continue
        target, weights = np.zeros(trainset.n_items), np.ones(trainset.n_items)
        target[trainset.items[liked]], weights[trainset.items[liked]] = 1.0, 6.0
        expected = normal_equations(algorithm.item_factors, weights, target, 0.1 * liked.sum())
        np.testing.assert_allclose(algorithm.user_factors[user], expected, atol=2e-3)
        own = trainset.users == user
        folded = algorithm.fold_in(trainset.items[own], trainset.values[own], user)
        np.testing.assert_allclose(folded.user_factors[0], expected, atol=1e-9)


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("ease", {}),
        ("item-knn", {"weighting": "log"}),
        ("svd", {"n_epochs": 3}),
        ("most-popular", {}),
        ("knn-basic", {}),
    ],
)
def test_the_same_lists_are_written(spark, tmp_path, name, params):
    dataset = Reading("movielens-small").load()
    model = train(dataset, Configured.of(name, params), 0)
    folder = save(model, tmp_path, "films")
    users = np.arange(0, 671, dtype=np.int32)[::-1]
    request = Request(users, 7)
    target = tmp_path / "lists.parquet"
    told = spark.write_lists(model, "films", folder, request, str(target))
    found = pa.concat_tables(pq.read_table(part) for part in sorted(target.glob("part-*.parquet")))
    tables = RowTables(model, "films", datetime.now(UTC))
    mine = pa.concat_tables(
        tables.table(Rows.of(model, some)) for some in recommend(model, request)
    )
    for column in ("user", "model", "rank", "item", "title"):
        assert found[column].to_pylist() == mine[column].to_pylist(), column
    for column in ("score", "rating"):
        np.testing.assert_allclose(
            found[column].to_numpy().astype(float),
            mine[column].to_numpy().astype(float),
            rtol=1e-12,
        )
    assert found.schema.types[:8] == mine.schema.types[:8]
    assert (told.places, told.short_lists) == (len(mine), 0)
    assert told.items == len(set(mine["item"].to_pylist()))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lists.parquet", "models"]


@pytest.fixture(scope="module")
def recli():
    """`recli(*arguments)` runs the command line in this process, and gives its result."""

    def run(*arguments: object):
        return CliRunner().invoke(main, [str(one) for one in arguments])

    return run


@pytest.mark.parametrize("split", ["k-fold:n_splits=2", "last-n:n=1", "timeline"])
def test_the_same_is_measured(spark, recli, tmp_path, split):
    typed = ["evaluate", "-a", "ease", "-a", "baseline-only", "--split", split, "--format", "json"]
    typed += ["--metric", "ndcg@10", "--metric", "recall@5", "--metric", "rmse", "--metric", "auc"]
    found = {}
    for engine in ("local", "spark"):
        done = recli(*typed, "--engine", engine, "--results", tmp_path / engine, "-j", 1, "-q")
        assert done.exit_code == 0, done.output
        document = json.loads(done.stdout)
        run = json.loads((tmp_path / engine / "runs" / document["run"] / "run.json").read_text())
        found[engine] = document["results"], [fold["fingerprint"] for fold in run["folds"]]
    assert found["spark"][1] == found["local"][1]
    for mine, theirs in zip(found["local"][0], found["spark"][0], strict=True):
        assert theirs["algorithm"] == mine["algorithm"]
        for name, values in mine["metrics"].items():
            expected = [np.nan if value is None else value for value in values["folds"]]
            of_spark = [np.nan if v is None else v for v in theirs["metrics"][name]["folds"]]
            np.testing.assert_allclose(of_spark, expected, rtol=1e-12, equal_nan=True)


def test_from_check_to_lists_on_the_command_line(spark, recli, table, tmp_path):
    reading = ["--on-bad", "skip", "--scale", "1:5"]
    reading += ["--columns", "user=who,item=what,rating=stars,time=at"]
    where = ["--engine", "spark", "--results", tmp_path]
    done = recli("data", "check", table, *reading, *where)
    assert done.exit_code == 0, done.output
    assert "bad-rows" in done.stdout
    [aside] = tmp_path.glob("**/*.csv")
    assert "reason" in aside.read_text(encoding="utf-8").splitlines()[0]
    learn = ["-a", "item-knn", "--duplicates", "last", "--name", "mine", "-d", table]
    done = recli("train", *learn, *reading, *where)
    assert done.exit_code == 0, done.output
    assert (
        recli("similar", "--item", "i-7", "--model", "mine", "--results", tmp_path).exit_code == 0
    )
    target = tmp_path / "lists.parquet"
    done = recli("recommend", "--all-users", "--model", "mine", "-o", target, *where)
    assert done.exit_code == 0, done.output
    assert "400 users, 4,000 places" in done.stdout
    assert pq.read_table(target).num_rows == 4_000
    again = recli("recommend", "--all-users", "--model", "mine", "-o", target, *where, "-n", 3)
    assert again.exit_code == 0, again.output
    assert pq.read_table(target).num_rows == 1_200


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["data", "check", "s3a://no-bucket-here/x.csv"], 2, "s3a"),
        (["data", "check", "table://nothing"], 3, "nothing"),
        (["data", "check", "nowhere.csv"], 4, "no dataset or file"),
        (["train"], 2, "name it with '-a'"),
        (["recommend", "--user", "1"], 2, "lists of many users"),
        (["recommend", "--all-users"], 2, "name it with '--model'"),
        (["data", "check", "--conf", "nonsense"], 2, "NAME=VALUE"),
        (["data", "check", "--prepare", "k-core:min_user_ratings=5"], 2, "does not prepare"),
    ],
)
def test_what_cannot_be(spark, recli, tmp_path, arguments, code, said):
    done = recli(*arguments, "--engine", "spark", "--results", tmp_path)
    assert done.exit_code == code, done.output
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_a_master_that_is_not_there(tmp_path):
    """In a process of its own, since this one has a session already."""
    typed = [
        "data",
        "check",
        "--engine",
        "spark",
        "--master",
        "sc://127.0.0.1:9",
        "--results",
        tmp_path,
    ]
    done = subprocess.run(
        [sys.executable, "-m", "recli", *map(str, typed)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 2, done.stderr
    assert "sc://127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("place", ["s3a://bucket/r.csv", "s3://bucket/r.parquet"])
def test_a_store_that_takes_a_package_names_it_with_its_version(spark, place):
    with pytest.raises(errors.UsageError, match="S3AFileSystem not found") as told:
        spark.check(Reading(place, duplicates="keep"))
    java = spark.session.sparkContext._jvm
    version = java.org.apache.hadoop.util.VersionInfo.getVersion()
    package = f"org.apache.hadoop:hadoop-aws:{version}"
    assert f'add `conf={{"spark.jars.packages": "{package}"}}`' in str(told.value)
