"""A line-up on the same folds, on one process or two, and folds where a metric has no user."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from recli import errors, registry
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.description import Description, RatingsSource
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.splits._base import Fold
from recli.data.splits.k_fold import KFold
from recli.data.tie_order import TieOrder
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.fold import score_fold
from recli.evaluation.metric_names import DEFAULT, Measure
from recli.evaluation.protocol import Protocol
from recli.experiments.cross_validation import cells, cross_validate
from recli.experiments.resources import Resources
from recli.records.cells import summaries
from recli.records.failures import CellFailure

MEASURES = tuple(map(Measure.parse, DEFAULT))


def protocol(n_splits=3, measures=MEASURES, threshold=4.0, seed=0):
    return Protocol(KFold(n_splits, seed=seed), measures, threshold, seed)


def line_up(*names):
    return [Configured.of(name) for name in names]


def test_jobs_change_no_number(small):
    every = registry.names("algorithm")
    names = [name for name in every if registry.installed(registry.extra_of("algorithm", name))]
    found = []
    for jobs in (1, 2):
        finished = cells(small, line_up(*names), protocol(2), Resources(jobs))
        by_place = {(cell.entry, cell.fold): cell.scores.metrics for cell in finished}
        assert len(by_place) == 2 * len(names)
        found.append(by_place)
    assert found[0] == found[1]


def test_every_measure_is_there_in_the_order_asked_for(small):
    wanted = tuple(map(Measure.parse, ("ndcg@3", "rmse", "recall@20")))
    [cell, *_] = cells(small, line_up("baseline-only"), protocol(2, wanted), Resources(1))
    assert list(cell.scores.metrics) == ["ndcg@3", "rmse", "recall@20"]
    assert cell.scores.fit_seconds > 0


def test_the_same_folds_for_all(small):
    found = cross_validate(small, line_up("svd", "svd"), protocol(2))
    assert found[0].values(MEASURES[0]) == found[1].values(MEASURES[0])


def test_the_best_goes_first_whichever_way_is_better(small):
    names = ("normal-predictor", "baseline-only", "slope-one")
    for text in ("rmse", "ndcg@10"):
        measure = Measure.parse(text)
        found = cross_validate(small, line_up(*names), protocol(2, (measure,)))
        means = [summary.mean(measure) for summary in found]
        assert means == sorted(means, reverse=text == "ndcg@10")
        assert means == [np.mean(summary.values(measure)) for summary in found]


def test_std_is_over_folds(small):
    measure = Measure.parse("rmse")
    [summary] = cross_validate(small, line_up("baseline-only"), protocol(4, (measure,)))
    values = summary.values(measure)
    mean = sum(values) / 4
    assert summary.std(measure) == pytest.approx(
        math.sqrt(sum((value - mean) ** 2 for value in values) / 4)
    )


def test_every_finished_cell_is_told(small):
    told = []
    cross_validate(small, line_up("baseline-only"), protocol(3), on_cell=told.append)
    assert [cell.fold for cell in told] == [0, 1, 2]


def test_summaries_of_a_part(small):
    two = line_up("baseline-only", "slope-one")
    finished = [cell for cell in cells(small, two, protocol(3), Resources(1)) if cell.entry == 1]
    [summary] = summaries(two, finished[::-1], MEASURES[0])
    assert summary.configured.name == "slope-one"
    assert [cell.fold for cell in summary.cells] == [0, 1, 2]
    assert summary.fit_seconds == np.mean([cell.scores.fit_seconds for cell in finished])


def test_an_error_in_a_worker_arrives(small):
    diverging = [Configured.of("svd", {"lr_all": 5})]
    for jobs in (1, 2):
        failed = list(cells(small, diverging, protocol(2), Resources(jobs)))
        assert sorted((one.entry, one.fold) for one in failed) == [(0, 0), (0, 1)]
        for one in failed:
            assert isinstance(one, CellFailure)
            assert isinstance(one.error, errors.DivergedError)
            assert "lr_all" in str(one.error)
        with pytest.raises(errors.DivergedError, match="lr_all"):
            cross_validate(small, diverging, protocol(2), Resources(jobs))


# Folds made by hand

USERS = ["ann", "ann", "ann", "bob", "bob", "bob", "cid"]
ITEMS = ["a", "b", "c", "a", "b", "d", "e"]
VALUES = [5.0, 4.0, 3.0, 2.0, 2.0, 1.0, 5.0]


@pytest.fixture
def toy():
    user_ids, item_ids = Ids.of(USERS), Ids.of(ITEMS, ["f"])
    ratings = Ratings(
        user_ids=user_ids,
        item_ids=item_ids,
        users=user_ids.codes(USERS),
        items=item_ids.codes(ITEMS),
        values=np.array(VALUES),
        times=None,
        scale=(1.0, 5.0),
    )
    return Dataset("toy", Description("toy", None, RatingsSource(file="none.csv")), ratings)


def score(dataset, fold, configured, measures, threshold):
    return score_fold(
        TrainingStatistics(dataset, fold.train, threshold), fold.test, configured, measures, 0
    )


def test_ranking_metrics_by_hand(toy):
    # Ann likes a and has b and c in the training; cid is unknown and likes e. By bias the order is
    # b, c, then e and f, which have no rating, then a, d: she has the liked item in place 3, and so
    # has cid where e is drawn before f.
    fold = Fold(np.array([1, 2, 3, 4, 5]), np.array([0, 6]))
    texts = ("hit-rate@2", "hit-rate@3", "precision@3", "recall@6", "ndcg@3", "map@3")
    measures = tuple(map(Measure.parse, texts))
    scores = score(toy, fold, Configured.of("baseline-only"), measures, 4.0).metrics
    cid, e, f = toy.ratings.user_ids.code("cid"), *map(toy.ratings.item_ids.code, "ef")
    e_drawn, f_drawn = TieOrder.of(toy.ratings, np.array([cid]), 0).draws(0, np.array([e, f]))
    third = (1 + (e_drawn < f_drawn)) / 2  # the share of the two who have theirs there
    expected = (0, third, third / 3, 1, third / math.log2(1 + 3), third / 3)
    assert scores == pytest.approx(dict(zip(texts, expected, strict=True)))


def test_rating_metrics_by_hand(toy):
    # Known neither user nor item, the prediction is the mean of the training, 2.4.
    fold = Fold(np.array([1, 2, 3, 4, 5]), np.array([6]))
    measures = (Measure.parse("rmse"), Measure.parse("mae"))
    scores = score(toy, fold, Configured.of("slope-one"), measures, 4.0).metrics
    assert scores == pytest.approx({"rmse": 5 - 2.4, "mae": 5 - 2.4})


def test_a_fold_without_a_liked_item_has_no_ranking_metric(toy):
    fold = Fold(np.array([0, 1, 3, 4, 6]), np.array([2, 5]))
    scores = score(toy, fold, Configured.of("baseline-only"), MEASURES, 4.0).metrics
    for measure in MEASURES:
        if measure.k is not None:
            assert math.isnan(scores[str(measure)])
    assert math.isfinite(scores["rmse"])


def test_summaries_put_what_is_undefined_last(toy):
    # With a threshold of 5 the only liked items are in two of seven rows.
    measure = Measure.parse("ndcg@2")
    found = cross_validate(toy, line_up("baseline-only"), protocol(7, (measure,), threshold=5.0))
    assert math.isnan(found[0].mean(measure))
    assert sum(math.isnan(value) for value in found[0].values(measure)) == 5
    cell = found[0].cells[0]
    better = dataclasses.replace(
        cell, entry=1, scores=dataclasses.replace(cell.scores, metrics={"ndcg@2": 0.0})
    )
    two = line_up("baseline-only", "slope-one")
    order = summaries(two, [*found[0].cells, better], measure)
    assert [summary.configured.name for summary in order] == ["slope-one", "baseline-only"]


def test_a_pair_rated_twice_is_one_relevant_item(toy):
    ratings = toy.ratings
    twice = dataclasses.replace(
        ratings,
        users=np.append(ratings.users, ratings.users[0]),
        items=np.append(ratings.items, ratings.items[0]),
        values=np.append(ratings.values, 5.0),
    )
    data = dataclasses.replace(toy, ratings=twice)
    fold = Fold(np.array([1, 2, 3, 4, 5]), np.array([0, 7]))
    measures = (Measure.parse("recall@6"),)
    scores = score(data, fold, Configured.of("baseline-only"), measures, 4.0)
    assert scores.metrics == {"recall@6": 1.0}
    assert scores.test_seconds >= 0


def test_too_many_folds(toy):
    with pytest.raises(errors.DataError, match="7 ratings cannot be cut into 8 folds"):
        cross_validate(toy, line_up("svd"), protocol(8))
