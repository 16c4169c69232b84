"""Metrics of ranked lists against ranx, rs_metrics, scikit-learn and recometrics, on MovieLens."""

from __future__ import annotations

import dataclasses
import math
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import ranx.metrics
import rs_metrics
import scipy.sparse
import sklearn.metrics
from ranx.meta.evaluate import extract_metric_and_params

from recli.algorithms import Algorithm, Configured
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.metric_names import Measure
from recli.evaluation.outcome import recommend
from recli.models.model import of_training
from tests.tie_draws import draw

K = (1, 3, 10)
RANX = {
    "precision": "precision",
    "recall": "recall",
    "f1": "f1",
    "ndcg": "ndcg",
    "map:denominator=relevant": "map",
    "mrr": "mrr",
    "hit-rate": "hit_rate",
}
RS_METRICS = {
    "precision:denominator=length": rs_metrics.precision,
    "recall": rs_metrics.recall,
    "ndcg": rs_metrics.ndcg,
    "map:denominator=relevant": rs_metrics.mapr,
    "mrr": rs_metrics.mrr,
    "hit-rate": rs_metrics.hitrate,
}
RECOMETRICS = {
    "precision": "P@10",
    "precision:denominator=min": "TP@10",
    "recall": "R@10",
    "map": "TAP@10",
    "map:denominator=relevant": "AP@10",
    "mrr": "RR@10",
    "hit-rate": "Hit@10",
    "ndcg": "NDCG@10",
    "auc": "ROC_AUC",
}


def metric(name):
    return Measure.parse(name).metric


class Factors(Algorithm):
    """Popularity and random factors; scores in steps of 0.1 where `tied`."""

    def __init__(self, tied):
        self.tied = tied

    def _learn(self, trainset):
        rng = np.random.default_rng(4)
        popularity = np.log1p(np.bincount(trainset.items, minlength=trainset.n_catalogue))
        self.of_users = np.column_stack(
            [rng.normal(0, 0.4, (trainset.n_users, 5)), np.ones(trainset.n_users)]
        )
        self.of_items = np.column_stack([rng.normal(size=(trainset.n_catalogue, 5)), popularity])
        self.trainset = trainset

    def _estimate_users(self, users):
        scores = self.of_users[users] @ self.of_items.T
        return np.round(scores, 1) if self.tied else scores


def make_fold(dataset, tied):
    """A fifth is the test; scores by code with NaN for what was seen, and the order they give."""
    ratings = dataset.ratings
    chosen = np.random.default_rng(1).random(len(ratings)) < 0.2
    statistics = TrainingStatistics(dataset, np.flatnonzero(~chosen), 4.0)
    algorithm, trainset = Factors(tied).fit(statistics.trainset), statistics.trainset
    lists = recommend(
        of_training(statistics, Configured("given"), algorithm, 0),
        statistics,
        np.flatnonzero(chosen),
        10,
    )
    scores = np.empty((len(lists.users), statistics.n_items))
    for row, user in enumerate(lists.users):
        inner = algorithm.score_users(trainset.inner_users[[user]])[0]
        scores[row, trainset.item_codes] = inner
        scores[row, ratings.items[~chosen & (ratings.users == user)]] = np.nan
    places = ratings.user_ids.places, ratings.item_ids.places
    drawn = np.stack([draw(0, places[0][user], places[1]) for user in lists.users])
    order = np.lexsort((drawn, -scores))  # NaN goes last
    rated = [{} for _ in lists.users]
    row_of = {user: row for row, user in enumerate(lists.users.tolist())}
    for index in np.flatnonzero(chosen):
        rated[row_of[ratings.users[index]]][int(ratings.items[index])] = ratings.values[index]
    return SimpleNamespace(
        statistics=statistics,
        algorithm=algorithm,
        lists=lists,
        scores=scores,
        order=order,
        rated=rated,
        relevant=[{i for i, value in mine.items() if value >= 4} for mine in rated],
    )


@pytest.fixture(scope="module")
def fold(embedded):
    return make_fold(embedded, tied=True)


@pytest.fixture(scope="module")
def shortened(fold):
    """The lists, some cut short, as recli has them, and as lists of items."""
    rng = np.random.default_rng(6)
    n_users = len(fold.lists.users)
    lengths = np.where(rng.random(n_users) < 0.8, 10, rng.integers(0, 10, n_users))
    items = np.where(np.arange(10) < lengths[:, None], fold.lists.items, -1)
    shown = [row[:length].tolist() for row, length in zip(fold.order, lengths, strict=True)]
    sizes = {min(len(mine), 11) for mine in fold.relevant}
    assert {0, 1, 10, 11} <= sizes and {0, 1, 5, 10} <= set(lengths)
    return dataclasses.replace(fold.lists, items=items), shown


@pytest.fixture(scope="module")
def ranx_values(interpreted):
    """The function that gives ranx's metrics; as plain Python, since to compile them takes a minute."""
    with interpreted(*(sys.modules[name] for name in [*sys.modules] if "ranx.metrics." in name)):
        yield _ranx_values


def _ranx_values(names, judged, shown):
    """ranx's metrics for every user, by name; NaN for whom nothing is judged above 0.

    judged: for each user, item -> relevance, a whole number; shown: her items, best first
    """
    users = [u for u, mine in enumerate(judged) if any(mine.values())]
    # Rows of item and grade, or score, best first, as ranx.Qrels and ranx.Run hold them. A list that is
    # empty is a list of something that nobody asked for.
    best = [sorted(judged[u].items(), key=lambda pair: -pair[1]) for u in users]
    qrels = [np.array(pairs, np.float64) for pairs in best]
    run = [np.array([(item, -n) for n, item in enumerate(shown[u] or [-1])], float) for u in users]
    found = {}
    for name in names:
        of, k, least = extract_metric_and_params(name)
        found[name] = np.full(len(judged), math.nan)
        found[name][users] = ranx.metrics.metric_switch(of)(qrels, run, k, least)
    return found


@pytest.fixture(scope="module")
def ranx_scores(fold, shortened, ranx_values):
    names = [f"{name}@{k}" for name in RANX.values() for k in K]
    return ranx_values(names, [dict.fromkeys(mine, 1) for mine in fold.relevant], shortened[1])


@pytest.mark.parametrize("k", K)
@pytest.mark.parametrize("name", RANX)
def test_ranx_gives_the_same_value_for_every_user(name, k, fold, shortened, ranx_scores):
    lists = shortened[0].at(k)
    expected = ranx_scores[f"{RANX[name]}@{k}"]
    np.testing.assert_allclose(metric(name).values(lists), expected, rtol=1e-12, atol=1e-12)
    assert metric(name)(lists) == pytest.approx(np.nanmean(expected), abs=1e-12)


def test_ranx_gives_the_same_gain_of_ratings(fold, shortened, ranx_values):
    """Twice the rating less the lowest, 0.5, is whole, and a factor leaves nDCG as it is."""
    judged = [{item: 2 * value - 1 for item, value in mine.items()} for mine in fold.rated]
    expected = ranx_values([f"ndcg@{k}" for k in K], judged, shortened[1])
    for k in K:
        values = Measure.parse("ndcg:gain=rating").metric.values(shortened[0].at(k))
        np.testing.assert_allclose(values, expected[f"ndcg@{k}"], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("option", "name"), [("gain=stars", "ndcg"), ("gain=exponential", "ndcg_burges")]
)
def test_ranx_gives_the_same_gain_of_what_ratings_are_worth(
    option, name, fold, shortened, ranx_values
):
    """Of twice the ratings, which are whole."""
    judged = [{item: 2 * value for item, value in mine.items()} for mine in fold.rated]
    expected = ranx_values([f"{name}@10"], judged, shortened[1])[f"{name}@10"]
    tested = dataclasses.replace(fold.lists.tested, values=2 * fold.lists.tested.values)
    values = metric(f"ndcg:{option}").values(dataclasses.replace(shortened[0], tested=tested))
    np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("option", "p"), [("", 80), (":p=0.95", 95), (":p=0.5", 50)])
def test_ranx_gives_the_same_rank_biased_precision(option, p, fold, shortened, ranx_values):
    judged = [dict.fromkeys(mine, 1) for mine in fold.relevant]
    expected = ranx_values([f"rbp.{p}"], judged, shortened[1])[f"rbp.{p}"]
    values = Measure.parse(f"rbp{option}").metric.values(shortened[0])
    np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-12)


def test_ranx_gives_the_same_r_precision(fold, ranx_values):
    judged = [dict.fromkeys(mine, 1) for mine in fold.relevant]
    # It needs no more than the first R places.
    shown = [row[: len(mine)].tolist() for row, mine in zip(fold.order, fold.relevant, strict=True)]
    expected = ranx_values(["r-precision"], judged, shown)
    values = metric("r-precision").values(fold.lists)
    np.testing.assert_allclose(values, expected["r-precision"], rtol=1e-12)


@pytest.mark.parametrize("k", K)
@pytest.mark.parametrize("name", RS_METRICS)
def test_rs_metrics_gives_the_same_value_for_every_user(name, k, fold, shortened):
    """On lists that are not empty."""
    shown = {row: items for row, items in enumerate(shortened[1]) if items and fold.relevant[row]}
    liked = {row: list(fold.relevant[row]) for row in shown}
    expected = RS_METRICS[name](liked, shown, k=k, apply_mean=False)
    values = metric(name).values(shortened[0].at(k))[list(liked)]
    np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-12)


def test_scikit_learn_gives_the_same_auc_on_whole_rows_of_scores(fold):
    expected = []
    for scores, mine in zip(fold.scores, fold.relevant, strict=True):
        candidates = np.flatnonzero(~np.isnan(scores))
        liked = np.isin(candidates, list(mine))
        area = sklearn.metrics.roc_auc_score(liked, scores[candidates]) if mine else math.nan
        expected.append(area)
        assert len(np.unique(scores[candidates])) < len(candidates) / 10  # most scores are tied
    np.testing.assert_allclose(metric("auc").values(fold.lists), expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["ndcg", "graded-ndcg"])
def test_scikit_learn_gives_the_same_ndcg_of_untied_lists(name, fold):
    rows = np.random.default_rng(7).choice(len(fold.rated), 50, replace=False)
    values = metric(name).values(fold.lists)
    for row in rows.tolist():
        candidates = fold.order[row][: fold.lists.n_candidates[row]]
        gains = {item: value - 0.5 for item, value in fold.rated[row].items()}
        if name == "ndcg":
            gains = dict.fromkeys(fold.relevant[row], 1.0)
        truth = np.array([gains.get(item, 0.0) for item in candidates.tolist()])
        if truth.any():
            ranks = -np.arange(len(candidates), dtype=float)
            expected = sklearn.metrics.ndcg_score([truth], [ranks], k=10)
            assert values[row] == pytest.approx(expected, rel=1e-12)


@pytest.fixture(scope="module")
def factored(embedded):
    """A fold without ties, and recometrics' own ranking of the factors."""
    recometrics = pytest.importorskip("recometrics", reason="recometrics is compiled on Linux only")
    fold = make_fold(embedded, tied=False)
    trainset, ratings = fold.statistics.trainset, embedded.ratings
    users, n_items = fold.lists.users, fold.statistics.n_items
    train = fold.statistics.train
    seen = scipy.sparse.csr_matrix(
        (np.ones(len(train)), (ratings.users[train], ratings.items[train])),
        (len(ratings.user_ids), n_items),
    )[users]
    liked = scipy.sparse.lil_matrix(seen.shape)
    for row, mine in enumerate(fold.relevant):
        for item in mine:
            liked[row, item] = 1.0
    theirs = recometrics.calc_reco_metrics(
        seen,
        liked.tocsr(),
        fold.algorithm.of_users[trainset.inner_users[users]],
        fold.algorithm.of_items[trainset.inner_items],
        k=10,
        all_metrics=True,
        break_ties_with_noise=False,
        nthreads=1,
    )
    return fold.lists, theirs


@pytest.mark.parametrize("name", RECOMETRICS)
def test_recometrics_gives_the_same_value_for_every_user(name, factored):
    lists, theirs = factored
    expected = theirs[RECOMETRICS[name]].to_numpy()
    np.testing.assert_allclose(metric(name).values(lists), expected, rtol=1e-9, atol=1e-12)
