"""`recli report` on real runs."""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path

import pytest

EVALUATE = (
    *("evaluate", "-a", "svd", "-a", "baseline-only", "-a", "normal-predictor", "--metric", "rmse"),
    *("--metric", "ndcg@5", "--metric", "precision@5", "--metric", "recall@5", "-j", "1"),
)


@pytest.fixture
def run(recli, tiny) -> Path:
    recli(*EVALUATE, "-d", tiny)
    [folder] = Path("results/runs").iterdir()
    return folder


def means(folder: Path) -> dict[tuple[str, str], float]:
    """Algorithm and metric -> the mean over folds, from the run's own table."""
    found: dict[tuple[str, str], list[float]] = {}
    with (folder / "metrics.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault((row["algorithm"], row["metric"]), []).append(float(row["value"]))
    return {key: sum(values) / len(values) for key, values in found.items()}


def test_a_page_lies_in_the_run_and_says_where(recli, run):
    result = recli("report", "latest")
    assert result.stdout == ""
    assert result.stderr == f"Written to {run / 'report.html'}\n"
    page = (run / "report.html").read_text(encoding="utf-8")
    for (_, _), mean in means(run).items():
        assert f"{mean:.4f}" in page
    for part in ("Users: rmse", "Mean ranks: ndcg@5", "Precision and recall", "How to reproduce"):
        assert part in page


def test_csv_has_the_means_of_the_run(recli, run):
    rows = list(csv.DictReader(io.StringIO(recli("report", run.name, "--format", "csv").stdout)))
    found = {(row["algorithm"], row["metric"]): float(row["mean"]) for row in rows}
    assert found == pytest.approx(means(run))
    best = next(row for row in rows if (row["metric"], row["place"]) == ("rmse", "1"))
    assert best["algorithm"] == min(
        ["svd", "baseline-only", "normal-predictor"], key=lambda a: found[a, "rmse"]
    )


@pytest.mark.parametrize(("name", "part"), [("markdown", "| algorithm "), ("latex", "\\toprule")])
def test_tables_go_on_screen_or_into_a_file(recli, run, name, part):
    shown = recli("report", run.name, "--format", name).stdout
    assert part in shown
    recli("report", run.name, "--format", name, "--output", "here/table.txt", "--quiet")
    assert Path("here/table.txt").read_text(encoding="utf-8") == shown
    assert not (run / "report.html").exists()


def test_two_runs_on_the_same_folds(recli, tiny, run):
    recli("evaluate", "-a", "slope-one", "--metric", "rmse", "-j", "1", "-d", tiny)
    names = sorted(os.listdir("results/runs"))
    said = recli("report", *names).stderr
    [page] = Path("results/reports").glob("*.html")
    assert said == f"Written to {page}\n"
    text = page.read_text(encoding="utf-8")
    assert "Runs compared" in text
    assert "4 algorithms on tiny" in text


def test_two_runs_of_other_seeds_and_algorithms(recli, tiny, run):
    recli("evaluate", "-a", "slope-one", "--metric", "rmse", "-j", "1", "-d", tiny, "--seed", 1)
    names = sorted(os.listdir("results/runs"))
    shown = recli("report", *names, "--format", "markdown").stdout
    assert "No common leaderboard" in shown
    assert (
        "Of several seeds every run has to have the same algorithms; "
        "not all: baseline-only, normal-predictor, slope-one, svd."
    ) in " ".join(shown.split())


def test_a_run_that_is_not_there(recli, run):
    assert "There is no run 'yesterday'" in recli("report", "yesterday", code=4).stderr


def test_an_unknown_format_and_no_run_at_all(recli):
    assert "There is no report 'pdf'" in recli("report", "latest", "--format", "pdf", code=2).stderr
    assert "Missing argument" in recli("report", code=2).stderr


def test_the_map_of_a_model(recli, tiny, run):
    recli("train", "-a", "svd", "-p", "n_factors=4", "-d", tiny, "--name", "m")
    assert "Map of the items" not in _drawn(recli, run)
    recli("report", run.name, "--model", "m")
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "The 25 items rated most, near where svd (n_factors=4) finds them alike" in page
    assert "<title>Pulp Fiction (Comedy)</title>" in page
    said = recli("report", run.name, "--model", "m", "--format", "csv", code=2).stderr
    assert "only '--format html' has" in said
    recli("report", run.name, "--model", "no", code=4)


def _drawn(recli, run) -> str:
    """The titles of the plots of a page without a model."""
    recli("report", run.name)
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "Map of the items: needs a model with vectors" in page
    return " ".join(re.findall(r"<h4>.*?</h4>", page))
