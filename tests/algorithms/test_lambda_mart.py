"""LambdaMART: what LightGBM says of the same trees, and what stands without it."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from recli.algorithms import Configured
from recli.extras.lightgbm.algorithms import _trees
from recli.models import model as models

lightgbm = pytest.importorskip("lightgbm", reason="the extra 'lightgbm' is not installed")

GIVEN = {"members": "item-knn,most-popular", "n_trees": 8, "min_leaf": 5, "n_candidates": 40}


@pytest.fixture(scope="module")
def trainset(small):
    return small.trainset(np.arange(2500), threshold=4.0)


@pytest.fixture(scope="module")
def fitted(trainset):
    return Configured.of("lambda-mart", GIVEN).create(3).fit(trainset)


@pytest.mark.parametrize("seed", range(3))
def test_trees_as_arrays_say_what_the_library_says(seed):
    rng = np.random.default_rng(seed)
    x, group = rng.integers(0, 9, (600, 5)) / 3, [200, 250, 150]
    data = lightgbm.Dataset(x, (x[:, 0] > 1.5) & (x[:, 1] < rng.random(600) * 3), group=group)
    given = {
        "objective": "lambdarank",
        "num_leaves": 2 + 3 * seed,
        "verbosity": -1,
        "num_threads": 1,
    }
    booster = lightgbm.train(given | {"min_data_in_leaf": 10}, data, 15)
    arrays = _trees.as_arrays(booster.dump_model()["tree_info"])
    assert tuple(arrays) == _trees.NAMES
    assert (arrays["features"] >= 0).sum() > 0
    new = np.vstack([x, rng.normal(1, 3, (200, 5))])  # thresholds themselves, and beyond them
    expected = booster.predict(new, raw_score=True, num_threads=1)
    np.testing.assert_allclose(_trees.predicted(arrays, new), expected, atol=1e-12)


def test_no_trees_say_nothing():
    arrays = _trees.as_arrays([])
    np.testing.assert_array_equal(_trees.predicted(arrays, np.ones((2, 3))), [0.0, 0.0])


def test_without_trees_it_is_the_log_linear_hybrid(trainset, fitted):
    """The pool has the weights of the hybrid, and orders what trees do not."""
    pool = Configured.of("hybrid", {"members": GIVEN["members"], "method": "log-linear"})
    pool = pool.create(3).fit(trainset)
    np.testing.assert_allclose(fitted.pool, pool.learned, atol=1e-9)
    users = np.array([0, 5])
    scores, pooled = fitted.score_users(users), pool.score_users(users)
    for user, of_pool, of_trees in zip(users, pooled, scores, strict=True):
        of_pool = of_pool.copy()
        of_pool[trainset.rated(user)] = -np.inf
        last = np.argsort(-of_pool, kind="stable")[60 : len(of_pool) - len(trainset.rated(user))]
        np.testing.assert_allclose(of_trees[last], of_pool[last], atol=1e-9)
        first = np.argsort(-of_pool, kind="stable")[:20]
        assert of_trees[first].min() >= of_trees[last].max()


def test_trees_change_the_order_of_the_first(fitted):
    assert len(fitted.roots) == 8
    assert fitted.values.any()
    assert set(fitted.features) <= set(range(-1, 6))


def test_what_is_stored_scores_without_the_library(small, tmp_path, monkeypatch):
    model = models.train(small, Configured.of("lambda-mart", GIVEN), 0)
    folder = models.save(model, tmp_path, "m")
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    users = np.arange(-1, 9)
    np.testing.assert_array_equal(
        models.load(folder).algorithm.score_users(users), model.algorithm.score_users(users)
    )
