"""What the options do."""

from __future__ import annotations

import csv
import json
import logging
import tomllib
from pathlib import Path

import pytest

EVALUATE = ("evaluate", "--cv", "2", "--jobs", "1", "-q", "--format", "json")


def test_evaluate_orders_by_the_first_metric(recli, tiny):
    names = ("-a", "svd", "-a", "normal-predictor", "-a", "baseline-only", "-d", tiny)
    for metric, sign in (("mae", 1), ("precision@3", -1)):
        found = json.loads(recli(*EVALUATE, *names, "--metric", metric).stdout)["results"]
        means = [sign * entry["metrics"][metric]["mean"] for entry in found]
        assert means == sorted(means)
        assert list(found[0]["metrics"]) == [metric]


def test_evaluate_passes_parameters_to_those_that_have_them(recli, tiny):
    line_up = ("-a", "svd", "-a", "KNNBasic", "-p", "n_factors=3", "-p", "k=7")
    document = json.loads(recli(*EVALUATE, *line_up, "-d", tiny).stdout)
    params = {entry["algorithm"]: entry["params"] for entry in document["results"]}
    assert params["svd"]["n_factors"] == 3
    assert params["knn-basic"]["k"] == 7
    assert "k" not in params["svd"]


def test_evaluate_writes_a_run(recli, tiny):
    document = json.loads(recli(*EVALUATE, "-a", "svd", "-d", tiny, "--results", "here").stdout)
    folder = Path("here/runs") / document["run"]
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert run["status"] == "finished"
    assert run["configuration"]["seed"] == 0
    assert document["dataset"].items() <= run["dataset"].items()
    with (folder / "metrics.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    rmse = [float(row["value"]) for row in rows if row["metric"] == "rmse"]
    assert rmse == document["results"][0]["metrics"]["rmse"]["folds"]
    assert "| svd" in (folder / "report.md").read_text(encoding="utf-8")


def test_results_folder_from_the_environment(recli, tiny, monkeypatch):
    monkeypatch.setenv("RECLI_RESULTS", "there")
    recli("train", "-a", "baseline-only", "-d", tiny)
    assert Path("there/models/baseline-only/model.json").is_file()


def test_jobs_change_no_number(recli, tiny):
    line_up = ("-a", "svd", "-a", "nmf", "-a", "normal-predictor", "-d", tiny)
    one, two = (
        json.loads(recli(*EVALUATE, *line_up, "--fresh", "-j", jobs).stdout) for jobs in (1, 2)
    )
    metrics = [[entry["metrics"] for entry in run["results"]] for run in (one, two)]
    assert metrics[0] == metrics[1]


def test_the_memory_limit_changes_no_number(recli, tiny):
    line_up = ("-a", "svd", "-a", "slope-one", "-a", "content-based", "-d", tiny)
    # Two users of 25 items at once, and the lists of all 30.
    runs = [
        recli(*EVALUATE, *line_up, "--fresh", *more) for more in ((), ("--memory-limit", "7000"))
    ]
    metrics = [[e["metrics"] for e in json.loads(run.stdout)["results"]] for run in runs]
    assert metrics[0] == metrics[1]
    [limit] = {
        json.loads(path.read_text(encoding="utf-8"))["memory_limit"]
        for path in Path("results/runs").glob("*/run.json")
    } - {None}
    assert limit == 7000
    wanted = ("recommend", "-u", "42", "-d", tiny, "-q", "--format", "json")
    lists = [recli(*wanted, *more).stdout for more in ((), ("--memory-limit", "2K"))]
    assert lists[0] == lists[1]


def test_a_list_longer_than_any_memory_is_as_long_as_the_catalogue(recli, tiny):
    shown = recli("recommend", "-u", "42", "-d", tiny, "-q", "--format", "json", "-n", 10**15)
    assert 0 < len(json.loads(shown.stdout)["items"]) < 25


def test_quiet_is_quiet_about_what_the_library_says(recli, tiny, monkeypatch):
    from recli.data import load

    def talkative(*_):
        logging.getLogger("recli").warning("by the way")
        return real(*_)

    real = load.load
    monkeypatch.setattr(load, "load", talkative)
    monkeypatch.setattr(logging.getLogger("recli"), "handlers", [logging.lastResort])
    assert "by the way\n" in recli("data", "show", tiny).stderr
    assert recli("data", "show", tiny, "-q").stderr == ""


def test_quiet_ends_with_the_command(recli, tiny):
    before = logging.getLogger("recli").level
    recli("data", "show", tiny, "-q")
    assert logging.getLogger("recli").level == before


def test_the_seed_changes_them(recli, tiny):
    runs = [
        recli(*EVALUATE, "-a", "svd", "-d", tiny, "--fresh", "--seed", seed).stdout
        for seed in (0, 0, 1)
    ]
    first, again, other = (json.loads(run)["results"][0]["metrics"] for run in runs)
    assert first == again != other


def test_threshold(recli, tiny):
    shown = recli(*EVALUATE[:-2], "-a", "svd", "-d", tiny, "--threshold", "3")
    assert shown.stdout
    loud = recli("evaluate", "-a", "svd", "-d", tiny, "--cv", 2, "-j", 1, "--threshold", "3")
    assert "a rating of 3 or more counts as liked" in loud.stderr


def test_tuned_parameters_reach_train_and_evaluate(recli, tiny):
    tune = ("tune", "-a", "svd", "-p", "n_epochs=3", "-d", tiny, "--cv", 2, "--trials", 3, "-j", 1)
    tune += ("--holdout", 0, "--pruner", "none")
    study = json.loads(recli(*tune, "-q", "--format", "json").stdout)
    assert study["trials"][0]["params"]["n_factors"] == 100, "the defaults come first"
    assert len(study["trials"]) == 3
    assert study["best"]["value"] == min(trial["value"] for trial in study["trials"])
    best = tomllib.loads(Path(study["params_file"]).read_text(encoding="utf-8"))
    assert best["algorithm"] == "svd"
    assert best["params"]["n_epochs"] == 3
    file = ("--params", study["params_file"], "-d", tiny, "-q", "--format", "json")
    assert json.loads(recli("train", *file).stdout)["params"] == study["best"]["params"]
    evaluated = json.loads(recli("evaluate", *file, "--cv", 2, "-j", 1).stdout)["results"]
    assert [entry["params"] for entry in evaluated] == [study["best"]["params"]]
    assert evaluated[0]["metrics"]["rmse"]["mean"] == pytest.approx(study["best"]["value"])


def test_train_replaces_a_model_and_recommend_reads_it(recli, tiny):
    recli("train", "-a", "svd", "-d", tiny, "--name", "mine")
    recli("train", "-a", "knn-basic", "-d", tiny, "--name", "mine")
    wanted = ("recommend", "--user", "42", "-n", 4, "--format", "json")
    by_name = json.loads(recli(*wanted, "--model", "mine").stdout)
    by_folder = json.loads(recli(*wanted, "--model", "results/models/mine").stdout)
    assert by_name == by_folder
    assert by_name["model"] == "mine"
    assert [place["rank"] for place in by_name["items"]] == list(
        range(1, len(by_name["items"]) + 1)
    )
    scores = [place["score"] for place in by_name["items"]]
    assert scores == sorted(scores, reverse=True)


def test_recommended_items_are_new_to_the_user(recli, tiny):
    with (tiny / "ratings.csv").open(encoding="utf-8") as file:
        rated = {int(row["movieId"]) for row in csv.DictReader(file) if row["userId"] == "42"}
    result = recli("recommend", "--user", "42", "-n", 99, "-d", tiny, "--format", "json")
    items = [place["item"] for place in json.loads(result.stdout)["items"]]
    assert not rated & set(items)
    assert len(items) == 25 - len(rated)
    assert "that is all there is to recommend" in result.stderr
    assert "No --model given: training " in result.stderr


def test_recommendations_are_written(recli, tiny):
    recli("recommend", "-u", "42", "-d", tiny, "-n", 3, "-o", "out/for-42.csv")
    with Path("out/for-42.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["rank"] for row in rows] == ["1", "2", "3"][: len(rows)]
    assert {row["user"] for row in rows} == {"42"}


def test_a_model_brings_its_own_ratings(recli, tiny):
    recli("train", "-a", "svd", "-d", tiny)
    recli("recommend", "--user", "42", "--model", "svd", "-d", tiny)
    other = recli("recommend", "--user", "42", "--model", "svd", "-d", "movielens-small", code=2)
    assert "has learned from the dataset tiny" in other.stderr


def test_how_a_file_is_read_is_shown_and_overruled(recli):
    Path("mine.txt").write_text("9|u1|3\n8|u2|4\n9|u2|5\n8|u1|2\n", encoding="utf-8")
    assert "Read as:" in (guessed := recli("data", "check", "mine.txt").stderr)
    assert "--delimiter" in guessed
    options = ("--columns", "item,user,rating", "--delimiter", "bar", "--no-header")
    said = recli("data", "show", "mine.txt", *options, "--scale", "1:5", "--format", "json")
    document = json.loads(said.stdout)
    assert document["first"][0] == {"user": "u1", "item": "9", "rating": "3", "title": ""}
    assert document["scale"] == "1 to 5"


def test_bad_rows_are_set_aside_into_a_file(recli):
    Path("mine.csv").write_text("user,item,rating\na,x,3\nb,x,bad\nb,y,4\n", encoding="utf-8")
    result = recli("data", "check", "mine.csv", "--on-bad", "skip", "--format", "json")
    assert json.loads(result.stdout)["problems"][0]["kind"] == "bad-rows"
    assert "1 bad row." in result.stderr
    kept = Path("results/bad-rows/mine.csv").read_text(encoding="utf-8")
    assert kept.splitlines()[1].startswith("3,rating 'bad' is not a finite number")


@pytest.mark.parametrize(("choice", "rating"), [("first", "2"), ("last", "4"), ("mean", "3")])
def test_duplicates_are_merged_as_told(recli, choice, rating):
    Path("mine.csv").write_text("user,item,rating\na,x,2\na,x,4\nb,x,5\n", encoding="utf-8")
    result = recli("data", "show", "mine.csv", "--duplicates", choice, "--format", "json")
    assert json.loads(result.stdout)["first"][0]["rating"] == rating
    assert "1 duplicate rating." in result.stderr


def test_an_added_dataset_has_a_name(recli, tiny):
    recli("data", "add", tiny / "ratings.csv", "--name", "mine", "--items", tiny / "movies.csv")
    added = json.loads(recli("data", "check", "mine", "--format", "json").stdout)
    direct = json.loads(recli("data", "check", tiny, "--format", "json").stdout)
    assert added["ratings"] == direct["ratings"]
    assert "mine" in recli("data", "list").stdout


def test_an_added_user_table_is_shown(recli, tiny):
    Path("people.csv").write_text("userId,age,job\n2,30,vet\n", encoding="utf-8")
    recli("data", "add", tiny / "ratings.csv", "--name", "mine", "--users", "people.csv")
    shown = json.loads(recli("data", "show", "mine", "--format", "json").stdout)
    assert shown["user columns"] == "age, job"
    assert "user columns" not in json.loads(recli("data", "show", tiny, "--format", "json").stdout)


def test_your_own_class(recli, tiny):
    Path("middle.py").write_text(
        "from surprise import AlgoBase\n"
        "class Middle(AlgoBase):\n"
        "    def __init__(self, at=3.0):\n"
        "        super().__init__()\n"
        "        self.at = at\n"
        "    def estimate(self, user, item):\n"
        "        return self.at\n",
        encoding="utf-8",
    )
    found = json.loads(recli(*EVALUATE, "-a", "middle:Middle", "-p", "at=2.5", "-d", tiny).stdout)
    assert found["results"][0]["algorithm"] == "middle:Middle"
    assert found["results"][0]["params"] == {"at": 2.5}


def test_debug_shows_the_traceback_and_keeps_the_exit_code(recli):
    quiet = recli("evaluate", "-a", "svdd", code=2).stderr
    loud = recli("evaluate", "-a", "svdd", "--debug", code=2).stderr
    assert "Traceback" not in quiet
    assert loud.startswith("Traceback")
    assert "resolve" in loud
    assert loud.splitlines()[-1] == quiet.removeprefix("Error: ").strip()


def test_a_bug_keeps_its_traceback(recli, monkeypatch):
    from recli.data import find

    monkeypatch.setattr(find, "names", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        recli("list", "datasets")
