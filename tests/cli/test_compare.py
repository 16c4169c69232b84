"""`recli compare`: algorithms of several runs, where the runs may be compared."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from statsmodels.stats.power import TTestPower


@pytest.fixture
def evaluate(recli, tiny):
    """Evaluates on tiny and gives the name of the run."""

    def run(*arguments):
        typed = ("evaluate", "-d", tiny, "--cv", 3, "--metric", "rmse", "--metric", "gini@5")
        found = json.loads(recli(*typed, *arguments, "--format", "json", "-q").stdout)
        return found["run"]

    return run


def test_all_algorithms_of_both_runs(recli, evaluate):
    one = evaluate("-a", "svd", "-a", "baseline-only")
    two = evaluate("-a", "nmf", "-a", "baseline-only", "--metric", "mae")
    shown = recli("compare", one, two).output
    assert "nmf" in shown and "svd" in shown and "mae" not in shown
    assert "Pairs in rmse" in shown
    found = json.loads(recli("compare", one, two, "--format", "json").stdout)
    assert sorted(found["means"]) == ["baseline-only", "nmf", "svd"], "what came out alike is once"
    assert list(found["significance"]) == ["rmse", "gini@5"]
    assert found["significance"]["gini@5"]["over"] == "folds"


def test_pairs_are_tested_by_the_number_without_each_user(recli, evaluate):
    one, two = evaluate("-a", "svd"), evaluate("-a", "nmf")
    found = json.loads(recli("compare", one, two, "--format", "json").stdout)
    [pair] = found["significance"]["rmse"]["pairs"]
    shown, change = 0.0, 0.0
    for run, sign in ((one, 1), (two, -1)):
        folder = Path("results/runs") / run
        metrics = pd.read_csv(folder / "metrics.csv").query("metric == 'rmse'").set_index("fold")
        users = pd.read_parquet(folder / "per_user.parquet")
        of_fold = metrics["value"].loc[users["fold"]].to_numpy()
        by_user = (of_fold - users["rmse without"]).groupby(users["user"], observed=True)
        shown += sign * metrics["value"].mean()
        change = change + sign * by_user.sum() / len(metrics)
    error = np.sqrt(29 / 30 * (change**2).sum())
    assert pair["users"] == len(change) == 30
    np.testing.assert_allclose(pair["difference"], shown, rtol=1e-9)
    p = 2 * scipy.stats.t.sf(abs(shown / error), 29)
    np.testing.assert_allclose([pair["t_p"], pair["p_adjusted"]], [p, p], rtol=1e-6)


def test_lists_without_ratings_beside_leave_the_test_over_users(recli, evaluate):
    """A run of list-makers alone has no column of what a fold has without a user."""
    one, lists = evaluate("-a", "svd", "-a", "nmf"), evaluate("-a", "ease")
    found = json.loads(recli("compare", one, lists, "--format", "json").stdout)
    alone = json.loads(recli("compare", one, "--difference", 1, "--format", "json").stdout)
    assert found["significance"]["rmse"]["over"] == "users"
    [pair], [before] = (each["significance"]["rmse"]["pairs"] for each in (found, alone))
    assert pair["t_p"] == pytest.approx(before["t_p"], rel=1e-9)


def test_how_many_users_a_difference_needs(recli, evaluate):
    run = evaluate("-a", "svd", "-a", "nmf")
    asked = ("compare", run, "--difference", 0.01)
    [pair] = json.loads(recli(*asked, "--format", "json").stdout)["significance"]["rmse"]["pairs"]
    spread = pair["difference"] / pair["d_z"]
    expected = TTestPower().solve_power(0.01 / spread, power=0.8, alpha=0.05)
    assert pair["users_needed"] == pytest.approx(expected, abs=1, rel=0.01)
    shown = recli(*asked).output
    assert "users for 0.01" in shown
    assert f"one of 0.01 needs {pair['users_needed']:,} users" in shown
    two = evaluate("-a", "knn-basic")
    pairs = json.loads(recli("compare", run, two, "--format", "json").stdout)["significance"]
    for each in pairs["rmse"]["pairs"]:
        expected = TTestPower().solve_power(abs(each["d_z"]), power=0.8, alpha=0.05)
        assert each["users_needed"] == pytest.approx(expected, abs=1, rel=0.03)
    assert "users needed" in recli("compare", run, two).output
    assert (
        "--difference is for runs" in recli("compare", "--clicks", "--difference", 1, code=2).output
    )
    assert "x>=1e-09" in recli("compare", run, "--difference", 0, code=2).output


def test_the_same_algorithm_with_other_numbers_is_named_by_its_run(recli, evaluate):
    one, two = evaluate("-a", "svd"), evaluate("-a", "svd", "-p", "n_epochs=2")
    found = json.loads(recli("compare", one, two, "--format", "json").stdout)
    assert sorted(found["means"]) == ["svd", "svd (n_epochs=2)"]


def test_runs_over_other_ratings_are_refused_and_it_says_what_differs(recli, evaluate, tiny):
    one = evaluate("-a", "svd")
    other_split = evaluate("-a", "svd", "--cv", 4)
    shown = recli("compare", one, other_split, code=2).output
    assert "the split (" in shown
    other_line_up = evaluate("-a", "nmf", "--seed", 1)
    shown = recli("compare", one, other_line_up, code=2).output
    assert "the same algorithms; not all: nmf, svd" in shown
    other_data = evaluate("-a", "svd", "--min-item-ratings", 12)
    shown = recli("compare", one, other_data, code=2).output
    assert "the data (" in shown
    liked = evaluate("-a", "svd", "--threshold", 3)
    assert "counts as liked (4.0 and 3.0)" in recli("compare", one, liked, code=2).output


def test_bad_input(recli, evaluate):
    one = evaluate("-a", "svd")
    assert "two runs" in recli("compare", one, code=2).output
    assert "two runs" in recli("compare", one, "latest", code=2).output
    assert one in recli("compare", one, "2020", code=4).output
    two = evaluate("-a", "nmf")
    shown = recli("compare", one, two, "--metric", "recall@7", code=2).output
    assert "recall@7" in shown and "rmse" in shown


def test_models_that_predict_no_ratings(recli, evaluate):
    one, two = evaluate("-a", "ease"), evaluate("-a", "most-popular", "-a", "item-knn")
    shown = recli("compare", one, two).output
    assert "Pairs in gini@5" in shown
    assert "nan" not in shown
    found = json.loads(recli("compare", one, two, "--format", "json").stdout)
    assert all(means["rmse"] is None for means in found["means"].values())
    values = [means["gini@5"] for means in found["means"].values()]
    assert values == sorted(values), "the least first"
    with_ratings = evaluate("-a", "svd")
    assert "Pairs in gini@5" in recli("compare", one, with_ratings).output
    listed = json.loads(recli("runs", "list", "--format", "json").stdout)
    assert {run["best"]["metric"] for run in listed} == {"gini@5", "rmse"}


def test_runs_of_several_seeds_give_one_verdict_of_each_pair(recli, evaluate):
    """The mean over all folds, and a user once: by the tables of both runs."""
    line_up = ("-a", "svd", "-a", "baseline-only")
    runs = [evaluate(*line_up), evaluate(*line_up, "--seed", 1)]
    found = json.loads(recli("compare", *runs, "--format", "json").stdout)
    [pair] = found["significance"]["rmse"]["pairs"]
    values, changes = [], []
    for run in runs:
        folder = Path("results/runs") / run
        metrics = pd.read_csv(folder / "metrics.csv").query("metric == 'rmse'")
        wide = metrics.pivot(index="fold", columns="algorithm", values="value")
        values.append(wide["svd"] - wide["baseline-only"])
        users = pd.read_parquet(folder / "per_user.parquet")
        for entry, (name, sign) in enumerate((("svd", 1), ("baseline-only", -1))):
            own = users[users["entry"] == entry]
            of_fold = wide[name].loc[own["fold"]].to_numpy()
            changes.append((sign * (of_fold - own["rmse without"])).groupby(own["user"]).sum())
    n_folds = sum(map(len, values))
    change = sum(changes) / n_folds
    error = np.sqrt(29 / 30 * (change**2).sum())
    assert found["significance"]["rmse"]["over"] == "users"
    assert pair["users"] == 30
    assert pair["difference"] == pytest.approx(pd.concat(values).mean(), rel=1e-9)
    p = 2 * scipy.stats.t.sf(abs(pair["difference"] / error), 29)
    assert pair["t_p"] == pytest.approx(p, rel=1e-6)
