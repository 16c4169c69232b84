"""`recli.tune`: the study of the command, and Optuna's own at hand."""

from __future__ import annotations

import os

import numpy as np
import pytest
import surprise

import recli
from recli.errors import UsageError
from recli.records.stored_study import StoredStudy

OPTIONS = {
    "metric": "rmse",
    "trials": 4,
    "split": "k-fold:n_splits=2",
    "jobs": 1,
    "sampler": "random",
}


@pytest.fixture(scope="module")
def found(tiny):
    return recli.tune(tiny, "baseline-only", **OPTIONS)


def test_it_is_the_study_of_the_command(found, printed, tiny):
    command = printed(
        *(
            "tune",
            "-a",
            "baseline-only",
            "-d",
            tiny,
            "--metric",
            "rmse",
            "--trials",
            4,
            "--cv",
            2,
            "-j",
            1,
        ),
        *("--sampler", "random"),
    )
    assert found.best.params == command["best"]["params"]
    assert [trial.values for trial in found.trials] == [
        None
        if trial["values"]["rmse"] is None or trial["state"] != "complete"
        else (trial["values"]["rmse"],)
        for trial in command["trials"]
    ]
    assert [one.winner for one in found.locked] == [one["best"] for one in command["locked"]]


def test_nothing_is_left(found):
    assert found.folder is None
    assert os.listdir() == []


def test_the_table_and_the_study(found):
    table = found.to_pandas()
    assert table["rmse"].dropna().is_monotonic_increasing
    assert table["rmse"].iloc[0] == found.best_trial.values[0]
    assert len(found.study.trials) == len(table) == 4
    assert {trial.number: trial.params for trial in found.study.trials} == {
        trial.number: trial.varied for trial in found.trials
    }
    assert found.study.best_value == np.nanmin(table["rmse"])


def test_what_is_set_is_held_and_ranges_go_before(tiny):
    given = recli.algorithm("svd", n_epochs=3)
    found = recli.tune(
        tiny, given, ranges={"n_factors": (90, 110)}, fix={"init_mean": 0.1}, holdout=0, **OPTIONS
    )
    assert {trial.params["n_epochs"] for trial in found.trials} == {3}
    assert {trial.params["init_mean"] for trial in found.trials} == {0.1}
    assert all(90 <= trial.params["n_factors"] <= 110 for trial in found.trials[1:])
    assert found.locked == ()


def test_with_results_the_command_finds_it(tiny):
    found = recli.tune(tiny, "damped-mean", results="here", study="mine", **OPTIONS)
    assert found.folder.parts[-2:] == ("studies", "mine")
    assert StoredStudy.read(found.folder.parents[1], "mine").best.params == found.best.params


def test_progress(tiny):
    told = []
    recli.tune(tiny, "damped-mean", progress=lambda *n: told.append(n), **OPTIONS)
    assert told == [(n, 4) for n in range(1, 5)]


def test_the_best_is_what_evaluate_and_train_take(found, tiny):
    assert (
        recli.evaluate(tiny, found.best, split="k-fold:n_splits=2", metrics="rmse").best
        == found.best
    )
    assert recli.train(tiny, found.best).stored.configured == found.best


def test_as_a_notebook_shows_it(found):
    assert found._repr_html_().count("<tr>") == 5
    assert repr(found).startswith("The best of 4 trials: baseline-only")


@pytest.mark.parametrize(
    ("algorithms", "given", "message"),
    [
        ("most-popular", {"metric": "rmse"}, '`metric="ndcg@10"`'),
        ("svd", {"pick": "worst"}, "There is no pick 'worst'"),
        ("svd", {"fix": {"n_factor": 3}}, "Did you mean 'n_factors'?"),
        (surprise.SVD(), {}, "needs a name"),
        ("svd", {"metric": "fit_seconds"}, '`metric="fit_seconds"` needs a metric of quality'),
    ],
)
def test_what_is_refused(tiny, algorithms, given, message):
    with pytest.raises(UsageError) as caught:
        recli.tune(tiny, algorithms, **{"trials": 2, **given})
    assert message in str(caught.value)
    assert "--" not in str(caught.value)
