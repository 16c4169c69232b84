"""Verdicts: scipy, statsmodels and what is left without each user, on tables made here."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from statsmodels.stats.multitest import multipletests

import recli
from recli.evaluation.metric_names import Measure
from recli.experiments.report import remarks
from recli.experiments.verdicts import verdicts

LABELS = ("a", "b", "c")
MEASURES = (Measure.parse("ndcg@10"), Measure.parse("gini@10"), Measure.parse("rmse"))


@pytest.fixture(scope="module")
def tables():
    """Three algorithms on 4 folds of 60 users: c like b, a better; user 7 is in two folds only."""
    rng = np.random.default_rng(1)
    skill = rng.random(60)
    rows, metrics = [], []
    for entry, gain in enumerate((0.12, 0.0, 0.001)):
        for fold in range(4):
            users = [user for user in range(60) if user != 7 or fold < 2]
            ndcg = np.clip(skill[users] + gain + rng.normal(0, 0.1, len(users)), 0, 1)
            ndcg[users.index(3)] = np.nan
            frame = {"entry": entry, "fold": fold, "user": [f"u{user}" for user in users]}
            # Of unequal weight, as users with few and many ratings are.
            n, squares = 1 + np.array(users) ** 2, (1.2 - skill[users] - gain) ** 2 / 2
            rmse = np.sqrt(n @ squares / n.sum())
            rest = np.sqrt(
                [np.delete(n, u) @ np.delete(squares, u) / (n.sum() - n[u]) for u in range(len(n))]
            )
            own = {"ndcg@10": ndcg, "rmse": np.sqrt(squares), "rmse without": rest}
            rows.append(pd.DataFrame(frame | own))
            values = {"ndcg@10": np.nanmean(ndcg), "gini@10": 0.5 + gain + rng.normal(0, 0.01)}
            metrics += [
                {"entry": entry, "fold": fold, "metric": metric, "value": value}
                for metric, value in (values | {"rmse": rmse}).items()
            ]
    return pd.DataFrame(metrics), pd.concat(rows, ignore_index=True)


def judged(tables, measures=MEASURES):
    metrics, per_user = tables
    return verdicts(LABELS, metrics, per_user, measures, test_share=0.25)


def without_each(table, metrics, measure, a, b):
    """Number, and the number without each user, of a less b: the mean over folds of the fold's."""
    of = metrics[metrics.metric == measure].pivot(index="fold", columns="entry", values="value")
    shown = of[a].mean() - of[b].mean()
    changes = {}
    for (entry, fold), rows in table[table.entry.isin([a, b])].groupby(["entry", "fold"]):
        own = rows[measure].to_numpy()
        others = rows["rmse without"]
        if measure == "ndcg@10":
            others = [np.nanmean(np.delete(own, place)) for place in range(len(own))]
        for user, rest in zip(rows.user, others, strict=True):
            change = (rest - of.loc[fold, entry]) / len(of) * (1 if entry == a else -1)
            changes[user] = changes.get(user, 0.0) + change
    return shown, shown + np.array(list(changes.values()))


@pytest.mark.parametrize("measure", ["ndcg@10", "rmse"])
def test_what_is_tested_is_the_number_that_is_shown(tables, measure):
    verdict = judged(tables)[measure]
    raw = []
    for a, b in itertools.combinations(range(3), 2):
        shown, rest = without_each(tables[1], tables[0], measure, a, b)
        test = verdict.over_users[LABELS[a], LABELS[b]]
        n = 59 if measure == "ndcg@10" else 60  # user 3 has no nDCG anywhere
        error = np.sqrt((n - 1) / n * np.sum((rest - shown) ** 2))
        assert test.n == n
        assert test.difference == pytest.approx(shown, rel=1e-9)
        assert test.error == pytest.approx(error, rel=1e-9)
        raw.append(2 * scipy.stats.t.sf(abs(shown / error), n - 1))
    expected = multipletests(raw, method="holm")[1]
    assert list(verdict.adjusted) == [("a", "b"), ("a", "c"), ("b", "c")]
    np.testing.assert_allclose(list(verdict.adjusted.values()), expected, rtol=1e-6)


def test_without_what_is_left_without_a_user_it_is_over_folds(tables):
    """As of runs of before, and metrics of somebody else."""
    metrics, per_user = tables
    verdict = judged((metrics, per_user.drop(columns="rmse without")))["rmse"]
    assert (verdict.over_users, verdict.document()["over"]) == (None, "folds")
    assert not np.isnan(list(verdict.adjusted.values())).any()


def test_one_fold_of_a_metric_of_all_lists_is_not_tested(tables):
    one = tuple(table[table.fold == 0] for table in tables)
    verdict = judged(one)["gini@10"]
    assert (verdict.is_tested, len(verdict.alike)) == (False, 1)
    assert "a test over folds takes two" in verdict.document()["untested"]
    assert judged(one)["ndcg@10"].untested is None


def test_who_is_like_the_best(tables):
    found = judged(tables)
    assert found["ndcg@10"].alike == ("a",)
    assert found["rmse"].alike == ("a",), "the lowest is the best"


def test_a_metric_of_all_lists_is_tested_over_folds(tables):
    verdict = judged(tables)["gini@10"]
    assert verdict.over_users is None
    by_fold = (
        tables[0].query("metric == 'gini@10'").pivot(index="fold", columns="entry", values="value")
    )
    raw = []
    for a, b in itertools.combinations(range(3), 2):
        d = (by_fold[a] - by_fold[b]).to_numpy()
        t = d.mean() / np.sqrt((1 / 4 + 0.25 / 0.75) * d.var(ddof=1))
        raw.append(2 * scipy.stats.t.sf(abs(t), 3))
    expected = multipletests(raw, method="holm")[1]
    np.testing.assert_allclose(list(verdict.adjusted.values()), expected, rtol=1e-9)
    best = (
        by_fold.mean().idxmin()
        if not verdict.measure.greater_is_better
        else by_fold.mean().idxmax()
    )
    assert verdict.alike[0] == LABELS[best]


def test_one_algorithm_is_the_best_of_all(tables):
    metrics, per_user = tables
    alone = metrics[metrics.entry == 0], per_user[per_user.entry == 0]
    verdict = verdicts(LABELS, *alone, MEASURES, 0.25)["ndcg@10"]
    assert (verdict.alike, verdict.adjusted) == (("a",), {})


def test_an_algorithm_without_a_value_is_not_the_best(tables):
    metrics, per_user = (table.copy() for table in tables)
    metrics.loc[(metrics.entry == 0) & (metrics.fold == 1), "value"] = np.nan
    assert "a" not in judged((metrics, per_user))["ndcg@10"].alike


def test_document_is_json(tables):
    for verdict in judged(tables).values():
        document = verdict.document()
        assert json.loads(json.dumps(document, allow_nan=False)) == document
        assert len(document["pairs"]) == 3
        assert document["best"] == verdict.alike[0]


def test_where_every_algorithm_lacks_a_fold_nobody_is_the_best(tables):
    metrics, per_user = (table.copy() for table in tables)
    metrics.loc[(metrics.metric == "ndcg@10") & (metrics.fold == 1), "value"] = np.nan
    verdict = judged((metrics, per_user))["ndcg@10"]
    assert verdict.alike == ()
    assert np.isnan(list(verdict.adjusted.values())).all()
    assert verdict.untested == "no algorithm has a value in every fold"
    assert verdict.document()["best"] is None


def test_it_is_said_what_decides_what_could_be_seen_and_what_is_not_tested(tables):
    found = judged(tables)
    marks, decides, seen = remarks(MEASURES[0], found)
    assert "corrected for the pairs of a metric" in marks
    assert decides.startswith("ndcg@10 decides: nothing is corrected for looking at the other")
    test = found["ndcg@10"].over_users["a", "b"]
    assert 0 < test.difference < found["ndcg@10"].over_users["a", "c"].difference
    quantiles = scipy.stats.t.ppf([0.975, 0.8], test.n - 1).sum()
    assert seen == (
        f"a and b differ in ndcg@10 by {test.difference:.4f}; with 59 users one of "
        f"{quantiles * test.error:.4f} would be found four times of five"
    )
    wanted = quantiles * test.error * 1.000001
    assert remarks(MEASURES[0], found, wanted)[-1] == f"{seen}; one of {wanted:g} needs 59 users"
    small = test.detectable / 2
    metrics, per_user = (table.copy() for table in tables)
    for table, column in ((metrics, "value"), (per_user, "ndcg@10")):
        of_a = table.entry == 0
        if column == "value":
            of_a &= table.metric == "ndcg@10"
        table.loc[of_a, column] -= test.difference - small
    less = remarks(MEASURES[0], judged((metrics, per_user)))[-1]
    needed = judged((metrics, per_user))["ndcg@10"].over_users["a", "b"].users_needed(small)
    assert less.endswith(f"four times of five; one of {small:.4f} needs {needed} users")
    assert 220 < needed < 240, "half of it takes four times the users, or a little less"
    one = tuple(table[table.fold == 0] for table in tables)
    assert remarks(MEASURES[0], judged(one))[-1].startswith("Not tested: gini@10: it has no part")
    alone = tuple(table[table.entry == 0] for table in tables)
    assert remarks(MEASURES[0], judged(alone)) == []


def test_equal_algorithms_are_alike(tables):
    metrics, per_user = tables
    equal = [
        pd.concat([table[table.entry == 0], table[table.entry == 0].assign(entry=1)])
        for table in (metrics, per_user)
    ]
    verdict = judged(equal)["rmse"]
    assert verdict.alike == ("a", "b")
    assert verdict.over_users["a", "b"].interval == (0, 0)
    assert (
        remarks(MEASURES[2], judged(equal))[-1]
        == "a and b are the same in rmse: no user makes a difference"
    )


def test_the_best_is_never_worse_by_its_own_test():
    """Heavy users whose ratings are the items' quality, light ones whose are a constant of their own.

    Over all ratings slope-one errs less, over users knn-with-means: the table shows the former.
    """
    rng = np.random.default_rng(0)
    quality = rng.uniform(1, 5, 400)
    rows = [(f"h{u}", f"i{i}", quality[i]) for u in range(20) for i in rng.permutation(400)[:300]]
    for user, taste in enumerate(rng.uniform(1, 5, 300)):
        rows += [(f"l{user}", f"i{i}", taste) for i in rng.permutation(400)[:6]]
    dataset = recli.load(pd.DataFrame(rows, columns=["user_id", "item_id", "rating"]))
    found = recli.evaluate(dataset, ["slope-one", "knn-with-means"], metrics=["mae", "rmse", "fcp"])
    users = found.per_user().groupby(["algorithm", "user"])["mae"].mean().unstack("algorithm")
    apart = scipy.stats.ttest_rel(users["knn-with-means"], users["slope-one"])
    assert apart.statistic < 0 and apart.pvalue < 0.01, "user by user knn-with-means is better"
    shown = found.leaderboard("mae")["mae"]
    assert shown["slope-one"] < shown["knn-with-means"]
    for metric in ("mae", "rmse", "fcp"):
        [pair] = found.compare(metric).to_dict("records")
        means = found.leaderboard(metric)[metric]
        assert pair["difference"] == pytest.approx(means[pair["a"]] - means[pair["b"]], rel=1e-9)
        assert pair["better"] in (None, found.leaderboard(metric).index[0])
        # Of a light user all ratings are alike, so that they have no pair to be concordant.
        assert (pair["over"], pair["n"]) == ("users", 20 if metric == "fcp" else 320)
