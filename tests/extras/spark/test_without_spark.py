"""What of the engine spark takes no Spark: who is missing, and how workers judge rows."""

from __future__ import annotations

import importlib.util
import socket
import stat
import sys

import numpy as np
import pyarrow as pa
import pytest

from recli import errors, registry
from recli.data.description import RatingsSource
from recli.data.load import load
from recli.extras.spark import session
from recli.extras.spark.rows import BAD, FILE, GOOD, UNCUT, Rules


def test_engines_are_registered():
    assert registry.names("engine") == ("local", "spark")
    assert registry.extra_of("engine", "spark") == "spark"


def test_this_machine_has_no_master():
    with pytest.raises(errors.UsageError, match="`master` and `conf` say nothing"):
        registry.get("engine", "local")("local[2]")


def test_without_java(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(
        errors.MissingExtraError, match="no 'java' on the PATH.*openjdk-17"
    ) as caught:
        session._check_java()
    assert caught.value.exit_code == 5
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "gone"))
    with pytest.raises(errors.MissingExtraError, match="in JAVA_HOME, which is .*gone"):
        session._check_java()


@pytest.mark.skipif(sys.platform == "win32", reason="a script of a shell")
@pytest.mark.parametrize(
    ("version", "fine"), [("1.8.0_392", False), ("11.0.2", False), ("17.0.1", True), ("21", True)]
)
def test_java_of_another_version(monkeypatch, tmp_path, version, fine):
    java = tmp_path / "java"
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    java.chmod(java.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    if fine:
        session._check_java()
        return
    with pytest.raises(errors.MissingExtraError, match="Spark 4 needs Java 17"):
        session._check_java()


@pytest.mark.skipif(importlib.util.find_spec("pyspark") is not None, reason="pyspark is here")
def test_without_the_extra():
    with pytest.raises(errors.MissingExtraError, match=r"pip install 'recli\[spark\]'"):
        registry.check_installed("engine", "spark")


@pytest.mark.parametrize("scheme", ["sc", "spark"])
def test_a_master_that_is_not_there(scheme):
    with socket.create_server(("127.0.0.1", 0)) as place:
        port = place.getsockname()[1]
        session._check_answers(f"{scheme}://127.0.0.1:{port}/;token=x")
    with pytest.raises(errors.UsageError, match=rf"Nobody answers as Spark at {scheme}://"):
        session._check_answers(f"{scheme}://127.0.0.1:{port}")
    session._check_answers("local[2]")


def batches(lines: list[bytes], sizes: list[int], block: int = 0, first: int = 0):
    """Lines as Spark hands them to a worker, in batches of these sizes."""
    start = 0
    for size in sizes:
        part = lines[start : start + size]
        columns = {
            "line": pa.array(part, pa.binary()),
            "file": pa.array(["file:/x.csv"] * len(part)),
            "block": pa.array([block] * len(part), pa.int64()),
            "number": pa.array(range(first + start, first + start + len(part)), pa.int64()),
        }
        yield pa.RecordBatch.from_pydict(columns)
        start += size


SOURCE = RatingsSource(
    delimiter=",",
    header=True,
    columns=("user", "item", "rating"),
    user="user",
    item="item",
    rating="rating",
    implicit=False,
)
LINES = [
    b"user,item,rating",
    b"a,x,3",
    b"",
    b"b,y",
    b'c,"x, 1",4.5',
    b"d,,2",
    b"e,z,much",
    b"f,w,1",
]


@pytest.mark.parametrize("sizes", [[8], [1, 7], [3, 3, 2], [2, 1, 1, 1, 1, 1, 1]])
def test_rows_are_judged_alike_however_they_are_cut(tmp_path, sizes):
    rules = Rules(SOURCE, files={"file:/x.csv": 2})
    table = pa.Table.from_batches(list(rules.of_lines(batches(LINES, sizes)))).sort_by("place")
    rows = table.to_pylist()
    path = tmp_path / "x.csv"
    path.write_bytes(b"\n".join(LINES) + b"\n")
    mine = load(str(path), on_bad="skip")
    good = [row for row in rows if row["is"] == GOOD]
    assert [row["user"] for row in good] == ["a", "c", "f"]
    assert [row["value"] for row in good] == mine.ratings.values.tolist()
    bad = [(row["place"] - (2 << FILE) + 1, row["reason"]) for row in rows if row["is"] != GOOD]
    assert bad == [(row.line, row.reason) for row in mine.bad_rows]
    assert [row["is"] for row in rows if row["is"] != GOOD] == [UNCUT, BAD, BAD]


def test_a_worker_with_another_recli_refuses():
    rules = Rules(SOURCE, files={"file:/x.csv": 0}, version="0.0.1")
    with pytest.raises(errors.UsageError, match=r"A worker has recli .*, and 0\.0\.1 has asked"):
        list(rules.of_lines(batches(LINES, [8])))


def test_a_block_in_the_middle_of_a_file_has_no_header():
    rules = Rules(SOURCE, files={"file:/x.csv": 0})
    [batch] = rules.of_lines(batches([b"a,x,3", b"b,y,4"], [2], block=400, first=1 << 33))
    assert batch.column("place").to_pylist() == [400, 401]
    assert np.array_equal(batch.column("value").to_numpy(), [3.0, 4.0])
