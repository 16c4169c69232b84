"""Interactions from the command line: what is compared, tuned, trained, listed, and refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from recli import registry

RANKING = {"ndcg@10", "precision@10", "recall@10", "map@10", "hit-rate@10"}


@pytest.fixture
def clicks(tiny, tmp_path) -> str:
    """Who rated what of `tiny`, and when: 428 pairs."""
    lines = (tiny / "ratings.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split(",") for line in lines]
    text = "user,item,timestamp\n" + "".join(f"{u},{i},{t}\n" for u, i, _, t in rows)
    (tmp_path / "clicks.csv").write_text(text, encoding="utf-8")
    return "clicks.csv"


@pytest.fixture
def on(clicks) -> tuple[str, ...]:
    return ("-d", clicks, "--implicit")


def test_evaluate_compares_what_ranks_and_says_why_there_is_no_rmse(recli, on):
    done = recli("evaluate", *on, "--cv", 2, "-j", 1, "--format", "json")
    found = json.loads(done.stdout)
    names = {result["algorithm"] for result in found["results"]}
    assert names >= {"ease", "item-knn", "rp3beta", "most-popular"}
    for result in found["results"]:
        assert registry.get("algorithm", result["algorithm"]).predicts == "scores"
        assert set(result["metrics"]) == RANKING
    assert "No rmse, mae, mse, fcp: these are interactions" in done.stderr
    [left_out] = re.findall("they predict ratings, and these are interactions.: (.*)", done.stderr)
    assert set(left_out.split(", ")) >= {"baseline-only", "slope-one", "svd"}
    assert "seed 0; every interaction counts as liked\n" in done.stderr
    assert "--threshold" not in done.stderr
    codes = {warning["code"] for warning in found["warnings"]}
    assert codes == {"future", "few-users", "tied-places"}
    assert "The best lists: " in done.stderr.splitlines()[-2] + done.stderr.splitlines()[-1]


def test_the_reports_speak_of_interactions(recli, on):
    recli("evaluate", "-a", "ease", "-a", "most-popular", *on, "--cv", 2, "-j", 1)
    [folder] = Path("results/runs").iterdir()
    text = (folder / "report.md").read_text(encoding="utf-8")
    assert "428 interactions\n" in text
    assert "- Every interaction counts as liked.\n" in text
    recli("report", "latest", "--format", "html", "--output", "page.html")
    page = Path("page.html").read_text(encoding="utf-8")
    assert "428 interactions. Split k-fold" in page
    assert "the same for all; every interaction counts as liked." in page
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert about["dataset"]["implicit"] is True
    assert not any("rating" in warning["message"] for warning in about["warnings"])


def test_of_all_metrics_those_of_ratings_are_left_out(recli, on):
    done = recli("evaluate", "-a", "ease", *on, "--cv", 2, "-j", 1, "--metric", "all")
    assert "No rmse, mae, mse, fcp, " in done.stderr
    assert "Predicted ratings" not in done.stdout


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("evaluate -a ease --metric rmse", "rmse compares predicted with true ratings, and clicks"),
        ("evaluate --goal ratings", "--goal ratings: clicks holds interactions"),
        ("train --goal ratings", "--goal ratings: clicks holds interactions"),
        ("recommend -u 42 --goal ratings", "--goal ratings: clicks holds interactions"),
        ("tune --auto --goal ratings", "--goal ratings: clicks holds interactions"),
        ("tune -a ease --threshold 7", "--threshold 7: the interactions weigh 1 to 1"),
        ("evaluate -a ease -a svd", "svd predicts ratings, and the data are interactions"),
        ("train -a nmf", "nmf predicts ratings, and the data are interactions"),
        ("tune -a svd", "svd predicts ratings, and the data are interactions"),
        ("tune -a svd --metric ndcg", "svd predicts ratings, and the data are interactions"),
    ],
)
def test_what_needs_ratings_is_refused_in_a_line(recli, on, typed, message):
    done = recli(*typed.split(), *on, "-q", code=2)
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith(f"Error: {message}")
    assert not Path("results").exists()


def test_an_experiment(recli, clicks):
    head = (
        f'datasets = {{ dataset = "{clicks}", implicit = true }}\nsplits = "shuffle:n_splits=1"\n'
    )
    Path("mine.toml").write_text(head + "[algorithm.ease]\n", encoding="utf-8")
    [run] = json.loads(recli("run", "mine.toml", "-j", 1, "--format", "json").stdout)["runs"]
    assert set(run["results"][0]["metrics"]) == RANKING
    Path("mine.toml").write_text(head + "[algorithm.svd]\n", encoding="utf-8")
    done = recli("run", "mine.toml", code=2)
    assert "mine.toml, on clicks: svd predicts ratings" in done.stderr
    Path("mine.toml").write_text(head + 'metrics = ["rmse"]\n[algorithm.ease]\n', encoding="utf-8")
    assert "rmse compares" in recli("run", "mine.toml", code=2).stderr


def test_tune_goes_by_lists_whatever_the_algorithm_could_do(recli, on):
    done = recli("tune", "-a", "slim", "--trials", 2, "--cv", 2, "-j", 1, *on)
    assert "2 settings for ndcg@10" in done.stderr
    assert "Locked away until the end: 86 interactions" in done.stderr
    end = "best.toml -d clicks.csv, with the options that read the data here"
    assert done.stderr.splitlines()[-1].endswith(end)


def test_tune_auto_stacks_what_makes_lists(recli, on):
    rankers = ("-a", "ease", "-a", "item-knn", "-a", "most-popular")
    typed = ("tune", "--auto", *rankers, "--trials", 3, "--cv", 2, "-j", 1, *on)
    found = json.loads(recli(*typed, "--format", "json").stdout)
    assert "hybrid" in json.dumps(found)


def test_train_and_recommend(recli, on):
    model = json.loads(recli("train", *on, "--format", "json").stdout)
    assert registry.get("algorithm", model["algorithm"]).predicts == "scores"
    listed = recli("recommend", "-u", 42, "-m", model["algorithm"])
    end = "\n".join(listed.stderr.splitlines()[-2:])
    assert f"Lists by {model['algorithm']}: nDCG@10 {model['lists']['ndcg']:.4f}" in end
    assert "on a random fifth of the interactions, held back" in end


def test_similar_items(recli, on):
    found = json.loads(recli("similar", "--item", 318, *on, "--format", "json").stdout)
    assert len(found["similar"] if "similar" in found else found["items"]) > 0


def test_repeated_pairs_are_counted_as_they_came(recli, tmp_path):
    (tmp_path / "plays.csv").write_text("user,item\na,x\na,x\nb,x\nb,y\n", encoding="utf-8")
    done = recli("recommend", "-u", "a", "-d", "plays.csv", "--implicit")
    assert "plays: 2 users × 2 items, 4 interactions of 3 pairs that weigh 1 to 2" in done.stderr
    assert "y" in done.stdout.splitlines()[-1].split()
