"""What is liked among sampled items, against loops over a ranking that the test makes itself."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

import recli
from recli import errors
from recli.algorithms import Configured
from recli.data.splits._base import Fold
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.by_hand import dataset_of
from recli.evaluation.metric_names import Measure
from recli.evaluation.outcome import recommend
from recli.evaluation.sampled_negatives import check_number
from recli.models.model import of_training

MEASURES = ("ndcg@10", "hit-rate@10", "mrr@10", "recall@10", "auc")


@pytest.fixture(scope="module")
def fold(embedded):
    """A fifth of the ratings of 60 users is tested, all else is learned from."""
    chosen = np.random.default_rng(1).random(len(embedded.ratings)) < 0.2
    chosen &= embedded.ratings.users < 60
    statistics = TrainingStatistics(embedded, np.flatnonzero(~chosen), 4.0)
    return statistics, np.flatnonzero(chosen)


def fitted(statistics, seed=0):
    return Configured.of("most-popular").create(seed).fit(statistics.trainset)


def lists_of(fold, n, seed=0, k=10):
    statistics, test = fold
    algorithm = fitted(statistics, seed)
    model = of_training(statistics, Configured.of("most-popular"), algorithm, seed)
    return recommend(model, statistics, test, k, sampled_negatives=n)


def by_user(fold):
    """Of each user what is in the training, and the test's ratings."""
    statistics, test = fold
    ratings = statistics.dataset.ratings
    train, tested = {}, {}
    for row in statistics.train.tolist():
        train.setdefault(int(ratings.users[row]), set()).add(int(ratings.items[row]))
    for row in test.tolist():
        mine = tested.setdefault(int(ratings.users[row]), {})
        mine[int(ratings.items[row])] = float(ratings.values[row])
    return train, tested


def test_candidates_are_what_is_liked_and_n_others_that_the_user_has_not_rated(fold):
    train, tested = by_user(fold)
    n_items = fold[0].n_items
    lists = lists_of(fold, 20, k=n_items)
    assert len(lists.users) == len(tested)
    for row, user in enumerate(lists.users.tolist()):
        shown = lists.items[row][lists.items[row] >= 0].tolist()
        liked = {i for i, value in tested[user].items() if value >= 4} - train.get(user, set())
        others = set(shown) - liked
        assert len(set(shown)) == len(shown) == lists.n_candidates[row]
        assert liked <= set(shown)
        assert len(others) == 20
        assert not others & (train.get(user, set()) | set(tested[user]))


def test_every_item_is_drawn_as_often_as_any_other(fold):
    """Of the items that no user has rated: each is in n / (candidates less test) of the lists."""
    train, tested = by_user(fold)
    n_items, n = fold[0].n_items, 100
    drawn = np.zeros(n_items)
    expected, variance = np.zeros(n_items), np.zeros(n_items)
    lists = lists_of(fold, n, k=n_items)
    for row, user in enumerate(lists.users.tolist()):
        shown = lists.items[row][lists.items[row] >= 0]
        free = np.setdiff1d(np.arange(n_items), list(train.get(user, set()) | set(tested[user])))
        drawn[np.intersect1d(shown, free)] += 1
        share = n / len(free)
        expected[free] += share
        variance[free] += share * (1 - share)
    deviations = (drawn - expected) / np.sqrt(variance)
    assert np.mean(deviations**2) == pytest.approx(1, abs=0.1)


def test_the_draw_goes_by_the_seed_and_the_user_alone(fold):
    one, again, other = lists_of(fold, 20), lists_of(fold, 20), lists_of(fold, 20, seed=1)
    np.testing.assert_array_equal(one.items, again.items)
    assert (one.items != other.items).any()


def test_where_fewer_are_left_all_are_candidates(fold):
    whole, sampled = lists_of(fold, 0), lists_of(fold, fold[0].n_items)
    _, tested = by_user(fold)
    for row, user in enumerate(whole.users.tolist()):
        disliked = sum(value < 4 for value in tested[user].values())
        assert sampled.n_candidates[row] == whole.n_candidates[row] - disliked


def test_metrics_are_those_of_loops_over_the_candidates(fold):
    """Places, midranks and lists are counted by hand from the scores of one row."""
    statistics, _ = fold
    train, tested = by_user(fold)
    trainset, popularity = statistics.trainset, np.empty(statistics.n_items)
    popularity[trainset.item_codes] = fitted(statistics).score_users(np.array([0]))[0]
    full, lists = lists_of(fold, 30, k=statistics.n_items), lists_of(fold, 30)
    values = {name: Measure.parse(name).metric.values(lists) for name in MEASURES}
    for row, user in enumerate(lists.users.tolist()):
        candidates = full.items[row][full.items[row] >= 0].tolist()
        liked = {i for i in tested[user] if tested[user][i] >= 4} - train.get(user, set())
        if not liked:
            continue
        assert [popularity[i] for i in candidates] == sorted(
            (popularity[i] for i in candidates), reverse=True
        )
        hits = [item in liked for item in candidates[:10]]
        gain = sum(1 / math.log2(rank + 2) for rank, hit in enumerate(hits) if hit)
        ideal = sum(1 / math.log2(rank + 2) for rank in range(min(len(liked), 10)))
        assert values["ndcg@10"][row] == pytest.approx(gain / ideal, rel=1e-12)
        assert values["hit-rate@10"][row] == any(hits)
        assert values["mrr@10"][row] == pytest.approx(
            1 / (1 + hits.index(True)) if any(hits) else 0
        )
        assert values["recall@10"][row] == pytest.approx(sum(hits) / len(liked), rel=1e-12)
        others = [i for i in candidates if i not in liked]
        pairs = [
            (popularity[a] > popularity[b]) + 0.5 * (popularity[a] == popularity[b])
            for a in liked
            for b in others
        ]
        assert values["auc"][row] == pytest.approx(np.mean(pairs), rel=1e-12)


def test_auc_is_expected_to_be_that_of_the_whole_catalogue_and_ndcg_to_be_higher(fold):
    """A sample tells the share of pairs in the right order, and no place among all."""
    whole, sampled = lists_of(fold, 0), lists_of(fold, 100)
    auc, ndcg = Measure.parse("auc").metric, Measure.parse("ndcg").metric
    assert auc(sampled) == pytest.approx(auc(whole), abs=0.03)
    assert ndcg(sampled) > 2 * ndcg(whole)


def test_more_than_any_user_has_is_no_sample():
    """Three users of 6 items: in the fold they rated 4, 3 and 3 of them, so 3 are the most others."""
    rated = [(0, 0, 5), (0, 1, 1), (0, 2, 4), (0, 3, 2), (1, 0, 4), (1, 2, 2), (1, 3, 5)]
    rated += [(2, 3, 3), (2, 0, 1), (2, 5, 3), (2, 5, 4)]
    ratings = dataset_of(rated, 3, 6).ratings
    fold = Fold(np.array([0, 1, 4, 5, 7]), np.array([2, 3, 6, 8, 9, 10]))
    check_number(2, ratings, [fold])
    told = "`sampled_negatives=3`: of 6 items no user has more than 3 that they did not rate"
    with pytest.raises(errors.UsageError, match=told):
        check_number(3, ratings, [fold])


def test_python_and_the_command_line_agree_and_warn(tmp_path):
    arguments = {"metrics": "ndcg@5", "split": "shuffle:n_splits=1", "seed": 3}
    found = recli.evaluate("movielens-small", ["most-popular"], sampled_negatives=50, **arguments)
    assert [one.code for one in found.warnings].count("sampled-negatives") == 1
    from click.testing import CliRunner

    from recli.cli import main

    typed = [
        "evaluate",
        "-a",
        "most-popular",
        "--split",
        "shuffle:n_splits=1",
        "--seed",
        "3",
        "--metric",
        "ndcg@5",
    ]
    typed += ["--results", str(tmp_path), "-j", "1", "--format", "json"]
    refused = CliRunner().invoke(main, [*typed, "--sampled-negatives", "9999"])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "Error: --sampled-negatives 9999: of 9,066 items no user has more than" in refused.stderr
    done = CliRunner().invoke(main, [*typed, "--sampled-negatives", "50"])
    assert done.exit_code == 0, done.output
    [warning] = [
        one["message"]
        for one in json.loads(done.stdout)["warnings"]
        if one["code"] == "sampled-negatives"
    ]
    assert "Krichene and Rendle" in warning
    assert "leave '--sampled-negatives' out" in warning
    sampled = json.loads(done.stdout)["results"][0]["metrics"]["ndcg@5"]
    # Cells of the one are not taken for the other, whichever came first.
    plain = json.loads(CliRunner().invoke(main, typed).stdout)["results"][0]["metrics"]["ndcg@5"]
    assert sampled != plain
    expected = recli.evaluate("movielens-small", ["most-popular"], **arguments)
    assert float(found.leaderboard()["ndcg@5"].iloc[0]) == pytest.approx(sampled["mean"])
    assert float(expected.leaderboard()["ndcg@5"].iloc[0]) == pytest.approx(plain["mean"])
    documents = [json.loads(path.read_text()) for path in Path(tmp_path).glob("runs/*/run.json")]
    assert sorted(each["configuration"].get("sampled_negatives", 0) for each in documents) == [
        0,
        50,
    ]
    assert {cell["reused"] for each in documents for cell in each["cells"]} == {False}
    as_table = CliRunner().invoke(main, [*typed[:-2], "--sampled-negatives", "50"])
    assert "Ranked among 50 sampled items, first 5 places, best ndcg@5 first" in as_table.stdout
    assert "The best lists" not in as_table.stderr  # which no sample tells
