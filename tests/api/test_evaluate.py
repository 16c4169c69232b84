"""`recli.evaluate`: the numbers of the command, as tables in memory."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import surprise
from surprise.model_selection import KFold, cross_validate

import recli
from recli.api.evaluate import evaluate
from recli.errors import DataError, UsageError

THREE = recli.splits.KFold(n_splits=3)


@pytest.fixture(scope="module")
def found(tiny):
    line_up = ["most-popular", recli.algorithm("svd", n_epochs=3), "baseline-only"]
    return evaluate(
        recli.load(tiny), line_up, split=THREE, metrics=["ndcg@5", "rmse", "gini"], by="activity"
    )


def test_the_numbers_are_those_of_the_command(found, printed, tiny):
    command = printed(
        *("evaluate", "-a", "most-popular", "-a", "svd", "-a", "baseline-only", "-p", "n_epochs=3"),
        *("-d", tiny, "--cv", 3, "--metric", "ndcg@5", "--metric", "rmse", "--metric", "gini"),
    )
    table = found.to_pandas()
    for result in command["results"]:
        for metric, values in result["metrics"].items():
            here = table[table["metric"] == metric]
            here = here[here["algorithm"].str.partition(" ")[0] == result["algorithm"]]
            expected = [np.nan if value is None else value for value in values["folds"]]
            np.testing.assert_array_equal(here["value"], expected)
    for metric, verdict in command["significance"].items():
        pairs = found.compare(metric)
        assert pairs["p_adjusted"].tolist() == [pair["p_adjusted"] for pair in verdict["pairs"]]
        low = [
            np.nan if pair.get("interval_low") is None else pair["interval_low"]
            for pair in verdict["pairs"]
        ]
        np.testing.assert_array_equal(pairs["interval_low"], low)
    assert [warning.message for warning in found.warnings] == [
        w["message"] for w in command["warnings"]
    ]


def test_the_numbers_are_those_of_surprise(tiny):
    """Surprise's own SVD on its own folds, by its own cross-validation."""
    dataset = recli.load(tiny)
    theirs = cross_validate(
        surprise.SVD(n_epochs=3, random_state=0),
        dataset.to_surprise(),
        measures=["rmse"],
        cv=KFold(3, random_state=0),
    )
    ours = evaluate(dataset, recli.algorithm("svd", n_epochs=3), split=THREE, metrics="rmse")
    np.testing.assert_allclose(ours.to_pandas()["value"], theirs["test_rmse"], rtol=1e-9)
    in_theirs = cross_validate(
        recli.algorithm("svd", n_epochs=3).create(0),
        dataset.to_surprise(),
        measures=["rmse"],
        cv=KFold(3, random_state=0),
    )
    np.testing.assert_allclose(in_theirs["test_rmse"], theirs["test_rmse"], rtol=1e-9)


def test_nothing_is_written(found):
    assert found.folder is None
    assert os.listdir() == []


def test_with_results_it_is_a_run_and_what_is_computed_is_kept(tiny):
    options = {"split": THREE, "metrics": "rmse", "results": "here"}
    first = evaluate(tiny, ["baseline-only", "damped-mean"], **options)
    again = evaluate(tiny, ["baseline-only", "damped-mean"], **options)
    assert (first.folder / "run.json").is_file() and first.folder.parent == Path("here/runs")
    assert all(cell.reused for cell in again.cells) and not any(cell.reused for cell in first.cells)
    pd.testing.assert_frame_equal(first.to_pandas(), again.to_pandas())


def test_the_leaderboard(found):
    board, table = found.leaderboard(), found.to_pandas()
    assert board["ndcg@5"].is_monotonic_decreasing and board.index.name == "algorithm"
    assert found.leaderboard("rmse").index[-1] == "most-popular"  # which has none
    for metric in ("ndcg@5", "gini@10"):
        values = table[table["metric"] == metric].groupby("algorithm")["value"]
        pd.testing.assert_series_equal(board[metric].sort_index(), values.mean(), check_names=False)
        spread = values.agg(lambda folds: np.std(folds))
        pd.testing.assert_series_equal(
            board[f"{metric} std"].sort_index(), spread, check_names=False
        )
    assert found.best.label == board.index[0]
    with pytest.raises(UsageError, match="no metric in this evaluation 'map'.*ndcg@5"):
        found.leaderboard("map")


def test_pairs_are_tested_over_users(found):
    """By the mean over folds of the mean over users, without each user in turn."""
    table, metric = found.per_user(), "ndcg@5"
    users = table.dropna(subset=metric)["user"].unique()

    def shown(algorithm, left_out=None):
        rows = table[(table["algorithm"] == algorithm) & (table["user"] != left_out)]
        return rows.groupby("fold")[metric].mean().mean()

    for _, pair in found.compare(metric).iterrows():
        a, b = pair["a"], pair["b"]
        difference = shown(a) - shown(b)
        rest = np.array([shown(a, user) - shown(b, user) for user in users])
        n = len(users)
        error = np.sqrt((n - 1) / n * np.sum((difference - rest) ** 2))
        assert pair["difference"] == pytest.approx(difference, rel=1e-9)
        p = 2 * scipy.stats.t.sf(abs(difference / error), n - 1)
        assert pair["p"] == pytest.approx(p, rel=1e-6)
        assert (pair["n"], pair["over"]) == (n, "users")
        is_sure = pair["p_adjusted"] < 0.05
        better = a if difference > 0 else b
        assert pair["better"] == (better if is_sure else None)


def test_a_smaller_error_is_better(found):
    [pair] = found.compare("rmse").to_dict("records")
    lower = found.leaderboard("rmse").index[0]
    assert pair["better"] in (None, lower)


def test_groups(found, tiny):
    groups = found.by_group()
    assert set(groups["by"]) == {"activity"} and {"light", "heavy"} & set(groups["group"])
    plain = evaluate(tiny, "damped-mean", split=THREE, metrics="rmse")
    with pytest.raises(UsageError, match='`by="activity"`'):
        plain.by_group()


def test_algorithms_are_names_classes_and_instances(tiny):
    class Third(surprise.AlgoBase):
        def __init__(self, value=3.0):
            super().__init__()
            self.value = value

        def estimate(self, u, i):
            return self.value

    line_up = [
        "svd",
        recli.algorithms.SVD,
        surprise.SVD,
        surprise.SVD(n_factors=100, random_state=0),
        recli.algorithm(Third, value=2.0),
        Third(2.0),
    ]
    found = evaluate(tiny, line_up, split=THREE, metrics="rmse", jobs=2)
    names = [configured.label for configured in found.line_up]
    assert names[:4] == ["svd", "svd", "surprise:SVD", "surprise:SVD"]
    assert names[4:] == [f"{__name__}:Third (value=2)", f"{__name__}:Third"]
    values = found.to_pandas()["value"].to_numpy().reshape(6, 3)
    np.testing.assert_allclose(values[1:4], [values[0]] * 3, rtol=1e-9)
    np.testing.assert_array_equal(values[4], values[5])
    with pytest.raises(UsageError, match="configured already"):
        recli.algorithm(Third(), value=2.0)
    with pytest.raises(UsageError, match="is an object in memory"):
        recli.train(tiny, Third).save("third")


def test_lists_are_made_as_for_users(tiny):
    same = evaluate(tiny, "ease", split=THREE, metrics="ndcg@5", lists={"min_ratings": 12})
    plain = evaluate(tiny, "ease", split=THREE, metrics="ndcg@5")
    assert same.leaderboard().index.tolist() == ["ease min_ratings=12"]
    assert same.leaderboard()["ndcg@5"].iloc[0] != plain.leaderboard()["ndcg@5"].iloc[0]


def test_progress_by_callback(tiny):
    told = []
    evaluate(
        tiny,
        ["damped-mean", "baseline-only"],
        split=THREE,
        metrics="rmse",
        progress=lambda *n: told.append(n),
    )
    assert told == [(n, 6) for n in range(1, 7)]


def test_a_bar(tiny, capsys):
    evaluate(tiny, "damped-mean", split=THREE, metrics="rmse", progress=True)
    assert capsys.readouterr().out == ""


def test_as_a_notebook_shows_it(found):
    html = found._repr_html_()
    *three, of_groups = html.split("<table>")[1:]
    assert [table.count("<tr>") for table in three] == [4] * 3
    assert "ndcg@5 by activity" in three[-1] + of_groups
    assert html.count('class="best"') == 3
    assert "not distinguishable" in html and "<script" not in html
    assert repr(found).splitlines()[0] == f"tiny, 3 folds ({THREE}), seed 0"


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (
            {"threshold": 9},
            UsageError,
            "`threshold=9`: with ratings from 0.5 to 5 everything or nothing",
        ),
        ({"metrics": "rsme"}, UsageError, "There is no metric 'rsme'. Did you mean 'rmse'?"),
        ({"split": "k-fold:n_splits=5000"}, DataError, "428 ratings"),
        ({"k": 0}, UsageError, "`k=0`"),
        ({"algorithms": []}, UsageError, "`algorithms` is empty"),
        ({"algorithms": 3}, UsageError, "is no algorithm|not iterable"),
        ({"lists": {"diversfy": 0.3}}, UsageError, "Did you mean 'diversify'?"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_what_is_refused(tiny, given, error, message):
    with pytest.raises(error) as caught:
        evaluate(tiny, **{"algorithms": "damped-mean", **given})
    assert any(part in str(caught.value) for part in message.split("|"))
