"""Verdicts: scipy and statsmodels on tables made here."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from statsmodels.stats.multitest import multipletests

from recli.evaluation.metric_names import Measure
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
            rows.append(pd.DataFrame(frame | {"ndcg@10": ndcg, "rmse": 1 - ndcg}))
            values = {"ndcg@10": np.nanmean(ndcg), "gini@10": 0.5 + gain + rng.normal(0, 0.01)}
            metrics += [
                {"entry": entry, "fold": fold, "metric": metric, "value": value}
                for metric, value in (values | {"rmse": 1 - np.nanmean(ndcg)}).items()
            ]
    return pd.DataFrame(metrics), pd.concat(rows, ignore_index=True)


def judged(tables, measures=MEASURES):
    metrics, per_user = tables
    return verdicts(LABELS, metrics, per_user, measures, test_share=0.25, seed=0)


def test_over_users_a_user_counts_once_with_the_mean_of_her_folds(tables):
    verdict = judged(tables)["ndcg@10"]
    means = tables[1].groupby(["user", "entry"])["ndcg@10"].mean().unstack().dropna()
    assert len(means) == 59
    raw = [
        scipy.stats.ttest_rel(means[a], means[b]).pvalue
        for a, b in itertools.combinations(range(3), 2)
    ]
    expected = multipletests(raw, method="holm")[1]
    assert list(verdict.adjusted) == [("a", "b"), ("a", "c"), ("b", "c")]
    np.testing.assert_allclose(list(verdict.adjusted.values()), expected, rtol=1e-9)
    assert verdict.over_users.pairs["a", "b"].n == 59


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
    verdict = verdicts(LABELS, *alone, MEASURES, 0.25, 0)["ndcg@10"]
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
    assert min(verdict.adjusted.values()) < 0.05, "over users they do differ"
    assert verdict.document()["best"] is None
