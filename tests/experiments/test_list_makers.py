"""Which algorithm makes the lists where none is named, and what its lists are said to reach."""

from __future__ import annotations

import csv
import dataclasses
import math
from statistics import fmean

import numpy as np
import pytest

from recli import errors
from recli.algorithms import Configured
from recli.data.splits._base import Split
from recli.data.tie_order import TieOrder
from recli.evaluation.metric_names import Measure
from recli.evaluation.protocol import Protocol
from recli.experiments import list_makers
from recli.experiments.evaluation_run import EvaluationRun
from recli.experiments.held_out import list_qualities
from recli.experiments.list_makers import best_list_maker, lists_document
from recli.experiments.resources import Resources
from recli.models.list_quality import ListQuality, said
from recli.records.measured import measured_lists

EASE, SVD, POPULAR = map(Configured.of, ("ease", "svd", "most-popular"))


# An independent measurement: dense matrices, lists sorted one by one, nDCG by its definition.


def held_out(dataset):
    """Ratings by user and item to learn from and to test on, NaN for none: a random fifth."""
    [fold] = Split.parse("shuffle:n_splits=1,test_size=0.2").folds(dataset)
    ratings = dataset.ratings
    found = []
    for rows in (fold.train, fold.test):
        table = np.full((len(ratings.user_ids), len(ratings.item_ids)), np.nan)
        table[ratings.users[rows], ratings.items[rows]] = ratings.values[rows]
        found.append(table)
    return found


def by_popularity(train):
    return np.tile((train >= 4).sum(axis=0), (len(train), 1)).astype(float)


def by_ease(train):
    """Steck's closed form, over all items, on preferences 0.01 + 0.99 ((r − low) / (high − low))²."""
    x = np.nan_to_num(0.01 + 0.99 * ((train - 0.5) / 4.5) ** 2)
    p = np.linalg.inv(x.T @ x + 200.0 * np.eye(x.shape[1]))
    b = -p / np.diag(p)
    np.fill_diagonal(b, 0.0)
    return x @ b


def measured(train, test, scores, draws):
    """Mean nDCG@10 and hit rate of the users who like something in the test."""
    ndcg, hits = [], []
    for of_user, tested, score, draw in zip(train, test, scores, draws, strict=True):
        liked = set(np.flatnonzero(tested >= 4))
        if not liked:
            continue
        unseen = np.flatnonzero(np.isnan(of_user))
        listed = sorted(unseen, key=lambda item: (-score[item], draw[item]))[:10]
        gain = sum(1 / math.log2(place + 2) for place, item in enumerate(listed) if item in liked)
        ideal = sum(1 / math.log2(place + 2) for place in range(min(10, len(liked))))
        ndcg.append(gain / ideal)
        hits.append(bool(liked & set(listed)))
    return fmean(ndcg), fmean(hits), len(ndcg)


def test_what_lists_reach_is_what_a_hand_count_says(small):
    train, test = held_out(small)
    order = TieOrder.of(small.ratings, np.arange(len(train)), 0)
    draws = order.draws(*np.indices(train.shape))
    found = list_qualities(small, [EASE, POPULAR], 0, 4.0)
    ndcg, hit_rate, n_users = measured(train, test, by_ease(train), draws)
    floor, floor_hits, _ = measured(train, test, by_popularity(train), draws)
    ease, popular = found["ease"], found["most-popular"]
    assert (ease.ndcg, ease.hit_rate, ease.floor) == pytest.approx((ndcg, hit_rate, floor))
    assert (popular.ndcg, popular.hit_rate, popular.floor) == pytest.approx(
        (floor, floor_hits, floor)
    )
    assert ease.n_users == popular.n_users == n_users


def test_of_many_users_some_are_measured(small, monkeypatch):
    monkeypatch.setattr("recli.experiments.held_out._MOST_USERS", 20)
    quality = list_qualities(small, [EASE], 0, 4.0)["ease"]
    assert 10 < quality.n_users <= 20


# Which


def test_on_movielens_it_is_ease(embedded):
    choice = best_list_maker(embedded, 0, 4.0)
    assert choice.configured == EASE
    # What the library says of the first fold, in five other ways of the same split: about 0.30.
    assert choice.quality.ndcg == pytest.approx(0.30, abs=0.01)
    assert choice.quality.floor == pytest.approx(0.145, abs=0.01)
    assert choice.why.startswith("ease, whose lists are the best on a random fifth of the ratings")
    assert choice.origin == {"lists": choice.quality.document()}


def test_the_best_of_them_is_taken_whichever_it_is(small, monkeypatch):
    found = {
        name: ListQuality(ndcg, None, 0.2, 60, "what was held back")
        for name, ndcg in {
            "ease": 0.2,
            "item-knn": 0.1,
            "rp3beta": 0.4,
            "most-popular": 0.2,
        }.items()
    }
    monkeypatch.setattr(list_makers, "list_qualities", lambda *_: found)
    choice = best_list_maker(small, 0, 4.0)
    assert choice.configured == Configured.of("rp3beta")
    assert choice.why == (
        "rp3beta, whose lists are the best on what was held back (nDCG@10: rp3beta 0.4000, ease 0.2000, "
        "most-popular 0.2000, item-knn 0.1000)"
    )


@pytest.mark.parametrize(("fewer", "name"), [(0, "ease"), (1, "item-knn")])
def test_large_data_are_not_compared(small, monkeypatch, fewer, name):
    monkeypatch.setattr(list_makers, "_MOST_COMPARED", 100)
    monkeypatch.setattr(list_makers, "_MOST_FOR_EASE", small.ratings.n_users - fewer)
    monkeypatch.setattr(list_makers, "list_qualities", None)  # to call it would fail
    choice = best_list_maker(small, 0, 4.0)
    assert (choice.configured.name, choice.quality, choice.origin) == (name, None, {})
    assert choice.why == f"{name}, by the size of the data; 'recli evaluate' compares"


def test_of_a_single_rating_nothing_is_measured(small):
    choice = best_list_maker(small.part(np.array([0])), 0, 4.0)
    assert (choice.configured, choice.quality) == (EASE, None)
    assert choice.why == "ease, since the data are too few to compare"


def test_nobody_likes_anything(small):
    low = dataclasses.replace(small.ratings, values=np.full(len(small.ratings), 2.0))
    with pytest.raises(errors.RecliError):
        list_qualities(dataclasses.replace(small, ratings=low), [EASE], 0, 4.0)


# Where it was measured before


def evaluated(results, dataset, names, metrics=("ndcg", "hit-rate"), threshold=4.0):
    measures = tuple(map(Measure.parse, metrics))
    protocol = Protocol(Split.parse("k-fold:n_splits=2"), measures, threshold, 0)
    run = EvaluationRun(results, ["recli"], dataset, list(map(Configured.of, names)), protocol)
    run.run(Resources(1))
    return run


def means(run):
    """Means over folds by algorithm and metric, out of metrics.csv."""
    with (run.folder / "metrics.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = {(row["algorithm"], row["metric"]) for row in rows}
    return {
        key: fmean(float(r["value"]) for r in rows if (r["algorithm"], r["metric"]) == key)
        for key in keys
    }


def test_a_run_with_most_popular_tells(small, tmp_path):
    run = evaluated(tmp_path, small, ("svd", "most-popular"))
    found, of_run = measured_lists(tmp_path, small, SVD, 4.0), means(run)
    assert found.ndcg == pytest.approx(of_run["svd", "ndcg@10"])
    assert found.hit_rate == pytest.approx(of_run["svd", "hit-rate@10"])
    assert found.floor == pytest.approx(of_run["most-popular", "ndcg@10"])
    assert found.measured == f"k-fold:n_splits=2 (run {run.id})"
    assert lists_document(tmp_path, small, SVD, 0, 4.0, 1e9) == found.document()


@pytest.mark.parametrize(
    "run",
    [
        {"names": ("svd",)},
        {"names": ("most-popular",)},
        {"names": ("svd", "most-popular"), "metrics": ("ndcg@5",)},
        {"names": ("svd", "most-popular"), "threshold": 3.0},
    ],
)
def test_another_run_does_not(small, tmp_path, run):
    evaluated(tmp_path, small, **run)
    assert measured_lists(tmp_path, small, SVD, 4.0) is None


def test_without_a_run_it_is_measured(small, tmp_path):
    document = lists_document(tmp_path, small, SVD, 0, 4.0, 1.0)
    assert document == list_qualities(small, [SVD], 0, 4.0)["svd"].document()
    assert ListQuality.of({"lists": document}).document() == document


def test_what_takes_long_is_not_measured_unasked(small, tmp_path):
    document = lists_document(tmp_path, small, SVD, 0, 4.0, 75.0)
    assert document == {
        "unmeasured": "that takes as long as to train, 75 s. 'recli evaluate -a svd -a most-popular' "
        "measures it."
    }


def test_a_class_of_ones_own_is_not_measured_unasked(small, tmp_path):
    own = Configured.of("surprise:SVD")
    document = lists_document(tmp_path, small, own, 0, 4.0, 1.0)
    assert document["unmeasured"].startswith(
        "surprise:SVD does not come with recli. 'recli evaluate"
    )


# What is said


def test_a_good_model():
    quality = ListQuality(0.3, 0.75, 0.1, 600, "what was held back")
    assert list(said("ease", {"lists": quality.document()})) == [
        "Lists by ease: nDCG@10 0.3000, hit-rate@10 0.7500 on what was held back; most-popular 0.1000."
    ]


def test_a_poor_model_is_warned_of():
    quality = ListQuality(0.05, None, 0.1, 12, "what was held back")
    first, warning = said("nmf", {"lists": quality.document()})
    assert first == (
        "Lists by nmf: nDCG@10 0.0500 on what was held back, of only 12 users; most-popular 0.1000."
    )
    assert warning.startswith("Warning: most-popular makes better lists")


def test_most_popular_is_not_compared_with_itself():
    quality = ListQuality(0.1, 0.5, 0.1, 600, "what was held back")
    [only] = said("most-popular", {"lists": quality.document()})
    assert only.endswith("on what was held back.")


def test_what_was_not_measured_is_said_and_of_older_models_nothing():
    [only] = said("svd", {"lists": {"unmeasured": "for a reason."}})
    assert only == "How good the lists are was not measured: for a reason."
    assert list(said("svd", {"params": {}})) == []
