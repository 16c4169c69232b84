"""Metrics with options, recli's and somebody's own, from the command line to every report."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pyarrow.parquet
import pytest

OWN = Path(__file__).parents[1] / "testing" / "newcomer" / "worst_error.py"
LISTS, RATINGS = "rbp:p=0.5@5", "worst_error:WorstError:at_least=0.5,side=above"
EVALUATE = ("evaluate", "-a", "baseline-only", "-a", "damped-mean", "--cv", 2, "-j", 1)


@pytest.fixture
def run(recli, tiny):
    """A run by both metrics; its folder."""
    shutil.copy(OWN, "worst_error.py")
    typed = ("--metric", "RBP: p=0.50@5", "--metric", RATINGS, "--by", "activity")
    recli(*EVALUATE, "-d", tiny, *typed, "--format", "json")
    [folder] = Path("results/runs").iterdir()
    return folder


def test_the_files_of_a_run(run):
    with (run / "metrics.csv").open(encoding="utf-8", newline="") as file:
        assert {row["metric"] for row in csv.DictReader(file)} == {LISTS, RATINGS}
    with (run / "groups.csv").open(encoding="utf-8", newline="") as file:
        assert {LISTS, RATINGS} <= set(csv.DictReader(file).fieldnames)
    assert {LISTS, RATINGS} <= set(pyarrow.parquet.read_schema(run / "per_user.parquet").names)


def test_every_report_has_them(recli, run):
    document = recli("report", "latest", "--format", "csv").stdout.splitlines()
    assert {row["metric"] for row in csv.DictReader(document)} == {LISTS, RATINGS}
    markdown = recli("report", "latest", "--format", "markdown").stdout
    assert f"| algorithm     | {LISTS}" in markdown
    latex = recli("report", "latest", "--format", "latex").stdout
    assert r"& worst\_error:WorstError:at\_least=0.5,side=above &" in latex
    recli("report", "latest", "--output", "page.html")
    page = Path("page.html").read_text(encoding="utf-8")
    assert LISTS in page
    assert RATINGS in page


def test_runs_are_compared_by_them_in_any_spelling(recli, run, tiny):
    recli("evaluate", "-a", "most-popular", "-d", tiny, "--cv", 2, "-j", 1, "--metric", LISTS)
    names = [path.name for path in Path("results/runs").iterdir()]
    shown = recli("compare", *names, "--metric", "rbp: p=.5@5")
    assert f"Pairs in {LISTS}" in shown.stdout
    shown = recli("compare", *names, "--metric", "rbp@5", code=2)
    assert (
        f"There is no metric in all of these runs 'rbp@5'. Did you mean '{LISTS}'?" in shown.stderr
    )


def test_an_experiment_and_its_schema(recli, tiny):
    from jsonschema import Draft202012Validator

    shutil.copy(OWN, "worst_error.py")
    text = f'metrics = ["rbp:p=0.5", "{RATINGS}"]\nk = [3, 5]\ndatasets = "{tiny.as_posix()}"\n'
    Path("mine.toml").write_text(f"{text}[algorithm.baseline-only]\n", encoding="utf-8")
    recli("run", "mine.toml", "-j", 1, "-q")
    [folder] = Path("results/runs").iterdir()
    measured = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert measured["configuration"]["metrics"] == ["rbp:p=0.5@3", LISTS, RATINGS]
    schema = Draft202012Validator(json.loads(recli("show", "schema").stdout))
    for metric, right in ((LISTS, True), (RATINGS, True), ("ndcg:gain=rating", True), ("!", False)):
        assert schema.is_valid({"metrics": metric, "algorithm": {"svd": {}}}) == right, metric


def test_tuned_for_two_of_them(recli, tiny):
    shutil.copy(OWN, "worst_error.py")
    typed = ("--metric", "rbp:p=0.5", "--metric", RATINGS)
    tune = ("tune", "-a", "damped-mean", "-d", tiny, "--trials", 2, "--cv", 2, "-j", 1)
    document = json.loads(recli(*tune, *typed, "--format", "json").stdout)
    assert "rbp:p=0.5@10" in json.dumps(document)
    [folder] = Path("results/studies").glob("*/")
    assert folder.name.startswith("damped-mean-rbp-p-0.5-10-tiny-")


def test_graded_ndcg_is_an_option_of_ndcg(recli, tiny):
    typed = ("--metric", "graded-ndcg@5", "--metric", "ndcg:gain=rating@5", "--format", "json")
    document = json.loads(recli(*EVALUATE, "-d", tiny, *typed).stdout)
    for row in document["results"]:
        assert row["metrics"]["graded-ndcg@5"] == row["metrics"]["ndcg:gain=rating@5"]


def test_listed_and_shown(recli):
    listed = json.loads(recli("list", "metrics", "--format", "json").stdout)
    options = {row["metric"]: row["options"] for row in listed}
    assert (options["rbp"], options["rmse"]) == ("p=0.8", "")
    assert options["ndcg"] == "gain=binary,ideal=relevant,discount=rank+1"
    shown = recli("show", "metric", "rbp").stdout
    assert "option  default  values" in shown
    assert "Options follow the name, as in 'rbp:p=0.8@10'." in shown
    document = json.loads(recli("show", "metric", "rbp", "--format", "json").stdout)
    assert [option["name"] for option in document["options"]] == ["p"]
    assert "Options follow" not in recli("show", "metric", "rmse").stdout


def test_shown_beside_the_definitions_of_others(recli):
    shown = recli("show", "metric", "recall").stdout
    assert "LensKit 2026.4.0: Recall(k)" in shown
    assert "user 2  a4 b3                    c5* d4* e5* f4* g2  c h e" in shown
    document = json.loads(recli("show", "metric", "recall", "--format", "json").stdout)
    [found] = [each for each in document["elsewhere"] if each["library"] == "LensKit"]
    # Hits 1, 2, 0, 1 of min(1, 3), min(4, 3), min(1, 3), min(2, 3): of user 1 i, of user 2 c and e.
    assert found["value"] == round((1 + 2 / 3 + 0 + 1 / 2) / 4, 6)
    assert found["same_as"] == "recall:denominator=min"
    assert document["example"] == pytest.approx((1 + 2 / 4 + 0 + 1 / 2) / 4)
