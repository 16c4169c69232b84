"""Which engine is said to be for data of a size."""

from __future__ import annotations

import gzip
import os
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from recli import errors, memory, registry
from recli.experiments.reading import Reading

ROW = "1,2,3.5,1500000000\n"
HEADER = "user,item,rating,time\n"


@pytest.fixture
def free(monkeypatch, tmp_path):
    """`free(n)`: a control group lets this process have no more than `n` bytes."""
    group = tmp_path / "group"
    group.mkdir()
    monkeypatch.setattr(memory, "_CGROUP", group)

    def limit(n: int) -> None:
        for name, content in (("max", n), ("current", 0), ("stat", "inactive_file 0")):
            (group / f"memory.{name}").write_text(f"{content}\n", encoding="ascii")

    return limit


def advice(engine: str, path: Path | str, master: str = "") -> str:
    return registry.get("engine", engine)(master).advice(Reading(str(path)))


def rows(said: str) -> int:
    """The number of ratings that is spoken of."""
    return int(re.search(r"bout ([\d,]+) ratings", said)[1].replace(",", ""))


@pytest.fixture
def huge(tmp_path) -> Path:
    """A file of a tebibyte, of which the disk holds the beginning alone."""
    path = tmp_path / "huge.csv"
    path.write_text(HEADER + ROW * 5_000, encoding="ascii")
    os.truncate(path, 1 << 40)
    return path


@pytest.fixture
def small(tmp_path) -> Path:
    path = tmp_path / "small.csv"
    path.write_text(HEADER + ROW * 1_000, encoding="ascii")
    return path


def test_what_no_memory_holds_is_for_spark(huge):
    said = advice("local", huge)
    assert rows(said) == pytest.approx((1 << 40) / len(ROW), rel=0.05)
    assert 'Add `engine="spark"`' in said
    assert advice("spark", huge) == ""


def test_what_memory_holds_is_quicker_without(small):
    said = advice("spark", small)
    assert rows(said) == 1_000
    assert 'Leave `engine="spark"` out' in said
    assert advice("spark", small, "local[2]") == said
    assert advice("local", small) == ""


def test_it_is_a_matter_of_half_the_memory_that_is_free(free, small):
    asked = None
    for n in range(1_000, 1_000_000, 1_000):
        free(n)
        said = advice("local", small)
        assert bool(said) != bool(advice("spark", small)), (
            "exactly one of them has something to say"
        )
        if not said:
            asked = n
            break
    # 1,001 rows take more than their text and less than a kilobyte each, twice that has to be free.
    assert asked is not None
    assert 2 * small.stat().st_size < asked < 2 * 1_001 * 1_000


def test_of_a_cluster_nothing_is_known(small):
    assert advice("spark", small, "spark://elsewhere:7077") == ""


def test_spark_submit_may_have_a_cluster(monkeypatch, small):
    monkeypatch.setenv("PYSPARK_GATEWAY_PORT", "1")
    assert advice("spark", small) == ""


def test_parquet_says_itself_how_many_there_are(free, tmp_path):
    path = tmp_path / "r.parquet"
    table = {"user": [1] * 12_345, "item": range(12_345), "rating": [3.0] * 12_345}
    pa.parquet.write_table(pa.table(table), path)
    assert rows(advice("spark", path)) == 12_000
    free(100_000)
    assert rows(advice("local", path)) == 12_000


def test_parts_are_one_table(tmp_path):
    for number in range(3):
        path = tmp_path / "parts" / f"part-{number}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEADER + ROW * 2_000, encoding="ascii")
    assert rows(advice("spark", tmp_path / "parts")) == 6_000
    (tmp_path / "parts" / "part-3.csv.gz").write_bytes(gzip.compress((HEADER + ROW).encode()))
    assert advice("spark", tmp_path / "parts") == ""


def test_nothing_is_said_of_what_only_reading_tells(free, tmp_path, small):
    free(1)
    path = tmp_path / "small.csv.gz"
    path.write_bytes(gzip.compress(small.read_bytes()))
    lines = tmp_path / "r.jsonl"
    lines.write_text('{"user": 1, "item": 2, "rating": 3}\n' * 9, encoding="ascii")
    for place in (path, lines, "s3a://bucket/r.csv", "table://films"):
        assert advice("local", place) == ""
        assert advice("spark", place) == ""


def test_a_file_that_is_not_there_is_told_as_by_reading(tmp_path):
    with pytest.raises(errors.NotFoundError):
        advice("local", tmp_path / "absent.csv")
    (tmp_path / "empty.csv").touch()
    with pytest.raises(errors.DataError, match="the file is empty"):
        advice("spark", tmp_path / "empty.csv")
