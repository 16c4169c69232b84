"""Models that go by the order of what users liked, against a walk through it by hand."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from recli.algorithms import Configured
from recli.testing._data import small_dataset


@pytest.fixture(scope="module")
def trainset():
    """In an order of rows that is not that of time."""
    data = small_dataset()
    return data.trainset(np.random.default_rng(3).permutation(len(data.ratings))[:1800], 3.5)


def liked_in_order(trainset):
    """Inner ids of the items that each user liked, the earliest first."""
    ratings = trainset.ratings
    found = defaultdict(list)
    for row in sorted(trainset.rows, key=lambda row: ratings.times[row]):
        if ratings.values[row] >= 3.5:
            user = trainset.inner_users[ratings.users[row]]
            found[user].append(int(trainset.inner_items[ratings.items[row]]))
    return found


@pytest.mark.parametrize(("steps", "last", "shrinkage"), [(1, 1, 0.0), (3, 2, 0.0), (2, 5, 1.5)])
def test_markov_chain_counts_what_came_after_what(trainset, steps, last, shrinkage):
    given = {"steps": steps, "last": last, "shrinkage": shrinkage}
    algorithm = Configured.of("markov-chain", given).create(0).fit(trainset)
    sequences = liked_in_order(trainset)
    after = defaultdict(lambda: defaultdict(float))
    for items in sequences.values():
        for place, item in enumerate(items):
            for d in range(1, steps + 1):
                if place + d < len(items):
                    after[item][items[place + d]] += 1 / d
    for user, items in sequences.items():
        expected = np.zeros(trainset.n_items)
        for back, item in enumerate(reversed(items[-last:]), start=1):
            whole = sum(after[item].values()) + shrinkage
            for other, count in after[item].items():
                expected[other] += count / whole / back
        if expected.any():  # else it goes by popularity
            found = algorithm.score_users(np.array([user]))[0, : trainset.n_items]
            np.testing.assert_allclose(found, expected, atol=1e-12)


def test_item_knn_by_the_last_items_counts_these_alone(trainset):
    of_all = Configured.of("item-knn", {"preferences": "liked"}).create(0).fit(trainset)
    weights = of_all._w.toarray()
    of_last = Configured.of("item-knn", {"preferences": "liked", "last": 2}).create(0).fit(trainset)
    for user, items in liked_in_order(trainset).items():
        expected = weights[items[-1]] + (weights[items[-2]] / 2 if len(items) > 1 else 0)
        if expected.any():
            found = of_last.score_users(np.array([user]))[0, : trainset.n_items]
            np.testing.assert_allclose(found, expected, atol=1e-12)


@pytest.mark.parametrize("name", ["markov-chain", "item-knn"])
def test_a_new_user_is_scored_by_the_last_items_that_they_give(trainset, name):
    algorithm = Configured.of(name, {"last": 1, "preferences": "liked"}).create(0).fit(trainset)
    sequences = {user: items for user, items in liked_in_order(trainset).items() if len(items) > 2}
    for user, items in list(sequences.items())[:10]:
        known = algorithm.score_users(np.array([user]))
        placed = algorithm.fold_in(np.array(items), np.full(len(items), 5.0))
        np.testing.assert_allclose(placed.score_users(np.array([0])), known, atol=1e-12)
        other = algorithm.fold_in(np.array(items[::-1]), np.full(len(items), 5.0))
        assert not np.allclose(other.score_users(np.array([0])), known)
