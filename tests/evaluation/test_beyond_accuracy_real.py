"""The metrics beyond accuracy against rs_metrics, SciPy and scikit-learn, on real lists."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rs_metrics
import scipy.stats
from sklearn.metrics.pairwise import cosine_distances
from sklearn.preprocessing import MultiLabelBinarizer

from recli import registry
from recli.algorithms import Algorithm, Configured
from recli.data.load import load
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.outcome import recommend
from recli.models.model import of_training

MOVIES = Path(__file__).parents[2] / "datasets" / "movielens-small" / "movies.csv"
K = (1, 3, 10)


def metric(name):
    return registry.get("metric", name)()


class MostRated(Algorithm):
    """Ranks by training ratings."""

    def _estimate_pairs(self, users, items):
        counts = np.bincount(self.trainset.items, minlength=self.trainset.n_catalogue)
        return counts[items].astype(np.float64)


@pytest.fixture(scope="module")
def split():
    dataset = load("movielens-small")
    test = np.random.default_rng(1).random(len(dataset.ratings)) < 0.2
    return TrainingStatistics(dataset, np.flatnonzero(~test), 4.0), np.flatnonzero(test)


@pytest.fixture(scope="module")
def lists(split):
    statistics, test = split
    algorithm = Configured.of("svd", {"n_epochs": 3, "n_factors": 5}).create(0)
    algorithm.fit(statistics.trainset)
    return recommend(
        of_training(statistics, Configured("svd"), algorithm, 0), statistics, test, max(K)
    )


@pytest.fixture(scope="module")
def genres():
    """By item id, the genres in the file."""
    with MOVIES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["movieId"]: set(row["genres"].split("|")) - {""} for row in rows}


def ids(lists, k):
    """The lists by user id, of item ids."""
    ratings = lists.statistics.dataset.ratings
    return {
        ratings.user_ids.text[user]: [ratings.item_ids.text[item] for item in items if item >= 0]
        for user, items in zip(lists.users, lists.items[:, :k], strict=True)
    }


@pytest.fixture(scope="module")
def log(lists):
    """The training ratings as a table of ids."""
    ratings, train = lists.statistics.dataset.ratings, lists.statistics.train
    users = ratings.user_ids.text[ratings.users[train]]
    return pd.DataFrame({"user_id": users, "item_id": ratings.item_ids.text[ratings.items[train]]})


@pytest.mark.parametrize("k", K)
def test_rs_metrics_gives_the_same_coverage(lists, k):
    catalogue = list(lists.statistics.dataset.ratings.item_ids.text)
    expected = rs_metrics.coverage(catalogue, ids(lists, k))
    assert metric("catalogue-coverage")(lists.at(k)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("k", K)
def test_rs_metrics_gives_the_same_novelty(lists, log, k):
    expected = rs_metrics.surprisal(log, ids(lists, k), k)
    assert metric("novelty")(lists.at(k)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("k", K)
def test_rs_metrics_gives_the_same_popularity(lists, log, k):
    """Theirs is a share of the users."""
    expected = rs_metrics.popularity(log, ids(lists, k), k) * log["user_id"].nunique()
    assert metric("popularity")(lists.at(k)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("k", K)
def test_scipy_gives_the_same_entropy(lists, k):
    shown = pd.Series([item for items in ids(lists, k).values() for item in items])
    expected = scipy.stats.entropy(shown.value_counts(), base=2)
    assert metric("entropy")(lists.at(k)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("k", K)
def test_scikit_learn_gives_the_same_diversity(lists, genres, k):
    expected = []
    for items in ids(lists, k).values():
        described = [genres[item] for item in items if genres[item]]
        if len(described) < 2:
            expected.append(math.nan)
            continue
        distances = cosine_distances(MultiLabelBinarizer().fit_transform(described))
        expected.append(distances[np.triu_indices(len(described), 1)].mean())
    np.testing.assert_allclose(metric("diversity").values(lists.at(k)), expected, atol=1e-12)


@pytest.mark.parametrize("k", K)
def test_scipy_gives_the_same_calibration(lists, genres, k):
    ratings, train = lists.statistics.dataset.ratings, lists.statistics.train
    liked = train[ratings.values[train] >= 4]
    names = sorted(set().union(*genres.values()))

    def distribution(items):
        weights = np.zeros(len(names))
        for item in items:
            for genre in genres[item]:
                weights[names.index(genre)] += 1 / len(genres[item])
        return weights / weights.sum() if weights.any() else None

    expected = []
    for user, items in zip(lists.users, ids(lists, k).values(), strict=True):
        codes = ratings.items[liked[ratings.users[liked] == user]]
        p, q = distribution(ratings.item_ids.text[codes]), distribution(items)
        known = p is not None and q is not None
        expected.append(scipy.stats.entropy(p, 0.99 * q + 0.01 * p) if known else math.nan)
    np.testing.assert_allclose(metric("calibration").values(lists.at(k)), expected, atol=1e-12)


@pytest.mark.parametrize("k", K)
def test_the_lists_of_a_popularity_ranker_are_what_serendipity_expects(split, lists, k):
    statistics, test = split
    most_rated = MostRated().fit(statistics.trainset)
    popular = recommend(
        of_training(statistics, Configured("given"), most_rated, 0), statistics, test, k
    )
    assert (popular.items >= 0).all() and popular.hits.any()
    assert metric("serendipity")(popular) == 0
    rows, places = np.nonzero(popular.items >= 0)
    found = statistics.popularity_places(popular.users[rows], popular.items.ravel())
    assert (found <= places).all() and (found[places == 0] == 0).all()
    # What is as popular as the last of the popular is expected, too: it could as well be there.
    least = statistics.popularity[popular.items].min(axis=1)
    surprising = lists.at(k).hits & (statistics.popularity[lists.at(k).items] < least[:, None])
    expected = np.where(lists.n_relevant > 0, np.mean(surprising, axis=1), np.nan)
    np.testing.assert_array_equal(metric("serendipity").values(lists.at(k)), expected)


@pytest.mark.parametrize("k", K)
def test_personalisation_of_real_lists_pair_by_pair(lists, k):
    shown = [set(items) for items in ids(lists, k).values()]
    shared = [len(a & b) for n, a in enumerate(shown) for b in shown[:n]]
    expected = 1 - math.fsum(shared) / len(shared) / k
    assert metric("personalisation")(lists.at(k)) == pytest.approx(expected, abs=1e-12)
