"""Lists in files and databases: exact ids, whole or not at all."""

from __future__ import annotations

import csv
import json
import math
import os
import sqlite3
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from recli import errors, files
from recli.ranking.lists import recommend
from recli.ranking.output import written
from recli.ranking.ranked_lists import RankedLists
from recli.ranking.request import Request
from recli.ranking.row_tables import RowTables
from recli.ranking.rows import Rows
from recli.ranking.writers._base import Target

NOW = datetime(2026, 11, 25, 18, 30, 5, 999, tzinfo=UTC)
COLUMNS = ["user", "model", "rank", "item", "title", "score", "rating"]
COLUMNS += ["deviation", "time"]
TARGETS = ["out.csv", "out.tsv", "out.jsonl", "out.parquet", "out.db"]
ODD = [" lead", "trail ", "007", "é", "ﷺ\u2028", 'a,"b"', "a\tb", "'; drop table x", "NULL", "nan"]


def read(target):
    """What a reader that is not ours finds: rows of user, item, title, score, rating."""
    if target.endswith((".csv", ".tsv")):
        with open(target, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="," if target.endswith("csv") else "\t"))
    elif target.endswith(".jsonl"):
        text = Path(target).read_text(encoding="utf-8")
        rows = [json.loads(line) for line in text.split("\n")[:-1]]
    elif target.endswith(".parquet"):
        rows = pa.parquet.read_table(target).to_pylist()
    else:
        rows = from_database(target)
    assert all(list(row) == COLUMNS for row in rows)
    return rows


def from_database(path):
    with sqlite3.connect(path) as database:
        database.row_factory = sqlite3.Row
        rows = [dict(row) for row in database.execute("select * from recommendations")]
    database.close()
    return rows


def to(target, model, chunks, name="m"):
    """The rows of lists, written to a target as they are taken."""
    rows = (Rows.of(model, lists) for lists in chunks)
    return written(rows, RowTables(model, name, NOW), Target.of(target))


def write(model, target, users=None, n=3, name="m"):
    request = Request(
        np.arange(len(model.trainset.ratings.user_ids)) if users is None else users, n
    )
    return list(to(target, model, recommend(model, request), name))


@pytest.mark.parametrize("target", TARGETS)
def test_odd_ids_come_back_as_they_were(model_of, target):
    scores = {raw: (4.0 - place / 8, raw, {}) for place, raw in enumerate(ODD)}
    rated = [(raw, ODD[0], 3) for raw in ODD] + [("x", raw, 2) for raw in ODD]
    model = model_of(scores, rated)
    write(model, target, n=20)
    rows = read(target)
    assert {row["user"] for row in rows} == set(ODD)
    assert [row["item"] for row in rows if row["user"] == "007"] == ODD[1:]
    assert all(row["title"] == row["item"] for row in rows)
    assert {row["model"] for row in rows} == {"m"}


@pytest.mark.parametrize("target", TARGETS)
def test_whole_numbers_are_whole_numbers(films, target):
    write(films, target)
    rows = read(target)
    as_text = target.endswith((".csv", ".tsv"))
    assert [row["item"] for row in rows[:3]] == (["3", "4", "5"] if as_text else [3, 4, 5])
    assert [row["rank"] for row in rows[:3]] == (["1", "2", "3"] if as_text else [1, 2, 3])
    assert [float(row["score"]) for row in rows[:3]] == [3.5, 3.0, 2.5]
    assert [float(row["rating"]) for row in rows[:3]] == [3.5, 3.0, 2.5]
    assert [row["user"] for row in rows] == ["a"] * 3 + ["b"] * 3 + ["c"] * 3


@pytest.mark.parametrize("target", TARGETS)
def test_ratings_keep_to_the_scale_and_scores_are_none(model_of, target):
    items = {"1": (9.123456789012345, "One", {}), "2": (-7.0, "", {})}
    for predicts, expected in (("ratings", [5.0, 1.0]), ("scores", [None, None])):
        model = model_of(items | {"3": (0, "", {})}, [("7", "3", 3)], predicts=predicts)
        path = f"{predicts}-{target}"
        write(model, path)
        rows = read(path)
        assert [float(row["score"]) for row in rows] == [9.123456789012345, -7.0]
        ratings = [
            float(row["rating"]) if row["rating"] not in ("", None) else None for row in rows
        ]
        assert ratings == expected
        assert [row["title"] or None for row in rows] == ["One", None]


TIMES = {
    "out.csv": "2026-11-25T18:30:05Z",
    "out.jsonl": "2026-11-25T18:30:05Z",
    "out.parquet": NOW.replace(microsecond=0),
    "out.db": "2026-11-25 18:30:05.000000",
}


@pytest.mark.parametrize(("target", "expected"), TIMES.items(), ids=TIMES)
def test_the_time(films, target, expected):
    write(films, target)
    assert {row["time"] for row in read(target)} == {expected}


@pytest.mark.parametrize(("rows", "expected"), [(1, [3, 3, 3]), (4, [6, 3]), (9, [9]), (99, [9])])
def test_row_groups_of_parquet(films, monkeypatch, rows, expected):
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_USERS", 1)
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_BYTES", 1)
    monkeypatch.setattr("recli.ranking.writers.parquet._ROWS", rows)
    write(films, "out.parquet")
    metadata = pa.parquet.ParquetFile("out.parquet").metadata
    groups = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    assert groups == expected


@pytest.mark.parametrize("target", TARGETS)
def test_many_users_take_no_more_memory_than_a_few(model_of, target, monkeypatch):
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_USERS", 20)
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_BYTES", 1)
    monkeypatch.setattr("recli.ranking.writers.parquet._ROWS", 500)
    items = {str(item): (float(item % 7), "A title", {}) for item in range(40)}
    model = model_of(items, [(str(user), "1", 3) for user in range(800)])

    def peak(n_users):
        request = Request(np.arange(n_users), 20)
        tracemalloc.start()
        for _ in to(f"{n_users}-{target}", model, recommend(model, request)):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(50)  # what is loaded and cached once
    assert peak(800) < 1.5 * peak(100)


@pytest.mark.parametrize("target", TARGETS)
def test_in_parts_or_at_once(films, target, monkeypatch):
    write(films, target)
    whole = read(target)
    Path(target).unlink()
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_USERS", 1)
    monkeypatch.setattr("recli.algorithms._ranking._CHUNK_BYTES", 1)
    assert len(write(films, target)) == 3
    assert read(target) == whole


@pytest.mark.parametrize("target", TARGETS)
def test_nobody_and_nothing(films, target):
    write(films, target, users=np.array([], np.int32))
    assert read(target) == []


@pytest.mark.parametrize("target", ["out.xls", "out", "out.csv.gz", "http:", "csv"])
def test_no_writer(target):
    with pytest.raises(errors.UsageError, match=r"none of \.csv, \.jsonl, \.ndjson, \.parquet"):
        Target.of(target)


@pytest.mark.parametrize("target", ["a.CSV", "a/b.tsv", "a.ndjson", "a.pq", "a.sqlite3", "x://y"])
def test_a_writer(target):
    assert str(Target.of(target)) == target


# Whole or not at all


class Stop(Exception):
    pass


def failing(chunks, error):
    yield from chunks
    raise error


def chunks_of(films):
    """Two parts, which are written before it fails."""
    for user in range(2):
        yield RankedLists(np.array([user], np.int32), np.array([[0, 1]]), np.array([[2.0, 1.0]]))


@pytest.mark.parametrize("error", [Stop, KeyboardInterrupt, OSError(28, "No space left on device")])
@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("target", TARGETS)
def test_a_failure_in_the_middle(films, target, there, error):
    if there:
        write(films, target)
    before = Path(target).read_bytes() if there else None
    parts = failing(chunks_of(films), error)
    expected = (
        errors.UsageError if isinstance(error, OSError) and target != "out.db" else type(error)
    )
    with pytest.raises(error if isinstance(error, type) else expected):
        list(to(target, films, parts, "other"))
    assert os.listdir() == ([target] if there else [])
    assert (Path(target).read_bytes() if there else None) == before


@pytest.mark.parametrize("target", TARGETS[:4])
def test_a_full_disk(films, target, monkeypatch):
    real = os.fdopen

    class Full:
        """A file on a disk with room for a hundred bytes."""

        def __init__(self, file):
            self._file, self._left = file, 100

        def write(self, content):
            self._left -= len(content)
            if self._left < 0:
                raise OSError(28, "No space left on device")
            return self._file.write(content)

        def __getattr__(self, name):
            return getattr(self._file, name)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self._file.close()

    monkeypatch.setattr(files.os, "fdopen", lambda *given: Full(real(*given)))
    with pytest.raises(errors.UsageError, match=f"{target} cannot be written: No space left"):
        write(films, target, n=6)
    assert os.listdir() == []


@pytest.mark.parametrize("target", ["file/out.csv", "file/out.db"])
def test_a_place_that_cannot_be_written(films, target):
    Path("file").write_text("", encoding="utf-8")
    with pytest.raises(errors.UsageError, match=r"cannot be written"):
        write(films, target)


# Databases


def test_a_url_and_a_file_are_the_same(films):
    write(films, "sqlite:///by-url.db")
    write(films, "by-file.db")
    assert from_database("by-url.db") == from_database("by-file.db")


def test_rows_are_added(films):
    write(films, "out.db", name="first")
    write(films, "out.db", users=np.array([0]), name="second")
    assert [row["model"] for row in from_database("out.db")] == ["first"] * 9 + ["second"] * 3


def make_table(columns):
    with sqlite3.connect("out.db") as database:
        database.execute(f"create table recommendations ({columns})")
    database.close()


OURS = (
    "user TEXT, model TEXT, rank INTEGER, item BIGINT, title TEXT, score DOUBLE, rating DOUBLE, "
    "deviation DOUBLE"
)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (OURS, "other columns: 'time' is missing. It takes user TEXT, model TEXT, rank INTEGER"),
        (f"{OURS}, time DATETIME, place INTEGER", "'place' is no column of ours"),
        (f"{OURS}, time DATETIME".replace("user TEXT", "user BIGINT"), "'user' is BIGINT"),
        (f"{OURS}, time DATETIME".replace("item BIGINT", "item TEXT"), "'item' is TEXT"),
        ("id INTEGER", "'user' is missing, 'model' is missing"),
    ],
)
def test_a_table_with_other_columns(films, columns, message):
    make_table(columns)
    before = Path("out.db").read_bytes()
    with pytest.raises(errors.UsageError, match="out.db has a table 'recommendations'") as caught:
        write(films, "out.db")
    assert message in str(caught.value)
    assert Path("out.db").read_bytes() == before


def test_a_table_of_ours_made_by_hand(films):
    make_table(f"{OURS}, time DATETIME")
    write(films, "out.db")
    assert len(from_database("out.db")) == 9


def test_no_database(films):
    Path("out.db").write_bytes(b"no database at all, but long enough to be one" * 100)
    with pytest.raises(errors.UsageError, match="out.db cannot be written: file is not a database"):
        write(films, "out.db")


@pytest.mark.parametrize(
    ("target", "error", "message"),
    [
        ("nosuch://host/db", errors.UsageError, "nosuch"),
        ("postgresql+nosuch://host/db", errors.UsageError, "postgresql.nosuch"),
        ("sqlite://user@[half/db", errors.UsageError, "Invalid SQLite URL"),
        ("postgresql://host:port/db", errors.UsageError, "--output postgresql"),
    ],
)
def test_urls_that_lead_nowhere(films, target, error, message):
    with pytest.raises(error, match=message):
        write(films, target)


def test_a_password_is_not_shown():
    url = "postgresql://me:secret@host/shop"
    assert str(Target.of(url)) == "postgresql://me:***@host/shop"


def test_scores_are_written_in_full(model_of):
    exact = [math.pi, 1 / 3, 1e-17, 1e300]
    model = model_of(
        {str(n): (score, "", {}) for n, score in enumerate(exact)} | {"9": (0, "", {})},
        [("1", "9", 3)],
    )
    for target in TARGETS:
        write(model, target, n=9)
        assert sorted(float(row["score"]) for row in read(target)) == sorted(exact)
