"""`recli reproduce`: identical numbers, or the named cause."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest


@pytest.fixture
def first(recli, tiny):
    """The name of a run on a copy of the tiny dataset."""
    shutil.copytree(tiny, "data")
    typed = ("evaluate", "-a", "svd", "-a", "content-based", "-d", "data", "--cv", 2, "-j", 1)
    return json.loads(recli(*typed, "--format", "json").stdout)["run"]


def test_identical(recli, first, monkeypatch):
    elsewhere = Path("elsewhere")
    elsewhere.mkdir()
    results = Path("results").resolve()
    monkeypatch.chdir(elsewhere)  # the data is found all the same
    result = recli("reproduce", first, "--jobs", 2, "--results", results)
    assert result.stdout.startswith("Identical: ")
    assert "values, and metrics.csv to the byte." in result.stdout
    one, two = sorted((results / "runs").iterdir(), key=lambda folder: folder.name != first)
    for name in ("metrics.csv", "per_user.parquet"):
        assert (one / name).read_bytes() == (two / name).read_bytes()
    again = json.loads((two / "run.json").read_text(encoding="utf-8"))
    assert [cell["reused"] for cell in again["cells"]] == [False] * 4
    found = json.loads(
        recli("reproduce", two, "-j", 1, "--results", results, "--format", "json").stdout
    )
    assert (found["identical"], found["metrics_csv_identical"]) == (True, True)
    assert (found["causes"], found["differing"]) == ([], [])
    # Nine metrics of two algorithms on two folds, those of users, and the four of ratings without each.
    assert 2 * 2 * 9 < found["values"] <= 2 * 2 * (9 * (1 + 30) + 4 * 30)


def test_data_changed(recli, first):
    with Path("data/ratings.csv").open("a", encoding="utf-8") as file:
        file.write("999,318,4.5,1000000000\n")
    before = sorted(Path("results/runs").iterdir())
    said = recli("reproduce", first, code=3).stderr
    assert said.startswith("Error: Data changed: tiny was ")
    assert "with 30 users" in said
    assert "with 31, 25" in said
    assert sorted(Path("results/runs").iterdir()) == before


def test_package_changed(recli, first):
    folder = Path("results/runs", first)
    document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    document["environment"]["packages"]["scipy"] = "0.9"
    del document["seal"], document["sha256"]  # as in those of older versions
    (folder / "run.json").write_text(json.dumps(document), encoding="utf-8")
    assert "\nAlthough package changed: scipy 0.9 → " in recli("reproduce", first).stdout
    table = (folder / "metrics.csv").read_text(encoding="utf-8").splitlines()
    assert ",ndcg@10," in table[1]
    table[1] = table[1].rpartition(",")[0] + ",9.0"
    (folder / "metrics.csv").write_text("\n".join(table) + "\n", encoding="utf-8")
    result = recli("reproduce", first, code=7)
    assert result.stdout.startswith("Different: 1 of ")
    assert "svd" in result.stdout
    assert f"Error: {first} was not reproduced. What has changed or is missing:" in result.stderr
    assert "  package changed: scipy 0.9 → " in result.stderr
    found = json.loads(recli("reproduce", first, "--format", "json", code=7).stdout)
    [differing] = found["differing"]
    assert (differing["algorithm"], differing["metric"]) == ("svd", "ndcg@10")
    assert (differing["n_values"] > 1, differing["n_differing"]) == (True, 1)


def test_no_cause_is_known(recli, first):
    path = Path("results/runs", first, "metrics.csv")
    document = json.loads(path.with_name("run.json").read_text(encoding="utf-8"))
    del document["seal"], document["sha256"]  # as in those of older versions
    path.with_name("run.json").write_text(json.dumps(document), encoding="utf-8")
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    result = recli("reproduce", first, code=7)
    assert "Every value is identical, but metrics.csv is not the same to the byte." in result.stdout
    assert "No cause is known" in result.stderr


def test_an_unknown_run(recli):
    assert "There is no run 'latest'" in recli("reproduce", "latest", code=4).stderr
