"""recli as the judge of other programs: folds for them, and their predictions and lists measured."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recli.data.load import load
from recli.data.ratings import Ratings
from recli.data.tie_order import TieOrder

CV = ("--cv", 2, "--seed", 3)


def run_json(result) -> dict:
    run = json.loads(result.stdout)["run"]
    return json.loads(Path("results/runs", run, "run.json").read_text(encoding="utf-8"))


def answers(folder: Path, ratings: Ratings, k: int = 10) -> None:
    """Another program: the mean of each item, and the items that most like, by the files of the folds."""
    items = pd.read_csv(folder / "items.csv")["item_id"]
    predictions, lists = [], []
    for number in (1, 2):
        home = folder / f"fold-{number}"
        train, test, users = (
            pd.read_csv(home / f"{name}.csv") for name in ("train", "test", "users")
        )
        means = train.groupby("item_id")["rating"].mean()
        predictions.append(test.assign(prediction=test["item_id"].map(means), fold=number))
        popular = (
            train.loc[train["rating"] >= 4, "item_id"].value_counts().reindex(items, fill_value=0)
        )
        for user in users["user_id"]:
            rest = popular.drop(train.loc[train["user_id"] == user, "item_id"])
            rest = rest - drawn_first(
                ratings, user, rest.index
            )  # what scores alike, as recli draws it
            rest = rest.sort_values(ascending=False, kind="stable")[:k]
            rows = {"user_id": user, "item_id": rest.index, "score": rest, "fold": number}
            lists.append(pd.DataFrame(rows))
    pd.concat(predictions).to_csv("theirs.csv", index=False)
    pd.concat(lists).to_parquet("lists.parquet")


def drawn_first(ratings: Ratings, user: object, items: pd.Index) -> pd.Series:
    """Less than a half of each item, the smaller the sooner it goes among equal scores."""
    users = np.array([ratings.user_ids.code(str(user))])
    codes = ratings.item_ids.codes([str(item) for item in items])
    draws = TieOrder.of(ratings, users, 3).draws(np.zeros(len(codes), int), codes)
    return pd.Series(draws / 2**33, items)


@pytest.fixture
def theirs(recli, tiny):
    recli("export", "folds", "-d", tiny, *CV, "-o", "folds")
    answers(Path("folds"), load(str(tiny)).ratings)
    return ("--predictions", "other=theirs.csv", "--lists", "other=lists.parquet", "-d", tiny, *CV)


def test_the_whole_way(recli, theirs):
    result = recli("evaluate", "-a", "most-popular", *theirs, "-j", 1)
    assert "2 algorithms × 2 folds (k-fold:n_splits=2), seed 3" in result.stderr
    # Who recommends what most like is most-popular, and has no clock of ours.
    ranked, predicted = result.stdout.split("Predicted ratings, best rmse first\n")
    lines = [line.replace(" =", "").replace(" *", "") for line in ranked.splitlines()]
    cells = {name: values for name, *values in map(str.split, filter(None, lines))}
    assert cells["other"][:10] == cells["most-popular"][:10]
    assert cells["other"][10:] == ["–", "–"]
    assert [line.split()[0] for line in predicted.splitlines()[1:3]] == ["other", "most-popular"]
    assert "Next: recli train -a other" not in result.stderr
    assert "have no row" not in result.stderr


def test_rmse_is_theirs(recli, theirs):
    table = pd.read_csv("theirs.csv")
    train = {n: pd.read_csv(f"folds/fold-{n}/train.csv")["rating"].mean() for n in (1, 2)}
    estimate = table["prediction"].fillna(table["fold"].map(train))
    wanted = np.sqrt(((estimate - table["rating"]) ** 2).groupby(table["fold"]).mean())
    result = recli("evaluate", *theirs, "--metric", "rmse", "--format", "json", "-j", 1)
    [found] = json.loads(result.stdout)["results"]
    assert (found["algorithm"], found["fit_seconds"], found["test_seconds"]) == (
        "other",
        None,
        None,
    )
    assert found["metrics"]["rmse"]["folds"] == pytest.approx(wanted.tolist(), abs=1e-12)


def test_nothing_but_files_is_measured_where_no_algorithm_is_named(recli, theirs):
    result = recli("evaluate", *theirs[:2], *theirs[4:])
    assert "1 algorithm × 2 folds" in result.stderr
    assert "No metrics of ranked lists for other: there is no --lists of it" in result.stderr
    assert "Left out" not in result.stderr
    assert "No metrics of predicted" not in result.stderr
    assert "Ranked catalogue" not in result.stdout
    asked = recli("evaluate", *theirs[:2], *theirs[4:], "--metric", "ndcg", "--metric", "rmse")
    assert "Ranked catalogue" not in asked.stdout
    assert "ndcg@10: no algorithm has a value in every fold" in asked.stderr


def test_every_metric_groups_reports_and_again(recli, theirs):
    named = ("--metric", "all", "--k", "5,10", "--by", "activity", "--threshold", 3.5)
    recli("evaluate", "-a", "svd", *theirs, *named, "-j", 2)
    for form in ("markdown", "latex", "csv", "html"):
        output = f"report.{form}"
        recli("report", "latest", "--format", form, "--output", output)
        text = Path(output).read_text(encoding="utf-8")
        assert "other" in text
        assert ">nan<" not in text
        assert " nan" not in text
    shown = recli("runs", "show", "latest").stdout
    assert "other" in shown
    assert recli("reproduce", "latest", "-j", 1).stdout.startswith("Identical: ")
    document = json.loads(recli("runs", "show", "latest", "--format", "json").stdout)
    assert any("external" in entry for entry in document["results"])
    Path("lists.parquet").unlink()
    said = recli("reproduce", "latest", code=4).stderr
    assert "lists.parquet: no such file. The lists of other were read from it" in said


def test_is_compared_with_other_runs(recli, theirs, tiny):
    recli("evaluate", *theirs)
    recli("evaluate", "-a", "most-popular", "-d", tiny, *CV, "-j", 1)
    first, second = sorted(path.name for path in Path("results/runs").iterdir())
    result = recli("compare", first, second, "--metric", "ndcg@10")
    [pair] = [
        line for line in result.stdout.splitlines() if "other" in line and "most-popular" in line
    ]
    assert "+0.0000" in pair


def test_options_of_lists_are_of_algorithms(recli, theirs):
    result = recli("evaluate", "-a", "svd", *theirs, "--diversify", 0.3, "-j", 1)
    assert "The lists of other stay as they are" in result.stderr
    assert "other diversify" not in result.stdout
    alone = recli("evaluate", *theirs, "--diversify", 0.3, code=2).stderr
    assert "no algorithm" in alone


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (
            ("--predictions", "theirs.csv"),
            2,
            "'theirs.csv' is not NAME=FILE, as in other=predictions",
        ),
        (("--predictions", "other=absent.csv"), 4, "absent.csv: no such file"),
        (("--lists", "svd=theirs.csv"), 2, "'svd' is an algorithm of recli"),
        (("--lists", "a=x.csv", "--lists", "a=y.csv"), 2, "--lists a: is given twice"),
        (("--predictions", "other=theirs.csv", "-p", "n_factors=2"), 2, "'-p' sets parameters"),
    ],
)
def test_what_is_wrong_is_said(recli, tiny, options, code, said):
    assert said in recli("evaluate", "-d", tiny, *options, code=code).stderr
    assert not Path("results").exists()


def test_another_seed_is_another_fold(recli, theirs):
    said = recli("evaluate", *theirs[:-1], 4, code=3).stderr
    assert "pairs of user and item in the test of fold 1 have no row" in said
    assert "with the same --split, --cv and --seed" in said
    assert not Path("results/runs").exists()


def test_strict_stops_at_what_is_doubtful(recli, theirs, tiny):
    answers(Path("folds"), load(str(tiny)).ratings, k=4)
    said = recli("evaluate", *theirs[2:], "--strict", code=3).stderr
    assert "other: 60 of 60 lists shorter than 10 places" in said


@pytest.mark.parametrize("split", ["k-fold:n_splits=3", "timeline", "leave-one-out", "shuffle"])
def test_folds_are_those_of_evaluate(recli, tiny, split):
    options = ("-d", tiny, "--split", split, "--seed", 7)
    recli("export", "folds", *options, "-o", "folds")
    about = json.loads(Path("folds/folds.json").read_text(encoding="utf-8"))
    made = run_json(recli("evaluate", "-a", "baseline-only", *options, "--format", "json", "-j", 1))
    assert [fold["fingerprint"] for fold in about["folds"]] == [
        fold["fingerprint"] for fold in made["folds"]
    ]
    assert about["dataset"]["fingerprint"] == made["dataset"]["fingerprint"]
    assert (about["split"], about["split_seed"]) == (made["configuration"]["split"], 7)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_what_is_written_is_read_again(recli, tiny, form):
    recli("data", "convert", tiny, f"all.{form}")
    options = ("-d", f"all.{form}", "--split", "shuffle:n_splits=1", "--seed", 1)
    recli("export", "folds", *options, "-o", "folds", "--format", form)
    again = f"predefined:train=folds/fold-1/train.{form},test=folds/fold-1/test.{form}"
    first, second = (
        run_json(recli("evaluate", "-a", "svd", *of, "--format", "json", "-j", 1))
        for of in (options, (*options[:2], "--split", again))
    )
    assert first["folds"] == second["folds"]
    read = pd.read_csv if form == "csv" else pd.read_parquet
    items, users = (read(f"folds/{name}.{form}") for name in ("items", "fold-1/users"))
    assert len(items) == 25
    assert set(users["user_id"]) == set(read(f"folds/fold-1/test.{form}")["user_id"])


def test_the_same_options_give_the_same_bytes(recli, tiny):
    def written(folder: str) -> dict[str, bytes]:
        recli("export", "folds", "-d", tiny, *CV, "-o", folder)
        files = (path for path in Path(folder).rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in files}

    assert written("one") == written("two")
    names = {"items.csv", "folds.json", "README.md"} | {
        f"fold-{n}/{name}.csv" for n in (1, 2) for name in ("train", "test", "users")
    }
    assert set(written("one")) == names  # in place of the earlier one
    header, row = Path("one/fold-1/train.csv").read_text(encoding="utf-8").splitlines()[:2]
    assert header == "user_id,item_id,rating,timestamp"
    assert '"' not in row


def test_a_folder_with_anything_else_in_it_is_not_touched(recli, tiny):
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("x", encoding="utf-8")
    said = recli("export", "folds", "-d", tiny, "-o", "mine", code=2).stderr
    assert "mine holds thesis.txt" in said


def test_the_readme_says_how_to_measure(recli, tiny):
    shutil.copytree(tiny, "my data")
    recli("export", "folds", "-d", "my data", *CV, "--min-user-ratings", 9, "-o", "folds")
    text = Path("folds/README.md").read_text(encoding="utf-8")
    command = (
        "recli evaluate -d 'my data' --split k-fold:n_splits=2 --seed 3 --min-user-ratings 9 "
        "--predictions mine=predictions.csv --lists mine=lists.csv"
    )
    assert f"\n{command}\n" in text
    assert "columns user_id, item_id, prediction, fold." in text


def test_folds_of_interactions(recli):
    rows = [f"{user},{item}" for user in range(8) for item in range(6) if (user + item) % 3]
    Path("views.csv").write_text("\n".join(["user,item", *rows]) + "\n", encoding="utf-8")
    typed = ("-d", "views.csv", "--implicit", "--cv", 2)
    recli("export", "folds", *typed, "-o", "folds")
    train = pd.read_csv("folds/fold-1/train.csv")
    assert list(train) == ["user_id", "item_id", "weight"]
    text = Path("folds/README.md").read_text(encoding="utf-8")
    assert "with the options that read the data here" in text
    assert "--predictions" not in text
    Path("p.csv").write_text("user,item,prediction,fold\n0,1,1,1\n", encoding="utf-8")
    said = recli("evaluate", *typed, "--predictions", "other=p.csv", code=2).stderr
    assert "views holds interactions, and no ratings to predict" in said


def test_seen_items_are_an_error_unless_asked_for(recli, theirs):
    lists = pd.read_parquet("lists.parquet")
    train = pd.read_csv("folds/fold-1/train.csv")
    seen = train.iloc[:2][["user_id", "item_id"]].assign(score=99.0, fold=1)
    pd.concat([lists, seen]).to_csv("seen.csv", index=False)
    typed = ("evaluate", "--lists", "other=seen.csv", *theirs[4:])
    said = recli(*typed, code=3).stderr
    assert "2 of " in said
    assert "recommend what the user has in the training" in said
    assert "'--include-seen'" in said
    recli(*typed, "--include-seen")
