"""`recli benchmark`."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from recli.cli import main
from recli.experiments import benchmark

ROWS = [(u, i, 1 + (u * i + u) % 5) for u in range(12) for i in range(10) if (u + i) % 4]


@pytest.fixture
def ratings(tmp_path, monkeypatch):
    """A small table in an empty folder."""
    monkeypatch.chdir(tmp_path)
    lines = ["user,item,rating", *(f"u{u},i{i},{r}" for u, i, r in ROWS)]
    path = tmp_path / "ratings.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def run(*arguments, code=0):
    typed = ["benchmark", *map(str, arguments)]
    result = CliRunner().invoke(main, typed, prog_name="recli", catch_exceptions=False)
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def here(monkeypatch):
    """Without a new process for each side."""
    monkeypatch.setattr(benchmark, "_apart", lambda work, *arguments: work(*arguments))


def test_json(ratings):
    arguments = ["-d", ratings, "-a", "baseline-only", "--folds", 2, "--format", "json"]
    document = json.loads(run(*arguments).stdout)
    assert document.keys() == {"results", "failures", "total"}
    assert document["failures"] == []
    assert document["total"].keys() == {"recli_seconds", "surprise_seconds", "ratio"}
    [row] = document["results"]
    assert list(row) == [
        *("algorithm", "recli_seconds", "surprise_seconds", "ratio", "max_difference"),
        *("recli_peak_mb", "surprise_peak_mb", "compile_seconds"),
    ]
    assert row["algorithm"] == "baseline-only"
    assert row["max_difference"] <= 1e-9


def test_the_rows_of_surprises_readme_by_default(ratings, here):
    rows = json.loads(run("-d", ratings, "--folds", 1, "--format", "json").stdout)["results"]
    assert [row["algorithm"] for row in rows] == [
        *("svd", "svdpp", "svdpp (cache_ratings=true)", "nmf", "slope-one", "knn-basic"),
        *("knn-with-means", "knn-baseline", "co-clustering", "baseline-only", "normal-predictor"),
    ]
    assert all(
        row["max_difference"] <= 1e-9 for row in rows if row["algorithm"] != "normal-predictor"
    )


def test_table(ratings, here):
    shown = run("-d", ratings, "-a", "SVD", "-a", "KNNBasic", "-p", "n_epochs=2", code=2).output
    assert "n_epochs" in shown, "knn-basic has none"
    shown = run("-d", ratings, "-a", "SVD", "-p", "n_epochs=2", "--jobs", 2).stdout
    for word in ("algorithm", "svd", "largest difference", "together"):
        assert word in shown


def test_grown(ratings, here):
    arguments = ["-d", ratings, "-a", "svd", "--scale", 500, "--folds", 1, "--format", "json"]
    [row] = json.loads(run(*arguments).stdout)["results"]
    assert row["max_difference"] <= 1e-9
    assert "fewer" in run("-d", ratings, "-a", "svd", "--scale", 5, code=2).output


def test_lists(ratings, here):
    arguments = ["-d", ratings, "-a", "svd", "--top", 3, "--format", "json"]
    [row] = json.loads(run(*arguments).stdout)["results"]
    assert row["max_difference"] <= 1e-9
    [row] = json.loads(run(*arguments, "--alone").stdout)["results"]
    assert row["recli_seconds"] > 0
    assert row["ratio"] is None
    assert "–" in run("-d", ratings, "-a", "svd", "--alone").stdout


def test_what_surprise_does_not_have(ratings, here):
    assert "content-based" in run("-d", ratings, "-a", "content-based", code=2).output
