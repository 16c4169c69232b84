"""The keys of the JSON that others build on: later work adds keys, never changes these."""

from __future__ import annotations

import json
import re
from numbers import Real
from pathlib import Path

HEX16 = re.compile(r"[0-9a-f]{16}")


def document(result):
    return json.loads(result.stdout)


def test_evaluate(recli, tiny):
    line_up = ("-a", "svd", "-a", "baseline-only")
    found = document(
        recli("evaluate", *line_up, "-d", tiny, "--cv", 3, "-j", 1, "--format", "json")
    )
    assert found.keys() >= {"run", "dataset", "results"}
    assert found["dataset"].keys() >= {"name", "users", "items", "ratings", "fingerprint"}
    assert HEX16.fullmatch(found["dataset"]["fingerprint"])
    assert (Path("results/runs") / found["run"] / "run.json").is_file()
    assert len(found["results"]) == 2
    for entry in found["results"]:
        assert entry.keys() >= {"algorithm", "params", "metrics", "fit_seconds", "test_seconds"}
        assert {"rmse", "mae", "mse", "fcp"} <= entry["metrics"].keys()
        ranked = {"precision@10", "recall@10", "ndcg@10", "map@10", "hit-rate@10"}
        assert ranked <= entry["metrics"].keys()
        assert entry["fit_seconds"] >= 0 <= entry["test_seconds"]
        for values in entry["metrics"].values():
            assert values.keys() >= {"mean", "std", "folds"}
            assert len(values["folds"]) == 3


def test_recommend(recli, tiny):
    found = document(recli("recommend", "--user", 42, "-d", tiny, "--format", "json"))
    assert found.keys() >= {"user", "model", "items"}
    assert found["user"] == 42
    for place in found["items"]:
        assert place.keys() >= {"rank", "item", "title", "score"}
        assert isinstance(place["item"], int)
        assert isinstance(place["score"], Real)


def test_tune(recli, tiny):
    tune = ("tune", "-a", "svd", "-p", "n_epochs=2", "--cv", 2, "--trials", 2, "-j", 1)
    found = document(recli(*tune, "-d", tiny, "--format", "json"))
    assert found.keys() >= {"study", "algorithm", "metric", "best", "locked", "trials"}
    assert found["best"].keys() >= {"value", "values", "params"}
    for trial in found["trials"]:
        assert trial.keys() >= {"algorithm", "number", "value", "values", "state", "params"}
        assert trial["state"] == "complete"
    assert found["locked"][0].keys() >= {
        "goal",
        "tuned",
        "tuned_defaults",
        "best",
        "defaults",
        "floor",
    }
    assert (Path("results/studies") / found["study"] / "study.db").is_file()


def test_train(recli, tiny):
    found = document(recli("train", "-a", "svd", "-d", tiny, "--format", "json"))
    assert found.keys() >= {"model", "algorithm", "params", "path", "fit_seconds"}
    assert (Path(found["path"]) / "model.json").is_file()


def test_data_check(recli, tiny):
    found = document(recli("data", "check", tiny, "--format", "json"))
    assert found.keys() >= {"users", "items", "ratings", "scale", "duplicates", "problems"}
    assert found["scale"] == [0.5, 5.0]
    assert found["duplicates"] == 0


def test_data_check_problems(recli):
    Path("mine.csv").write_text("user,item,rating\na,x,2\na,x,4\n", encoding="utf-8")
    found = document(recli("data", "check", "mine.csv", "--format", "json"))
    assert found["duplicates"] == 1
    kinds = [problem["kind"] for problem in found["problems"]]
    assert {"duplicates", "contradictions", "one-user", "one-item"} <= set(kinds)
    for problem in found["problems"]:
        assert problem.keys() >= {"kind", "count", "advice"}


def test_ids_with_leading_zeros_stay_text(recli):
    rows = "user,item,rating\n007,x,2\n007,y,4\n042,x,5\n"
    Path("mine.csv").write_text(rows, encoding="utf-8")
    found = document(recli("recommend", "--user", "042", "-d", "mine.csv", "--format", "json"))
    assert found["user"] == "042"
    assert [place["item"] for place in found["items"]] == ["y"]
