"""A hybrid from the command line: evaluated, from a file, tuned, stored; what is refused."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

OWN = """
import surprise

class Mean(surprise.AlgoBase):
    def __init__(self, shift=0.0):
        surprise.AlgoBase.__init__(self)
        self.shift = shift
    def estimate(self, u, i):
        return self.trainset.global_mean + self.shift
"""
FAST = ("--cv", 2, "-j", 1, "--metric", "rmse", "--format", "json")
EXPERIMENT = """\
splits = "k-fold:n_splits=2"
metrics = "rmse"

[algorithm.hybrid]
members = ["svd,knn-baseline", "svd,knn-baseline,content-based"]
method = "weighted"

[algorithm.hybrid.svd]
n_factors = [2, 3]
n_epochs = 5

[algorithm.hybrid.knn-baseline.sim_options]
name = "pearson_baseline"
"""


@pytest.fixture
def own(monkeypatch):
    """`own_mean:Mean`, a module in the current folder."""
    Path("own_mean.py").write_text(OWN, encoding="utf-8")
    monkeypatch.syspath_prepend(Path.cwd())
    yield "own_mean:Mean"
    sys.modules.pop("own_mean", None)


def results(shown):
    return json.loads(shown.stdout)["results"]


def test_evaluated_beside_a_member(recli, tiny):
    typed = [
        *("-a", "hybrid", "-p", "members=svd,KNNBaseline,content-based", "-p", "method=stacked"),
        *("-p", "svd.n_factors=3", "-p", "knn-baseline.sim_options.name=pearson_baseline"),
        *("-a", "svd", "-p", "n_factors=4"),
    ]
    found = {
        r["algorithm"]: r["params"] for r in results(recli("evaluate", "-d", tiny, *typed, *FAST))
    }
    assert found["svd"]["n_factors"] == 4
    assert found["hybrid"]["members"] == "svd,knn-baseline,content-based"
    assert found["hybrid"]["svd.n_factors"] == 3
    assert found["hybrid"]["knn-baseline.sim_options.name"] == "pearson_baseline"


def test_a_file_with_a_table_for_each_member_and_grids(recli, tiny):
    Path("x.toml").write_text(f'datasets = "{tiny.as_posix()}"\n{EXPERIMENT}', encoding="utf-8")
    shown = recli("run", "x.toml", "--dry-run").stdout
    start = "hybrid (members=svd,knn-baseline, method=weighted, svd.n_factors="
    assert f"{start}2, svd.n_epochs=5, knn-baseline.sim_options.name=pearson_baseline)" in shown
    assert f"{start}3" in shown
    assert "members=svd,knn-baseline,content-based" in shown
    assert "8 cells; nothing was run." in shown
    found = json.loads(recli("run", "x.toml", "--format", "json").stdout)["runs"][0]["results"]
    assert sorted(result["params"]["svd.n_factors"] for result in found) == [2, 2, 3, 3]


def test_a_file_whose_member_needs_features_that_there_are_not(recli, tiny):
    shutil.copy(tiny / "ratings.csv", "bare.csv")
    Path("x.toml").write_text(f'datasets = "bare.csv"\n{EXPERIMENT}', encoding="utf-8")
    shown = recli("run", "x.toml", code=3)
    assert "hybrid needs item features" in shown.stderr


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("members = 'svd,nmff'", "Did you mean 'nmf'"),
        ("members = ['svd', 'nmf']", "members=svd is not valid: it takes two algorithms or more"),
        ("nmf.n_factors = 3", "no parameter of hybrid 'nmf.n_factors'"),
        ("n_folds = 1", "line 2: algorithm.hybrid.n_folds: Parameter n_folds=1 is not valid"),
        ("method = 'weighted'\nweights = '1,2'", "2 of the 3 numbers"),
    ],
)
def test_a_file_that_is_wrong_says_where(recli, table, said):
    Path("x.toml").write_text(f"[algorithm.hybrid]\n{table}\n", encoding="utf-8")
    shown = recli("run", "x.toml", "--dry-run", code=2)
    assert shown.stderr.startswith("Error: x.toml")
    assert said in shown.stderr


def test_tuned_as_a_whole_and_read_again(recli, tiny, own):
    typed = ("-a", "hybrid", "-p", f"members={own},baseline-only", "-p", f"{own}.shift=0.5")
    recli("tune", "-d", tiny, *typed, "--trials", 2, "--cv", 2)
    [best] = Path("results", "studies").glob("*/best.toml")
    [result] = results(recli("evaluate", "-d", tiny, "--params", best, *FAST))
    assert result["params"]["members"] == f"{own},baseline-only"
    assert result["params"][f"{own}.shift"] == 0.5
    assert "baseline-only.bsl_options.method" in best.read_text(encoding="utf-8")


def test_what_another_class_computed_is_not_reused(recli, tiny, own):
    typed = ("-a", "hybrid", "-p", f"members={own},baseline-only", "-p", "method=weighted")
    given = ("-p", "weights=1,0")
    [before] = results(recli("evaluate", "-d", tiny, *typed, *given, *FAST))
    Path("own_mean.py").write_text(OWN.replace("+ self.shift", "- 1.0"), encoding="utf-8")
    sys.modules.pop("own_mean")
    [after] = results(recli("evaluate", "-d", tiny, *typed, *given, *FAST))
    assert after["metrics"]["rmse"]["mean"] > before["metrics"]["rmse"]["mean"] + 0.2


def test_trained_and_asked(recli, tiny):
    typed = ("-a", "hybrid", "-p", "members=svd,content-based", "-p", "method=switching")
    recli("train", "-d", tiny, *typed)
    shown = recli("recommend", "--model", "hybrid", "--user", "15", "-n", 2)
    assert "hybrid (members=svd,content-based, method=switching)" in shown.stdout


def test_shown_with_the_members_of_a_choice(recli):
    shown = recli("show", "algorithm", "hybrid", "-p", "members=nmf,svdpp", "--format", "json")
    names = [parameter["name"] for parameter in json.loads(shown.stdout)["parameters"]]
    assert {"members", "nmf.n_factors", "svdpp.lr_yj"} <= set(names)
    assert not any(name.startswith("svd.") for name in names)


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ("members=svd", 2, "two algorithms or more"),
        ("members=svd,svd", 2, "svd is there twice"),
        ("members=svd,hybrid", 2, "a hybrid is no member"),
        ("members=svd,knn-baselin", 2, "Did you mean 'knn-baseline'"),
        ("members=svd,no_such_module:Mine", 2, "no module 'no_such_module'"),
        ("svd.lr_all=1e6", 2, "Member svd of the hybrid: svd diverged"),
    ],
)
def test_what_is_wrong_in_one_line(recli, tiny, given, code, said):
    shown = recli("evaluate", "-d", tiny, "-a", "hybrid", "-p", given, *FAST, code=code)
    assert said in shown.stderr.splitlines()[-1]


def test_a_member_without_what_it_needs(recli, tiny):
    shutil.copy(tiny / "ratings.csv", "bare.csv")
    typed = ("-d", "bare.csv", "-a", "hybrid", "-p", "members=svd,content-based")
    shown = recli("evaluate", *typed, *FAST, code=3)
    assert "Member content-based of the hybrid" in shown.stderr
    assert "[items.features]" in shown.stderr
