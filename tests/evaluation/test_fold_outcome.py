"""An outcome by hand, and what is made of it."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from recli.algorithms import Configured
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.by_hand import dataset_of
from recli.evaluation.fold import measure
from recli.evaluation.fold_outcome import LIST_LENGTH, Wanted, fold_outcome, to_keep
from recli.evaluation.metric_names import Measure
from recli.ranking.list_options import ListOptions
from recli.ranking.recommender import recommender

# Of the item alone: 0 scores 1, 1 scores 4, 2 and 3 score 3, 4 scores nothing and gets the mean, 3.5.
BY_ITEM = """\
import numpy as np

from recli.algorithms import Algorithm


class ByItem(Algorithm):
    def _estimate_pairs(self, users, items):
        codes = np.array([int(self.trainset.to_raw_iid(item)) for item in items])
        return np.array([1.0, 4.0, 3.0, 3.0, np.nan])[codes]
"""
# (user, item, rating): the first five train, of a mean of 3.5.
RATED = [
    *[(0, 0, 5), (1, 1, 4), (2, 2, 3), (0, 3, 2), (1, 4, 3.5)],
    *[(0, 1, 4), (0, 2, 1), (1, 3, 5), (2, 4, 2), (2, 1, 3), (2, 1, 5)],
]


@pytest.fixture
def fold(tmp_path, monkeypatch):
    """Training statistics, test rows, and the algorithm."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "by_item.py").write_text(BY_ITEM, encoding="utf-8")
    dataset = dataset_of(RATED, 3, 5)
    statistics = TrainingStatistics(dataset, np.arange(5), 4.0)
    yield statistics, np.arange(5, 11), Configured.of("by_item:ByItem")
    sys.modules.pop("by_item", None)


def test_by_hand(fold):
    statistics, test, configured = fold
    outcome = fold_outcome(statistics, test, configured, Wanted(True, 2, ranks=True), 0)
    assert outcome.rates
    assert outcome.estimated.estimates.tolist() == [4.0, 3.0, 3.0, 3.5, 4.0, 4.0]
    assert outcome.estimated.impossible.tolist() == [False, False, False, True, False, False]
    # Users 0, 1 and 2 lack 0 and 3; 1 and 4; 2. Which of 2 and 3 goes first for user 1 is drawn.
    listed = outcome.listed.items.tolist()
    assert [listed[0], sorted(listed[1]), listed[2]] == [[1, 4], [2, 3], [1, 4]]
    assert outcome.listed.n_candidates.tolist() == [3, 3, 4]
    # Tested: 1 and 2 by user 0, 3 by user 1, 1 and 4 by user 2.
    assert outcome.listed.places.tolist() == [0, 2, listed[1].index(3), 0, 1]
    assert outcome.listed.midranks.tolist() == [1, 3, 1.5, 1, 2]
    assert min(outcome.fit_seconds, outcome.test_seconds, outcome.rank_seconds) >= 0
    assert outcome.peak_mb > 1


def test_beside_the_test(fold):
    statistics, test, configured = fold
    outcome = fold_outcome(statistics, test, configured, Wanted(True, 3), 0)
    predictions = outcome.predictions(statistics, test)
    assert predictions.truth.tolist() == [4, 1, 5, 2, 3, 5]
    assert predictions.users.tolist() == [0, 0, 1, 2, 2, 2]
    lists = outcome.lists(statistics, test, 2)
    assert (lists.k, lists.users.tolist()) == (2, [0, 1, 2])
    assert lists.tested.rows.tolist() == [0, 0, 1, 2, 2]
    assert lists.tested.items.tolist() == [1, 2, 3, 1, 4]
    assert lists.tested.values.tolist() == [4, 1, 5, 5, 2]  # of two ratings the higher
    assert lists.relevant.tolist() == [True, False, True, True, False]
    of_user_1 = [item == 3 for item in lists.items[1]]  # 2 scores as high
    assert lists.hits.tolist() == [[True, False], of_user_1, [True, False]]
    assert sorted(of_user_1) == [False, True]


def test_what_is_not_wanted_is_not_made(fold):
    statistics, test, configured = fold
    for wanted in (Wanted(), Wanted(True), Wanted(False, 2), Wanted(False, 2, ranks=True)):
        outcome = fold_outcome(statistics, test, configured, wanted, 0)
        assert outcome.has == wanted
        assert (outcome.predictions(statistics, test) is None) == (not wanted.predictions)
        lists = outcome.lists(statistics, test, 1)
        assert (lists is None) == (not wanted.k)
        if lists is not None:
            made = lists.tested.places, lists.tested.midranks
            assert [part is not None for part in made] == [wanted.ranks] * 2


def test_metrics_of_the_first_places_need_no_ranks(fold):
    """They are the same without, and whole rankings are what a metric without a cut-off asks for."""
    statistics, test, configured = fold
    measures = [Measure.parse(f"{name}@2") for name in ("ndcg", "map", "gini", "serendipity")]
    lean, whole = (Wanted.by(some) for some in (measures, [*measures, Measure.parse("auc")]))
    assert (lean.ranks, whole.ranks, Wanted.by([Measure.parse("r-precision")]).ranks) == (0, 1, 1)
    one, two = (fold_outcome(statistics, test, configured, each, 0) for each in (lean, whole))
    assert two.covers(lean) and not one.covers(whole)
    found, expected = (measure(each, statistics, test, measures) for each in (one, two))
    assert found.metrics == pytest.approx(expected.metrics, abs=0, nan_ok=True)
    assert found.tied_places == expected.tied_places


def test_measured_with_another_threshold(fold):
    _, test, configured = fold
    for threshold, of_user_0 in {4.0: 1, 1.0: 1, 5.0: np.nan}.items():
        statistics = TrainingStatistics(dataset_of(RATED, 3, 5), np.arange(5), threshold)
        outcome = fold_outcome(statistics, test, configured, Wanted(True, 5), 0)
        expected = [of_user_0, outcome.listed.items[1, 0] == 3, 1]  # 2 scores as high
        scores = measure(outcome, statistics, test, [Measure.parse("precision@1")])
        np.testing.assert_array_equal(scores.per_user["precision@1"], expected)


def test_lists_to_keep(fold):
    statistics, test, configured = fold
    plenty = 1 << 30

    def kept(wanted, configured=configured, statistics=statistics, limit=plenty):
        return to_keep(wanted, configured, statistics, test, limit)

    assert kept(Wanted(True)) == Wanted(True)
    assert kept(Wanted(True, 2)) == Wanted(True, 5, ranks=True)  # the catalogue
    assert kept(Wanted(False, 2), limit=4 * 12 * 3 * 4) == Wanted(False, 4, ranks=True)
    assert kept(Wanted(False, 2), limit=1) == Wanted(False, 2, ranks=True)
    many = TrainingStatistics(dataset_of(RATED, 3, 99), np.arange(5), 4.0)
    assert kept(Wanted(False, 2), statistics=many).k == LIST_LENGTH
    assert kept(Wanted(False, 80), statistics=many).k == 80
    # Of re-ranked lists the beginning depends on the length.
    reranked = recommender(configured, ListOptions(explore=0.5))
    assert kept(Wanted(True, 2), reranked) == Wanted(True, 2, ranks=True)
    filtered = recommender(configured, ListOptions(min_ratings=1))
    assert kept(Wanted(True, 2), filtered) == Wanted(True, 5, ranks=True)
