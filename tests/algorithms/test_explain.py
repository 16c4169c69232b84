"""Reasons: they are of the very model, and sum to its score where it says so."""

from __future__ import annotations

import math

import numpy as np
import pytest

from recli import registry
from recli.algorithms import Configured

NAMES = [
    name
    for name in registry.names("algorithm")
    if registry.installed(registry.extra_of("algorithm", name))
]
VARIANTS = [
    *((name, {}) for name in NAMES),
    *((name, {"preferences": "graded"}) for name in ("ease", "slim", "most-popular")),
    ("content-based", {"mode": "profile"}),
    ("svd", {"biased": "false"}),
    ("nmf", {"biased": "true"}),
    ("slope-one", {"cut_half_stars": "true"}),
    *(
        (name, {"sim_options.name": "pearson_baseline", "sim_options.user_based": "false", "k": 5})
        for name in ("knn-basic", "knn-with-means", "knn-with-zscore", "knn-baseline")
    ),
    ("knn-basic", {"min_k": 8, "k": 12}),
]


@pytest.fixture(scope="module")
def trainset(small):
    """Without users 0 to 4 and items 0 to 9."""
    ratings = small.ratings
    return small.trainset(np.flatnonzero((ratings.users > 4) & (ratings.items > 9)))


@pytest.mark.parametrize(("name", "params"), VARIANTS, ids=str)
def test_reasons_sum_to_the_score(name, params, trainset):
    algorithm = Configured.of(name, params).create(0).fit(trainset)
    if not algorithm.additive:
        pytest.skip(f"{name} does not say that its reasons sum to the score")
    rng = np.random.default_rng(0)
    users = np.append(rng.integers(0, trainset.n_users, 20), [-1, 3, -1, 3])
    items = np.append(rng.integers(0, trainset.n_items, 20), [5, trainset.n_items + 3, -1, -1])
    scores = algorithm.predict_pairs(users, items, clip=False)
    for user, item, score in zip(users.tolist(), items.tolist(), scores, strict=True):
        reasons = algorithm.explain(user, item)
        assert math.fsum(reason.amount for reason in reasons) == pytest.approx(score, abs=1e-9)
        assert all(math.isfinite(reason.amount) for reason in reasons)
