"""`evaluate` and `run` with options of lists, and what runs say of them afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recli.records.stored_run import StoredRun

GIVEN = ("--cv", 2, "-j", 1, "--metric", "ndcg", "--metric", "diversity", "--metric", "auc")
FORMAT = ("--format", "json")


@pytest.fixture
def evaluated(recli, tiny):
    """`evaluated("--diversify", 0.5)` is the folder of such a run, of ease and most-popular."""

    def run(*typed):
        line_up = ("-a", "ease", "-a", "most-popular", "-d", tiny)
        done = recli("evaluate", *line_up, *GIVEN, *typed, *FORMAT)
        return Path("results/runs", json.loads(done.stdout)["run"])

    return run


def document(folder):
    return json.loads((folder / "run.json").read_text(encoding="utf-8"))


def means(folder):
    frame = pd.read_csv(folder / "metrics.csv")
    return frame.groupby(["algorithm", "metric"])["value"].mean()


def test_a_run_says_how_its_lists_were_made(recli, tiny, evaluated):
    done = recli(
        "evaluate", "-a", "ease", "-d", tiny, *GIVEN, "--diversify", 0.5, "--min-ratings", 8
    )
    options = "min_ratings=8 diversify=0.5"
    assert f"\nLists are made with {options}, as 'recli recommend' makes them\n" in done.stderr
    assert f"ease {options}" in done.stdout
    folder = evaluated("--diversify", 0.5, "--min-ratings", 8)
    for entry, name in zip(
        document(folder)["configuration"]["line_up"], ("ease", "most-popular"), strict=True
    ):
        assert entry["lists"] == {"min_ratings": 8, "diversify": 0.5}
        assert entry["label"] == f"{name} {options}"
    table = pd.read_csv(folder / "metrics.csv")
    assert set(table["lists"]) == {'{"min_ratings": 8, "diversify": 0.5}'}
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert f"most-popular {options}" in report
    assert "unless options after the name of an algorithm say otherwise" in report


def test_without_options_nothing_speaks_of_them(recli, tiny, evaluated):
    folder = evaluated("--diversify", 0, "--include-seen", "--exclude-seen")
    assert "lists" not in document(folder)["configuration"]["line_up"][0]
    assert "lists" not in pd.read_csv(folder / "metrics.csv")
    done = recli("evaluate", "-a", "ease", "-d", tiny, *GIVEN)
    assert "Lists are made" not in done.stderr


def test_lists_are_measured_as_they_are_made(evaluated):
    plain, diverse = means(evaluated()), means(evaluated("--diversify", 0.6))
    for name in ("ease", "most-popular"):
        assert diverse[name, "diversity@10"] > plain[name, "diversity@10"]
        assert diverse[name, "ndcg@10"] != plain[name, "ndcg@10"]
        assert diverse[name, "auc"] == plain[name, "auc"]  # of the whole ranking
    seen = means(evaluated("--include-seen"))
    assert seen["ease", "ndcg@10"] < plain["ease", "ndcg@10"]  # places go to what is known


def test_cells_of_other_lists_are_others(evaluated):
    first, other, again = evaluated(), evaluated("--explore", 0.3), evaluated("--explore", 0.3)
    assert [cell["reused"] for cell in document(other)["cells"]] == [False] * 4
    assert [cell["reused"] for cell in document(again)["cells"]] == [True] * 4
    keys = [{cell["key"] for cell in document(run)["cells"]} for run in (first, other, again)]
    assert keys[0].isdisjoint(keys[1])
    assert keys[1] == keys[2]


def test_a_run_with_options_is_reproduced(recli, evaluated):
    Path("some.txt").write_text("\n".join(map(str, range(1, 3000))), encoding="utf-8")
    folder = evaluated("--candidates", "some.txt", "--calibrate", "genres=0.3", "--explore", 0.2)
    Path("some.txt").unlink()  # the run knows what it said
    assert recli("reproduce", folder.name, "-j", 1).stdout.startswith("Identical: ")


def test_runs_with_other_lists_differ(recli, evaluated):
    one, two = evaluated().name, evaluated("--diversify", 0.5).name
    found = json.loads(recli("runs", "diff", one, two, *FORMAT).stdout)
    text = json.dumps(found)
    assert "ease diversify=0.5" in text
    reported = recli("report", one, two, "--format", "csv").stdout
    assert "ease diversify=0.5" in reported


def test_an_experiment_crosses_its_algorithms_with_options(recli, tiny):
    Path("e.toml").write_text(
        f'datasets = "{tiny.as_posix()}"\nsplits = "shuffle:n_splits=1"\n'
        'metrics = ["ndcg", "diversity"]\n'
        "[algorithm.ease]\n[algorithm.most-popular]\n[recommend]\ndiversify = [0, 0.5]\n"
        'calibrate = ["none", "genres=0.4"]\nmin_ratings = 3\n',
        encoding="utf-8",
    )
    found = json.loads(recli("run", "e.toml", "-j", 1, *FORMAT).stdout)["runs"][0]
    line_up = document(Path("results/runs", found["run"]))["configuration"]["line_up"]
    options = [
        {"min_ratings": 3},
        {"min_ratings": 3, "calibrate": {"genres": 0.4}},
        {"min_ratings": 3, "diversify": 0.5},
        {"min_ratings": 3, "diversify": 0.5, "calibrate": {"genres": 0.4}},
    ]
    assert [(entry["algorithm"], entry["lists"]) for entry in line_up] == [
        (name, each) for name in ("ease", "most-popular") for each in options
    ]
    # One fold, and algorithm and parameters alike: every entry has its own numbers all the same.
    stored = StoredRun.read(Path("results"), found["run"]).metrics()
    diversity = stored[stored["metric"] == "diversity@10"]
    assert diversity["entry"].tolist() == list(range(8))
    plain, calibrated, diverse, both = diversity["value"].to_numpy().reshape(2, 4).T
    assert (np.minimum(diverse, both) > np.maximum(plain, calibrated)).all()
    assert ((plain != calibrated) & (diverse != both)).all()
    assert recli("reproduce", found["run"], "-j", 1).stdout.startswith("Identical: ")
    planned = recli("run", "e.toml", "--dry-run", "-S", "recommend.diversify=0.1").stdout
    assert "ease min_ratings=3 diversify=0.1 calibrate.genres=0.4\n" in planned
    assert "diversify=0.5" not in planned


WRONG = [
    ("recommend.diversify=2", "recommend.diversify: Parameter diversify=2 is not valid"),
    ("recommend.diverse=0.1", "recommend.diverse: There is no option of lists 'diverse'"),
    ("recommend.diversify=0.5,0.50", "'diversify=0.5' is there twice"),
    ("recommend.max_per=genre=3", "There is no item column 'genre'. Did you mean 'genres'?"),
    ("recommend.where=colour = 'red'", "There is no item column 'colour'"),
    ("recommend.sort=lower-bound", "does not say how sure it is of a rating"),
    ("recommend.min_ratings=1000", "None of the 25 items of the catalogue is left"),
    ("recommend.candidates=nowhere.txt", "recommend.candidates: nowhere.txt: no such file"),
    ("recommend=3", "is nothing that '-S' sets"),
]


@pytest.mark.parametrize(("setting", "message"), WRONG, ids=lambda value: str(value))
def test_what_cannot_be_is_said_before_anything_runs(recli, tiny, setting, message):
    Path("e.toml").write_text(
        f'datasets = "{tiny.as_posix()}"\n[algorithm.ease]\n', encoding="utf-8"
    )
    for dry in (["--dry-run"], []):
        done = recli(
            "run",
            "e.toml",
            "-S",
            setting,
            *dry,
            code=4 if "left" in message or "such file" in message else 2,
        )
        assert message in done.stderr
    assert not Path("results").exists()


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        ("--diversify 2", 2, "2.0 is not in the range 0<=x<=1"),
        ("--calibrate genre=0.5", 2, "There is no item column 'genre'"),
        ("--where year>", 2, "a number or a text in quotes is missing"),
        ("--max-per genres=x", 2, "x is not a whole number ≥ 1"),
        ("--min-ratings 1000", 4, "None of the 25 items"),
        ("--candidates none.txt", 4, "none.txt: none of its 2 items is known"),
        ("--exclude nowhere.txt", 4, "nowhere.txt: no such file"),
        ("--sort lower-bound", 2, "ease does not say how sure it is"),
        ("--diversify 0.7 --calibrate genres=0.4", 2, "are more than 1 together"),
    ],
)
def test_typed_wrong(recli, tiny, typed, code, message):
    Path("none.txt").write_text("no\nnor this\n", encoding="utf-8")
    done = recli("evaluate", "-a", "ease", "-d", tiny, *GIVEN, *typed.split(), code=code)
    assert message in done.stderr
    assert not Path("results").exists()


def test_without_features_or_factors_nothing_is_alike(recli):
    rows = [(u, i, (u * i) % 5 + 1) for u in range(12) for i in range(12) if (u + i) % 3]
    text = "".join(f"{user},{item},{rating}\n" for user, item, rating in rows)
    Path("r.csv").write_text(f"user,item,rating\n{text}", encoding="utf-8")
    given = ("-d", "r.csv", "--cv", 2, "-j", 1, "--metric", "ndcg@3", "--diversify", 0.2)
    refused = recli("evaluate", "-a", "svd", "-a", "ease", *given, code=2)
    assert "no item features, and ease no factors" in refused.stderr
    assert not Path("results").exists()
    assert "svd diversify=0.2" in recli("evaluate", "-a", "svd", *given).stdout


def test_no_run_has_begun_where_the_cluster_is_none(recli):
    recli("evaluate", "-a", "damped-mean", "--cluster", "nowhere://host:1", code=2)
    assert not list(Path("results").glob("runs/*"))
