"""The locked test, nested searches, and several goals, from end to end."""

from __future__ import annotations

import json

import numpy as np
import pytest

from recli.data.splits._base import Split
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.fold import score_fold
from recli.evaluation.goals import goals
from recli.experiments.reports._study.words import said
from recli.experiments.tuning import trials
from recli.experiments.tuning.holdout import HoldOut, HoldoutVerdict
from recli.records.stored_study import StoredStudy


@pytest.mark.parametrize(
    ("split", "kind"),
    [
        ("k-fold", "Shuffle"),
        ("timeline", "Timeline"),
        ("last-n", "Timeline"),
        ("cold-users", "ColdUsers"),
        ("cold-items", "ColdItems"),
        ("group", "ColdUsers"),
    ],
)
def test_a_lock_in_the_sense_of_the_split(small, split, kind):
    held = HoldOut.of(small, Split.parse(split), 0.25, seed=1)
    assert type(held.split).__name__ == kind
    rows = np.concatenate([held.fold.train, held.fold.test])
    assert sorted(rows) == list(range(len(small.ratings)))
    assert len(held.open.ratings) == len(held.fold.train)
    assert (np.diff(held.fold.train) > 0).all(), "in the order of the file"
    assert held.open.ratings.item_ids is small.ratings.item_ids
    again = HoldOut.of(small, Split.parse(split), 0.25, seed=1)
    assert (again.fold.test == held.fold.test).all()


def test_tuning_never_sees_the_test(new_run, search, small, monkeypatch):
    run = new_run("baseline-only", holdout=0.3)
    seen, real = [], trials.cells

    def watched(dataset, *rest, **named):
        seen.append(dataset)
        return real(dataset, *rest, **named)

    monkeypatch.setattr(trials, "cells", watched)
    search(run, 3)
    locked = run.holdout.fold.test
    ratings = small.ratings
    hidden = set(zip(ratings.users[locked], ratings.items[locked], strict=True))
    for dataset in seen:
        pairs = zip(dataset.ratings.users, dataset.ratings.items, strict=True)
        assert not hidden & set(pairs)


def test_winner_and_defaults_on_the_locked_test(new_run, search, small):
    run = search(new_run("baseline-only", holdout=0.3), 6)
    fold = run.holdout.fold
    statistics = TrainingStatistics(small, fold.train, run.protocol.threshold)
    measures = run.protocol.measures
    winner, defaults = (
        score_fold(statistics, fold.test, trial.configured, measures, run.protocol.seed)
        for trial in (run.best, run.tried[0])
    )
    [verdict] = run.locked
    assert verdict.winner == winner.metrics["rmse"]
    assert verdict.defaults == defaults.metrics["rmse"]
    assert verdict.tuned == run.best.values[0]
    assert verdict.test.difference == pytest.approx(verdict.winner - verdict.defaults)
    low, high = verdict.test.interval
    assert low < verdict.test.difference < high
    assert verdict.document()["difference"] == verdict.test.difference


def test_gain_has_the_sense_of_the_goal():
    rmse, ndcg = goals(["rmse", "ndcg@10"])
    assert HoldoutVerdict(rmse, 0.90, 0.94, 0.91, 0.95, None).gain == pytest.approx(0.04)
    assert HoldoutVerdict(ndcg, 0.30, 0.26, 0.28, 0.25, None).gain == pytest.approx(0.03)


def test_nested(new_run, search, small):
    run = search(new_run("baseline-only", nested=True, holdout=0.2), 3)
    assert run.holdout is None
    assert len(run.nested) == 2
    names = list(run.spaces)
    assert names == ["baseline-only"]
    folds = run.protocol.split.folds(small)
    stored = StoredStudy.read(run.folder.parents[1], run.id)
    assert [[v["best"] for v in fold] for fold in stored.document["nested"]] == [
        [v.winner for v in fold] for fold in run.nested
    ]
    for (verdict,), fold in zip(run.nested, folds, strict=True):
        train = np.sort(fold.train)
        statistics = TrainingStatistics(small, train, run.protocol.threshold)
        default = run.spaces["baseline-only"].start
        scores = score_fold(statistics, np.sort(fold.test), default, run.protocol.measures, 0)
        assert verdict.defaults == pytest.approx(scores.metrics["rmse"])


def test_several_goals(new_run, search, document):
    metrics = ("ndcg@10", "diversity@10")
    run = search(new_run("baseline-only", metrics=metrics, pick="first", holdout=0.3), 8)
    values = [trial.values for trial in run.finished]
    for trial in run.front:
        assert not any(
            a >= trial.values[0] and b >= trial.values[1] and (a, b) != trial.values
            for a, b in values
        )
    assert run.best.values[0] == max(a for a, _ in values)
    assert [said["goal"] for said in document(run)["locked"]] == list(metrics)
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    assert "Pareto front: ndcg@10 and diversity@10" in page
    json.dumps(document(run), allow_nan=False)


def test_what_is_locked_away_is_no_candidate(new_run, search, small):
    """nDCG@10 by hand: neither what is locked away nor what was learned from can be in a list."""
    run = search(new_run("ease", metrics=("ndcg@10",), holdout=0.3), 1)
    opened, ratings = run.holdout.open, small.ratings
    folds = run.protocol.split.folds(opened)
    for fold, (reached,) in zip(folds, run.tried[0].folds, strict=True):
        trainset = opened.trainset(fold.train, run.protocol.threshold)
        scores = run.best.configured.create(0).fit(trainset).score_users(trainset.inner_users)
        scores = scores[:, trainset.inner_items]
        learned, tested = (_given(opened.ratings, rows) for rows in (fold.train, fold.test))
        locked = _given(ratings, run.holdout.fold.test)
        values = []
        for user, items in tested.items():
            liked = {item for item, value in items.items() if value >= run.protocol.threshold}
            if not liked:
                continue
            gone = {*learned.get(user, ()), *locked.get(user, ())} - {*items}
            ranked = np.argsort(-scores[user], kind="stable")
            places = [item for item in ranked if item not in gone][:10]
            gain = sum(1 / np.log2(place + 2) for place, i in enumerate(places) if i in liked)
            values.append(gain / sum(1 / np.log2(n + 2) for n in range(min(10, len(liked)))))
        assert reached == pytest.approx(np.mean(values), abs=1e-12)


def _given(ratings, rows):
    """By user, their rating of each item."""
    found = {}
    for row in rows:
        found.setdefault(ratings.users[row], {})[ratings.items[row]] = ratings.values[row]
    return found


def test_what_tuning_said_of_both(new_run, search):
    run = search(new_run("baseline-only", holdout=0.3), 6)
    [verdict] = run.locked
    assert (verdict.tuned, verdict.tuned_defaults) == (run.best.values[0], run.tried[0].values[0])
    stored = StoredStudy.read(run.folder.parents[1], run.id)
    text = f"Tuning, on fewer ratings, said {verdict.tuned:.4f} and {verdict.tuned_defaults:.4f}."
    assert any(sentence.endswith(text) for sentence in said(stored))
