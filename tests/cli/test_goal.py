"""What commands do by default: good lists, and with `--goal ratings` well predicted ratings."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from recli import registry

EVALUATE = ("evaluate", "-a", "svd", "-a", "ease", "-a", "most-popular", "--cv", 2, "-j", 1)
TUNE = ("tune", "--trials", 2, "--cv", 2, "-j", 1)


@pytest.fixture
def bare(tiny, tmp_path) -> str:
    """The ratings of `tiny` alone, without times and items."""
    lines = (tiny / "ratings.csv").read_text(encoding="utf-8").splitlines()
    rows = [",".join(line.split(",")[:3]) for line in lines]
    (tmp_path / "bare.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return "bare.csv"


def document(done):
    return json.loads(done.stdout)


def by_algorithm(done, metric):
    return {
        result["algorithm"]: result["metrics"][metric]["mean"]
        for result in document(done)["results"]
    }


# evaluate


def test_evaluate_leads_with_lists(recli, tiny):
    shown = recli(*EVALUATE, "-d", tiny)
    ranked, predicted = (
        shown.stdout.index("Ranked catalogue, first 10 places, best ndcg@10 first"),
        shown.stdout.index("Predicted ratings, best rmse first"),
    )
    assert ranked < predicted
    [report] = Path("results/runs").glob("*/report.md")
    text = report.read_text(encoding="utf-8")
    assert text.index("## Ranked catalogue") < text.index("## Predicted ratings")
    assert "ordered by its\nfirst metric" in text


def test_with_the_other_goal_it_leads_with_ratings_and_computes_nothing_anew(recli, tiny):
    recli(*EVALUATE, "-d", tiny)
    shown = recli(*EVALUATE, "-d", tiny, "--goal", "ratings")
    assert shown.stdout.index("Predicted ratings") < shown.stdout.index("Ranked catalogue")
    assert "6 of 6 cells were there already" in shown.stderr
    assert "lists" not in shown.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("goal", "metric", "sign"), [((), "ndcg@10", -1), (("--goal", "ratings"), "rmse", 1)]
)
def test_the_goal_orders(recli, tiny, goal, metric, sign):
    done = recli(*EVALUATE, "-a", "nmf", "-d", tiny, *goal, "--format", "json")
    means = [mean for mean in by_algorithm(done, metric).values() if mean is not None]
    assert means == sorted(means, key=lambda mean: sign * mean)
    assert len(means) >= 2


def test_a_metric_goes_before_the_goal(recli, tiny):
    done = recli(*EVALUATE, "-d", tiny, "--metric", "mae", "--metric", "ndcg@5")
    assert done.stdout.index("best mae first") < done.stdout.index("best ndcg@5 first")


def test_all_metrics_begin_with_those_of_the_goal(recli, tiny):
    for goal, first in ((), "ndcg@10"), (("--goal", "ratings"), "rmse"):
        done = recli("evaluate", "-a", "svd", "-d", tiny, "--metric", "all", "--cv", 2, "-q", *goal)
        assert f"best {first} first" in done.stdout.splitlines()[1]


def test_evaluate_ends_with_the_best_lists_and_those_that_most_popular_beats(recli, tiny):
    typed = (*EVALUATE, "-a", "nmf", "-d", tiny, "--format", "json")
    done = recli(*typed)
    ndcg = by_algorithm(done, "ndcg@10")
    best = max(ndcg, key=ndcg.__getitem__)
    poor = sorted(
        (name for name in ndcg if ndcg[name] < ndcg["most-popular"]),
        key=lambda name: -ndcg[name],
    )
    assert "nmf" in poor
    beside = "" if best == "most-popular" else f" (most-popular {ndcg['most-popular']:.4f})"
    following = f"Next: recli train -a {best} -d {tiny}"
    assert done.stderr.splitlines()[-2:] == [
        f"The best lists: {best}, ndcg@10 {ndcg[best]:.4f}{beside}. {following}",
        f"Worse than most-popular at lists, by ndcg@10: {', '.join(poor)}.",
    ]


# train and recommend


def test_train_takes_the_best_list_maker_and_says_what_it_reaches(recli, tiny):
    done = recli("train", "-d", tiny, "--format", "json")
    model = document(done)
    one_fold = ("--split", "shuffle:n_splits=1,test_size=0.2", "-j", 1, "--format", "json")
    line_up = [f"-a{name}" for name in ("ease", "item-knn", "rp3beta", "most-popular")]
    ndcg = by_algorithm(recli("evaluate", *line_up, "-d", tiny, *one_fold), "ndcg@10")
    assert ndcg[model["algorithm"]] == pytest.approx(max(ndcg.values()))
    assert model["lists"]["ndcg"] == pytest.approx(ndcg[model["algorithm"]])
    assert model["lists"]["floor"] == pytest.approx(ndcg["most-popular"])
    assert f"Taken: {model['algorithm']}, whose lists are the best on a random" in done.stderr
    last = f"Lists by {model['algorithm']}: nDCG@10 {max(ndcg.values()):.4f}, hit-rate@10 "
    assert done.stderr.splitlines()[-1].startswith(last)


def test_what_was_measured_of_a_model_is_said_with_its_lists(recli, tiny):
    trained = recli("train", "-a", "svd", "-d", tiny).stderr.splitlines()
    listed = recli("recommend", "-u", 42, "-m", "svd").stderr.splitlines()
    everybody = recli("recommend", "--all-users", "-m", "svd").stderr.splitlines()
    said = trained[trained.index("Next: recli recommend --model svd --user 2") + 1 :]
    assert said[0].startswith("Lists by svd: nDCG@10 ")
    assert listed[-len(said) :] == everybody[-len(said) :] == said
    shown = recli("models", "show", "svd").stdout
    assert said[0].removeprefix("Lists by svd: ").removesuffix(".") in shown


@pytest.mark.parametrize("name", ["normal-predictor", "nmf"])
def test_who_is_worse_than_most_popular_is_warned_of(recli, tiny, name):
    for typed in ("train", "-a", name, "-d", tiny), ("recommend", "-u", 42, "-m", name):
        last = recli(*typed).stderr.splitlines()[-1]
        assert last.startswith("Warning: most-popular makes better lists")


def test_by_an_earlier_run_where_there_is_one(recli, tiny):
    done = recli(*EVALUATE, "-d", tiny, "--format", "json")
    ndcg, run = by_algorithm(done, "ndcg@10"), document(done)["run"]
    model = document(recli("train", "-a", "ease", "-d", tiny, "--format", "json"))
    assert model["lists"]["ndcg"] == pytest.approx(ndcg["ease"])
    assert model["lists"]["floor"] == pytest.approx(ndcg["most-popular"])
    said = recli("recommend", "-u", 42, "-m", "ease").stderr
    assert f" on k-fold:n_splits=2 (run {run}); most-popular " in said


def test_for_ratings_the_defaults_are_those_that_predict_them(recli, tiny, bare):
    for data, name in (tiny, "content-based"), (bare, "svd"):
        done = recli("train", "-d", data, "--goal", "ratings", "--format", "json")
        assert document(done)["algorithm"] == name
        assert document(done)["lists"] is None
        assert "Lists by" not in done.stderr
        shown = recli("recommend", "-u", 42, "-d", data, "--goal", "ratings", "--format", "json")
        assert document(shown)["model"] == name


def test_somebody_of_whom_nothing_is_known_gets_no_promise(recli, tiny):
    recli("train", "-a", "ease", "-d", tiny)
    assert "Lists by" not in recli("recommend", "--new-user", "-m", "ease").stderr
    assert "Lists by" in recli("recommend", "--rate", "318=5", "-m", "ease").stderr


def test_a_stored_model_is_asked_without_measuring_anything(recli, tiny):
    recli("train", "-a", "ease", "-d", tiny)
    code = (
        "import sys; from recli.cli import main; "
        "main(['recommend', '-u', '42', '-m', 'ease'], standalone_mode=False); "
        "print([m for m in sys.modules if m.startswith(('recli.experiments', 'recli.evaluation', "
        "'sklearn', 'pandas', 'numba'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
    assert "Lists by ease: nDCG@10 " in done.stderr


def test_similar_items_go_by_who_likes_them_and_users_by_features(recli, tiny):
    item = document(recli("similar", "--item", 318, "-d", tiny, "--format", "json"))
    user = document(recli("similar", "--user", 42, "-d", tiny, "--format", "json"))
    assert registry.get("algorithm", item["model"]).predicts == "scores"
    assert user["model"] == "content-based"


# tune


@pytest.mark.parametrize(
    ("typed", "metric"),
    [
        ("-a svd", "rmse"),
        ("-a svd -a knn-basic", "rmse"),
        ("-a ease", "ndcg@10"),
        ("-a svd -a ease", "ndcg@10"),
        ("-a svd --goal lists", "ndcg@10"),
        ("-a svd --goal lists --metric mae", "mae"),
        ("-a ease --metric recall@5", "recall@5"),
    ],
)
def test_what_is_tuned_for(recli, tiny, typed, metric):
    typed = (*TUNE, *typed.split(), "-d", tiny, "--format", "json")
    assert document(recli(*typed))["metric"] == metric


def study():
    [path] = Path("results/studies").glob("*/study.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    shutil.rmtree("results")
    return found


AUTO = ("tune", "--auto", "--trials", 1, "--timeout", 60, "-j", 1)


def test_auto_searches_what_ranks_by_time(recli, tiny):
    done = recli(*AUTO, "-d", tiny)
    about = study()
    algorithms = about["configuration"]["algorithms"]
    assert {"ease", "item-knn", "slim"} <= set(algorithms)
    assert {registry.get("algorithm", name).predicts for name in algorithms} == {"scores"}
    assert about["metrics"] == ["ndcg@10"]
    assert about["configuration"]["split"] == "last-n:n=5,min_train=5"
    assert "Tested on the last of each user, since there are times (--split, --cv)" in done.stderr


def test_of_users_with_few_ratings_one_is_tested(recli, tiny, tmp_path):
    header, *lines = (tiny / "ratings.csv").read_text(encoding="utf-8").splitlines()
    of_user = {user: [r for r in lines if r.split(",")[0] == user] for user in users(lines)}
    few = [row for rows in of_user.values() for row in rows[:8]]
    (tmp_path / "few.csv").write_text("\n".join([header, *few]) + "\n", encoding="utf-8")
    recli(*AUTO, "-d", "few.csv")
    assert study()["configuration"]["split"] == "last-n:n=1,min_train=1"


def users(lines):
    return {line.split(",")[0] for line in lines}


@pytest.mark.parametrize("typed", [("--cv", 2), ("--split", "k-fold:n_splits=2")])
def test_auto_on_the_split_that_is_named(recli, tiny, typed):
    recli(*AUTO, "-d", tiny, *typed)
    assert study()["configuration"]["split"] == "k-fold:n_splits=2"


def test_auto_without_times(recli, bare):
    recli(*AUTO, "-d", bare)
    assert study()["configuration"]["split"] == "k-fold:n_splits=5"


def test_auto_for_ratings(recli, tiny):
    recli(*AUTO, "-d", tiny, "--goal", "ratings")
    about = study()
    algorithms = about["configuration"]["algorithms"]
    assert {registry.get("algorithm", name).predicts for name in algorithms} == {"ratings"}
    assert about["metrics"] == ["rmse"]
    assert about["configuration"]["split"] == "k-fold:n_splits=5"


def test_the_best_is_held_against_most_popular_on_the_locked_test(recli, tiny):
    done = recli(*TUNE, "-a", "nmf", "--goal", "lists", "-d", tiny, "--format", "json")
    [locked] = document(done)["locked"]
    same_test = ("--split", "shuffle:n_splits=1,test_size=0.2", "-j", 1, "--format", "json")
    ndcg = by_algorithm(recli("evaluate", "-a", "most-popular", "-d", tiny, *same_test), "ndcg@10")
    assert locked["floor"] == pytest.approx(ndcg["most-popular"])
    assert locked["best"] < locked["floor"]
    assert "Next: " not in done.stderr  # which would be to train it
    shown = recli("studies", "show", "latest").stdout
    floor = f"ndcg@10 {locked['floor']:.4f}."
    assert f"There most-popular, which gives everybody the same list, has {floor}" in shown
    assert "Warning: that is better than the best found." in shown


def test_of_several_algorithms_every_trial_has_a_name(recli, tiny):
    done = recli(*TUNE, "-a", "svd", "-a", "baseline-only", "--metric", "rmse", "-d", tiny)
    assert re.findall(r"^ *(\S+)/0 ", done.stdout, re.MULTILINE) in (
        ["svd", "baseline-only"],
        ["baseline-only", "svd"],
    )
    assert "(trial NAME/0: defaults" in done.stdout
    assert re.search(
        r"with the best, \S+ with the defaults of (svd|baseline-only)[,.]", done.stdout
    )


def test_of_ratings_the_floor_is_another(recli, tiny):
    done = recli(*TUNE, "-a", "svd", "-d", tiny, "--format", "json")
    assert document(done)["locked"][0]["floor"] > 0
    shown = recli("studies", "show", "latest").stdout
    assert "There baseline-only, which goes by the means" in shown
    assert "most-popular" not in shown
