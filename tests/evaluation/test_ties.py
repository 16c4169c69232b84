"""Equal scores: chance decides, and not what items are called; and it is said where it does."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from recli import registry
from recli.algorithms import Algorithm, Configured
from recli.data.splits.k_fold import KFold
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.fold import measure
from recli.evaluation.fold_outcome import FoldOutcome, Listed, PredictedRatings
from recli.evaluation.metric_names import Measure
from recli.evaluation.outcome import predict, recommend
from recli.models.model import of_training
from recli.ranking.list_options import ListOptions
from recli.testing import small_dataset, with_items_renamed

K = 10
MEASURES = [
    Measure.parse(f"{name}@{K}" if registry.get("metric", name).cutoff else name)
    for name in registry.names("metric")
]


class Constant(Algorithm):
    """3 stars for everything."""

    def _learn(self, trainset):
        self.trainset = trainset

    def _estimate_pairs(self, users, items):
        return np.full(len(users), 3.0)


class TwoValued(Constant):
    """4 stars for what three have rated, 3 for the rest."""

    def _estimate_pairs(self, users, items):
        counts = np.bincount(self.trainset.items, minlength=self.trainset.n_catalogue)
        return np.where((items >= 0) & (counts[items] >= 3), 4.0, 3.0)


MODELS = {
    "constant": lambda seed: Constant(),
    "two-valued": lambda seed: TwoValued(),
    "most-popular": Configured.of("most-popular").create,
    "svd": Configured.of("svd", {"n_epochs": 3}).create,
}
OPTIONS = {
    "plain": {},
    "re-ranked": {"diversify": 0.3, "max_per": {"genres": 4}, "min_ratings": 1},
    "explored": {"explore": 0.3},
}


@pytest.fixture(scope="module")
def small():
    return small_dataset()


@pytest.fixture(scope="module")
def fold(small):
    return KFold(4, seed=1).folds(small)[0]


def made(name, dataset, fold, seed=0, options=ListOptions()):  # noqa: B008, it is frozen
    """The lists of a model, and all that they and its predictions measure up to."""
    statistics = TrainingStatistics(dataset, fold.train, 4.0)
    algorithm = MODELS[name](seed).fit(statistics.trainset)
    model = of_training(statistics, Configured(name), algorithm, seed)
    lists = recommend(model, statistics, fold.test, K, options=options)
    rates = algorithm.predicts == "ratings"
    estimated = None
    if rates:
        found = predict(algorithm, statistics, fold.test)
        estimated = PredictedRatings(found.estimate, found.impossible)
    tested = lists.tested
    listed = Listed(lists.items, lists.n_candidates, tested.places, tested.midranks, lists.tied)
    outcome = FoldOutcome(rates, estimated, listed)
    return lists, measure(outcome, statistics, fold.test, MEASURES)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("name", MODELS)
def test_other_names_of_items_change_no_metric(small, fold, name, options):
    renamed = with_items_renamed(small, seed=4)
    chosen = ListOptions.of(OPTIONS[options])
    (lists, scores), (others, again) = (
        made(name, dataset, fold, 2, chosen) for dataset in (small, renamed)
    )
    place = {dataset: dataset.ratings.item_ids.places for dataset in (small, renamed)}
    for one, two in zip(lists.items, others.items, strict=True):
        shown = [place[small][i] for i in one if i >= 0], [place[renamed][i] for i in two if i >= 0]
        assert shown[0] == shown[1]
    for measured, value in scores.metrics.items():
        assert again.metrics[measured] == pytest.approx(value, rel=1e-12, nan_ok=True), measured
    for measured, values in scores.per_user.items():
        np.testing.assert_allclose(again.per_user[measured], values, rtol=1e-12, atol=1e-12)
    assert again.tied_places == scores.tied_places
    assert np.allclose(again.exposure, scores.exposure, rtol=1e-12)


def test_a_constant_is_as_good_as_chance(small, fold):
    """The mean over seeds is the expectation over all orders, for nDCG, precision and hit rate."""
    found = [made("constant", small, fold, seed) for seed in range(60)]
    lists = found[0][0]
    liked = np.bincount(
        lists.tested.rows[lists.relevant & (lists.tested.places >= 0)], minlength=len(lists.users)
    )
    n = lists.n_candidates
    discounts = 1 / np.log2(np.arange(2, K + 2))
    counts = lists.n_relevant > 0
    ideal = np.array([discounts[: max(1, r)].sum() for r in np.minimum(lists.n_relevant, K)])
    missed = [
        math.comb(a - b, K) / math.comb(a, K)
        for a, b in zip(n.tolist(), liked.tolist(), strict=True)
    ]
    expected = {
        "ndcg@10": (liked / n * discounts.sum() / ideal)[counts].mean(),
        "precision@10": (liked / n)[counts].mean(),
        "hit-rate@10": (1 - np.array(missed))[counts].mean(),
    }
    for name, value in expected.items():
        values = np.array([scores.metrics[name] for _, scores in found])
        error = values.std(ddof=1) / math.sqrt(len(values))
        assert abs(values.mean() - value) < 4 * error < 0.2 * value, name
        assert len(set(values)) > 1
    assert all(scores.metrics["auc"] == 0.5 for _, scores in found)


def test_each_user_has_an_order_of_their_own_and_the_same_seed_the_same(small, fold):
    (lists, scores), (again, same), (other, _) = (
        made("constant", small, fold, seed) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(lists.items, again.items)
    assert same.metrics == pytest.approx(scores.metrics, nan_ok=True)
    assert (lists.items != other.items).mean() > 0.9
    assert len({tuple(row) for row in lists.items.tolist()}) == len(lists.items)
    # 10 of about 290, so that two lists share about one in thirty.
    assert scores.metrics["personalisation@10"] == pytest.approx(1 - K / 290, abs=0.02)


def test_it_is_said_at_how_many_places_ties_decided(small, fold):
    for name, share in (("constant", 1.0), ("svd", 0.0)):
        assert made(name, small, fold)[1].tied_places == ((K, share),)
    # Counted another way: what is at the last place's score in the list, where more have it.
    lists, scores = made("most-popular", small, fold)
    counts = lists.statistics.popularity.astype(float)
    liked = TrainingStatistics(small, fold.train, 4.0)
    rows = fold.train[small.ratings.values[fold.train] >= 4.0]
    counts = np.bincount(small.ratings.items[rows], minlength=liked.n_items)
    n_drawn = 0
    for user, listed in zip(lists.users, lists.items, strict=True):
        seen = small.ratings.items[fold.train][small.ratings.users[fold.train] == user]
        left = np.delete(counts, np.unique(seen))
        edge = counts[listed].min()
        if np.count_nonzero(left == edge) > np.count_nonzero(counts[listed] == edge):
            n_drawn += np.count_nonzero(counts[listed] == edge)
    assert scores.tied_places == ((K, n_drawn / lists.items.size),)
    assert 0 < n_drawn < lists.items.size


@pytest.mark.parametrize(
    ("tied", "n_drawn"),
    [
        ([[False, False, False]], 0),
        ([[True, True, False]], 0),  # all three are shown, whatever their order
        ([[True, False, True]], 1),
        ([[False, True, True]], 2),
        ([[True, True, True], [False, False, True]], 4),
    ],
)
def test_places_that_a_draw_fills_are_at_the_end(small, fold, tied, n_drawn):
    lists = made("constant", small, fold)[0].of_users(np.arange(60) < len(tied))
    lists = dataclasses.replace(lists.at(3), tied=np.array(tied))
    assert lists.n_drawn == n_drawn
    assert lists.at(1).n_drawn == sum(row[0] for row in tied)
