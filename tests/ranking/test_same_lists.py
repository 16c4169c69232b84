"""What is served is what is measured: the lists of users are the lists that `evaluate` looks at."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recli.algorithms import Algorithm, Configured
from recli.data.splits._base import Fold
from recli.data.splits.k_fold import KFold
from recli.data.splits.timeline import Timeline
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.outcome import recommend as evaluated
from recli.models import model as models
from recli.ranking.list_options import ListOptions
from recli.ranking.lists import recommend
from recli.ranking.request import request_of

N = 10
OPTIONS = [
    {},
    {"exclude_seen": False},
    {"candidates": [str(item) for item in range(1, 1000)]},
    {"exclude": ["1", "318", "356", "unknown"]},
    {"where": "genres contains 'Comedy' or year > 1995"},
    {"min_ratings": 12},
    {"since": "2000-01-01"},
    {"max_per": {"genres": 3, "year": 2}},
    {"diversify": 0.4},
    {"calibrate": {"genres": 0.5}},
    {"explore": 0.35},
    {"rerank": ["diversify:weight=0.3"]},
    {
        "min_ratings": 5,
        "where": "year > 1970",
        "diversify": 0.2,
        "calibrate": {"genres": 0.3},
        "explore": 0.2,
        "max_per": {"genres": 4},
        "exclude_seen": False,
    },
]


class Unsure(Algorithm):
    """Scores and deviations drawn by user and item: an order of its own for either sort."""

    has_deviations = True

    def _learn(self, trainset):
        self.trainset = trainset

    def _estimate_users(self, users):
        return self._drawn(users, 1) * 2 + 2

    def deviations_of_users(self, users):
        return self._drawn(users, 2)

    def _drawn(self, users, seed):
        n = self.trainset.n_catalogue
        rows = [np.random.default_rng((seed, int(user) + 1)).random(n) for user in users]
        return np.array(rows).reshape(len(users), n)


@pytest.fixture(scope="module")
def fold(small) -> Fold:
    """Three quarters to learn from, in another order than that of the file."""
    return KFold(4, seed=3).folds(small)[1]


def stored(model, folder) -> models.FittedModel:
    """The model as another process would load it, which has never seen the test."""
    models.save(model, folder, "m")
    return models.load(folder / "models" / "m")


def items_of_all(model, options, seed) -> np.ndarray:
    """The lists of `recommend --all-users` by user code, int32[n_users, N]; -1 where they end."""
    users = np.arange(len(model.trainset.ratings.user_ids), dtype=np.int32)
    found = recommend(model, request_of(options, model, users, N, seed=seed))
    return np.concatenate([lists.items for lists in found])


@pytest.mark.parametrize("given", OPTIONS, ids=str)
@pytest.mark.parametrize("algorithm", ["svd", "most-popular"])
def test_recommended_are_the_lists_that_were_evaluated(small, fold, tmp_path, algorithm, given):
    options, seed = ListOptions.of(given), 5
    statistics = TrainingStatistics(small, fold.train, 4.0)
    configured = Configured.of(algorithm, {"n_epochs": 3} if algorithm == "svd" else {})
    fitted = configured.create(seed).fit(statistics.trainset)
    model = models.of_training(statistics, configured, fitted, seed)
    measured = evaluated(model, statistics, fold.test, N, options=options)
    served = items_of_all(stored(model, tmp_path), options, seed)
    np.testing.assert_array_equal(served[measured.users], measured.items)
    assert (measured.items >= 0).any(axis=1).all()
    plain = evaluated(model, statistics, fold.test, N)
    assert bool(given) == bool((plain.items != measured.items).any())  # it does something


def test_ties_are_served_as_they_were_evaluated(small, fold, tmp_path):
    """Of items that nobody has rated in the training, all as popular, a stored model shows the same."""
    statistics = TrainingStatistics(small, fold.train, 4.0)
    cold = small.ratings.item_ids.text[statistics.popularity == 0].tolist()
    options = ListOptions.of({"candidates": cold})
    configured = Configured.of("most-popular")
    fitted = configured.create(5).fit(statistics.trainset)
    model = models.of_training(statistics, configured, fitted, 5)
    measured = evaluated(model, statistics, fold.test, N, options=options)
    assert len(cold) > N and measured.tied.all()
    served = items_of_all(stored(model, tmp_path), options, 0)
    np.testing.assert_array_equal(served[measured.users], measured.items)
    assert (measured.items != np.sort(measured.items, axis=1)).any(axis=1).mean() > 0.9


@pytest.mark.parametrize("given", [{}, {"min_ratings": 8, "max_per": {"genres": 2}}], ids=str)
def test_by_the_lower_bound(small, fold, given):
    statistics = TrainingStatistics(small, fold.train, 4.0)
    fitted = Unsure().fit(statistics.trainset)
    model = models.of_training(statistics, Configured("unsure"), fitted, 0)
    options = ListOptions.of({"sort": "lower-bound", **given})
    measured = evaluated(model, statistics, fold.test, N, options=options)
    served = items_of_all(model, options, 0)
    np.testing.assert_array_equal(served[measured.users], measured.items)
    by_score = evaluated(model, statistics, fold.test, N, options=ListOptions.of(given))
    assert (by_score.items != measured.items).any()
    # Where tested items rank, too, is by the bound.
    users = statistics.trainset.inner_users[measured.users]
    bounds = fitted.score_users(users) - fitted.deviations_of_users(users)
    bounds = bounds[:, statistics.trainset.inner_items]
    tested = measured.tested
    for row, item, place in zip(tested.rows, tested.items, tested.places, strict=True):
        if place >= 0:
            above = bounds[row] > bounds[row, item]
            allowed = request_of(options, model, measured.users, N).candidates
            seen = small.ratings.items[fold.train][
                small.ratings.users[fold.train] == measured.users[row]
            ]
            above[seen] = False
            assert place == np.count_nonzero(above if allowed is None else above & allowed)


def test_a_user_and_items_of_whom_nothing_is_known_yet(small, tmp_path):
    """After a point in time users and items are new: their lists are the same, too."""
    [fold] = Timeline(0.3).folds(small)
    statistics = TrainingStatistics(small, fold.train, 4.0)
    assert (statistics.trainset.inner_users[small.ratings.users[fold.test]] < 0).any()
    configured = Configured.of("item-knn")
    fitted = configured.create(0).fit(statistics.trainset)
    model = models.of_training(statistics, configured, fitted, 0)
    options = ListOptions.of({"since": "1999-06-01", "diversify": 0.3, "explore": 0.1})
    measured = evaluated(model, statistics, fold.test, N, options=options)
    served = items_of_all(stored(model, tmp_path), options, 0)
    np.testing.assert_array_equal(served[measured.users], measured.items)


def test_a_model_of_a_fold_holds_nothing_of_the_test(small, fold, tmp_path):
    statistics = TrainingStatistics(small, fold.train, 4.0)
    configured = Configured.of("most-popular")
    fitted = configured.create(0).fit(statistics.trainset)
    ratings = stored(
        models.of_training(statistics, configured, fitted, 0), tmp_path
    ).trainset.ratings
    for name in ("users", "items", "values", "times"):
        expected = getattr(small.ratings, name)[fold.train]
        np.testing.assert_array_equal(getattr(ratings, name), expected)
    assert ratings.user_ids.text.tolist() == small.ratings.user_ids.text.tolist()
    assert ratings.item_ids.text.tolist() == small.ratings.item_ids.text.tolist()


@pytest.mark.parametrize(
    "typed",
    [
        "--min-ratings 8",
        "--diversify 0.5 --max-per genres=2 --include-seen",
        "--where year>=1980 --calibrate genres=0.4 --explore 0.3 --seed 4",
        "--candidates some.txt --exclude few.txt --since 1996-05-01",
    ],
)
def test_by_the_command_line(tiny, typed):
    """The precision that `evaluate` tells of users is that of the table which `recommend` writes."""
    from click.testing import CliRunner

    from recli.cli import main
    from recli.data.load import load

    dataset = load(str(tiny))
    ids = dataset.ratings.item_ids.text
    Path("some.txt").write_text("\n".join(ids[3:]), encoding="utf-8")
    Path("few.txt").write_text("\n".join([*ids[5:8], "unknown"]), encoding="utf-8")
    words, seed = typed.split(), int(typed.partition("--seed ")[2] or 0)

    def recli(*arguments):
        done = CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done

    given = ("-a", "svd", "-p", "n_epochs=4", "-d", tiny, "--cv", 3, "--metric", "precision@5")
    run = json.loads(recli("evaluate", *given, *words, "--format", "json").stdout)["run"]
    per_user = pd.read_parquet(Path("results/runs", run, "per_user.parquet"))
    for number, fold in enumerate(KFold(3, seed=seed).folds(dataset), start=1):
        statistics = TrainingStatistics(dataset, fold.train, 4.0)
        configured = Configured.of("svd", {"n_epochs": 4})
        fitted = configured.create(seed).fit(statistics.trainset)
        models.save(models.of_training(statistics, configured, fitted, seed), Path("results"), "m")
        recli("recommend", "--all-users", "-m", "m", "-n", 5, *words, "-o", "lists.csv")
        lists = pd.read_csv("lists.csv")
        test = pd.DataFrame(
            {
                "user": dataset.ratings.user_ids.text[dataset.ratings.users[fold.test]].astype(int),
                "item": ids[dataset.ratings.items[fold.test]].astype(int),
                "liked": dataset.ratings.values[fold.test] >= 4,
            }
        )
        hits = lists.merge(test[test["liked"]], on=["user", "item"]).groupby("user").size() / 5
        own = per_user[per_user["fold"] == number].dropna(subset="precision@5")
        found = own.set_index(own["user"].astype(int))["precision@5"]
        assert len(found) == test[test["liked"]]["user"].nunique()
        expected = hits.reindex(found.index, fill_value=0)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
        assert expected.any()


def test_options_are_a_document_and_back():
    for given in OPTIONS:
        options = ListOptions.of(given)
        assert json.loads(json.dumps(options.document())) == given
        assert ListOptions.of(options.document()) == options
        assert dataclasses.replace(options) == options
