"""`recli run` and `recli show schema`."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import tomllib
from pathlib import Path

import jsonschema
import pytest

from recli import registry

EXPERIMENTS = sorted((Path(__file__).parents[2] / "experiments").glob("*.toml"))
TEXT = """\
title = "Two of everything"
description = "To see that it runs."
datasets = "{tiny}"
splits = ["k-fold:n_splits=2", "last-n:n=2"]
seeds = [0, 1]
metrics = ["rmse", "ndcg"]
k = [3, 5]
threshold = 3.5

[algorithm.svd]
n_factors = [2, 4]
n_epochs = 3
[algorithm.BaselineOnly]
"""
JSON = ("-j", 1, "-q", "--format", "json")


@pytest.fixture
def file(tiny):
    path = Path("two.toml")
    path.write_text(TEXT.format(tiny=tiny.as_posix()), encoding="utf-8")
    return path


def bare(tiny):
    """The ratings alone: no features of items."""
    shutil.copy(tiny / "ratings.csv", "bare.csv")


def test_each_run_is_what_evaluate_gives(recli, tiny, file):
    found = json.loads(recli("run", file, *JSON).stdout)
    assert (found["title"], found["file"]) == ("Two of everything", "two.toml")
    assert [(run["split"], run["seed"]) for run in found["runs"]] == [
        ("k-fold:n_splits=2", 0),
        ("k-fold:n_splits=2", 1),
        ("last-n:n=2", 0),
        ("last-n:n=2", 1),
    ]
    for run in found["runs"]:
        assert (Path("results/runs") / run["run"] / "run.json").is_file()
        results = {}
        for factors in (2, 4):
            options = ("-d", tiny, "-a", "svd", "-a", "baseline-only", "-p", f"n_factors={factors}")
            options += ("-p", "n_epochs=3", "--metric", "rmse", "--metric", "ndcg", "--k", "3,5")
            options += ("--split", run["split"], "--seed", run["seed"], "--threshold", 3.5)
            results |= by_params(json.loads(recli("evaluate", *options, *JSON).stdout))
        assert by_params(run) == results


def by_params(document):
    return {
        (result["algorithm"], json.dumps(result["params"])): result["metrics"]
        for result in document["results"]
    }


def test_tables_under_title_and_headings(recli, file):
    shown = recli("run", file, "-j", 1)
    lines = shown.stdout.splitlines()
    assert lines[0] == "Two of everything"
    headings = [line for line in lines if line.startswith("Run ")]
    assert headings[0] == "Run 1 of 4: tiny, k-fold:n_splits=2, seed 0"
    assert headings[3] == "Run 4 of 4: tiny, last-n:n=2, seed 1"
    assert len(headings) == 4
    assert lines.count("Predicted ratings, best rmse first") == 4
    assert shown.stderr.count("Written to results/runs/") == 4


def test_what_was_computed_is_not_computed_again(recli, file):
    options = ("run", file, "-j", 1, "-S", "seeds=0", "-S", "splits=last-n:n=2")
    assert "were there already" not in recli(*options, "-S", "algorithm.svd.n_factors=2").stderr
    assert "2 of 3 cells were there already" in recli(*options).stderr
    assert "were there already" not in recli(*options, "--fresh").stderr


def test_rows_of_all_runs(recli, file):
    shown = recli("run", file, "-j", 1, "--format", "csv", "-S", "seeds=3").stdout
    rows = list(csv.DictReader(io.StringIO(shown)))
    assert {(row["dataset"], row["seed"]) for row in rows} == {("tiny", "3")}
    assert [row["split"] for row in rows] == ["k-fold:n_splits=2"] * 3 + ["last-n:n=2"] * 3
    assert {"algorithm", "rmse", "ndcg@3", "ndcg@5"} <= set(rows[0])
    markdown = recli("run", file, "-j", 1, "--format", "markdown", "-S", "seeds=3").stdout
    assert markdown.startswith("| dataset ")
    assert len(markdown.splitlines()) == 2 + 6


def test_a_dry_run_writes_nothing(recli, file):
    shown = recli("run", file, "--dry-run", "-S", "algorithm.svd.n_factors=1,2,3").stdout
    assert "To see that it runs." in shown
    assert "svd (n_factors=3, n_epochs=3)" in shown
    assert "4 runs, 24 cells; nothing was run." in shown  # 4 algorithms × (2 + 2 + 1 + 1) folds
    assert not Path("results").exists()


def test_a_dry_run_as_json(recli, file):
    found = json.loads(recli("run", file, "--dry-run", "--format", "json").stdout)
    assert [run["folds"] for run in found["runs"]] == [2, 2, 1, 1]
    assert [entry["algorithm"] for entry in found["line_up"]] == ["svd", "svd", "baseline-only"]


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_those_that_come_with_recli_are_ready_to_run(recli, path):
    text = path.read_text(encoding="utf-8")
    names = tomllib.loads(text).get("algorithm", {})
    extras = {registry.extra_of("algorithm", name) for name in names} - {""}
    if not all(map(registry.installed, extras)):
        assert "pip install 'recli[" in recli("run", path, "--dry-run", code=5).stderr
        return
    shown = recli("run", path, "--dry-run")
    assert "nothing was run." in shown.stdout
    to_download = re.findall(r'datasets?"? = "(ml-\d+\w)"', text)
    here = not to_download
    assert all(f"recli data download {name}" in shown.stderr for name in to_download)
    assert (" cells; nothing" in shown.stdout) is here


def test_what_is_not_downloaded_does_not_run(recli):
    (path,) = (path for path in EXPERIMENTS if path.stem == "surprise_readme")
    shown = recli("run", path, code=4)
    assert "'recli data download ml-100k'" in shown.stderr


def test_a_dataset_read_as_the_file_says(recli):
    rows = "film,stars,who\n" + "".join(f"f{i % 7},{i % 5 + 1},u{i // 6}\n" for i in range(60))
    Path("own.csv").write_text(rows + "f1,many,u0\n", encoding="utf-8")
    Path("own.toml").write_text(
        'datasets = { dataset = "own.csv", user = "who", item = "film", rating = "stars", '
        'scale = [1, 6], on_bad = "skip" }\n'
        'splits = "k-fold:n_splits=2"\nk = 3\n[algorithm.baseline-only]\n',
        encoding="utf-8",
    )
    shown = recli("run", "own.toml", *JSON)
    (run,) = json.loads(shown.stdout)["runs"]
    assert (run["dataset"]["users"], run["dataset"]["ratings"]) == (10, 60)
    stored = Path("results/runs", run["run"], "run.json").read_text(encoding="utf-8")
    assert json.loads(stored)["configuration"]["scale"] == [1.0, 6.0]
    assert Path("results/bad-rows/own.csv").is_file()


def test_metrics_that_a_dataset_cannot_have_are_left_out_of_all(recli, tiny):
    bare(tiny)
    Path("all.toml").write_text(
        'datasets = "bare.csv"\nmetrics = "all"\nsplits = ["k-fold:n_splits=2", "shuffle"]\n'
        "[algorithm.baseline-only]\n",
        encoding="utf-8",
    )
    shown = recli("run", "all.toml", "-j", 1, "--format", "json")
    assert shown.stderr.count("Left out, since the dataset has no such item features") == 1
    for run in json.loads(shown.stdout)["runs"]:
        assert "diversity@10" not in run["results"][0]["metrics"]
        assert "novelty@10" in run["results"][0]["metrics"]


@pytest.mark.parametrize(
    ("lines", "code", "message"),
    [
        ("metrcs = 'rmse'", 2, "bad.toml, line 2: metrcs: There is no key 'metrcs'. Did you mean"),
        ("title = ", 3, "bad.toml: cannot be read as TOML"),
        ("datasets = 'nope.csv'", 4, "bad.toml: datasets: There is no dataset or file 'nope.csv'"),
        ("metrics = 'diversity'", 3, "bad.toml, on bare: diversity@10 needs item features"),
        ("threshold = 9", 2, "bad.toml, on bare: --threshold 9"),
        (
            "splits = ['cold-users', 'k-fold:n_splits=5000']",
            3,
            "bad.toml, k-fold:n_splits=5000 on bare: 428 r",
        ),
        ("[algorithm.content-based]", 3, "bad.toml, on bare: content-based needs item features"),
    ],
)
def test_bad_files_stop_before_anything_is_run(recli, tiny, lines, code, message):
    bare(tiny)
    given = "" if "datasets" in lines else "datasets = 'bare.csv'"
    Path("bad.toml").write_text(f"{given}\n{lines}\n[algorithm.svd]\n", encoding="utf-8")
    assert message in recli("run", "bad.toml", code=code).stderr
    assert not Path("results").exists()


def test_no_such_file(recli):
    assert "none.toml: no such file" in recli("run", "none.toml", code=4).stderr


def test_the_schema_is_printed(recli):
    schema = json.loads(recli("show", "schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({"algorithm": {"svd": {"n_factors": [50, 100]}}})
    assert not validator.is_valid({"algorithm": {"svd": {"n_factor": 50}}})


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("experiment", {"algorithm": {"svd": {}}}),
        ("dataset", {"ratings": {"file": "r.csv"}}),
        ("params", {"algorithm": "svd", "params": {"n_factors": 3}}),
        ("space", {"svd": {"n_factors": [10, 400]}}),
    ],
)
def test_the_schemas_of_other_files_are_printed(recli, kind, document):
    schema = json.loads(recli("show", "schema", kind).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(document)
    assert not validator.is_valid({**document, "else": 1})


def test_the_example_of_the_readme_reads(recli):
    readme = (EXPERIMENTS[0].parent / "README.md").read_text(encoding="utf-8")
    example = readme.partition("```toml\n")[2].partition("```")[0]
    Path("my_module.py").write_text(
        "import surprise\nclass MyAlgo(surprise.AlgoBase):\n    pass\n", encoding="utf-8"
    )
    Path("ratings.csv").write_text(
        "user,item,rating,time\n"
        + "".join(f"u{i // 16},i{i % 16},{i % 5 + 1},{i}\n" for i in range(160)),
        encoding="utf-8",
    )
    Path("mine.toml").write_text(example, encoding="utf-8")
    shown = recli("run", "mine.toml", "--dry-run").stdout
    assert "8 runs, 168 cells; nothing was run." in shown  # 7 algorithms × 2 × 2 × (5 + 1) folds
