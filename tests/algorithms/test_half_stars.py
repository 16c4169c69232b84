"""Half stars count as half stars in SlopeOne and CoClustering, where Surprise cuts them off."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import surprise

from recli.algorithms import Configured


def slope_one(trainset, _):
    """As surprise.SlopeOne, with ratings held in floats."""
    n = trainset.n_items
    frequency, deviation = np.zeros((n, n)), np.zeros((n, n))
    for ratings in trainset.ur.values():
        for i, r in ratings:
            for j, s in ratings:
                frequency[i, j] += 1
                deviation[i, j] += r - s
    deviation /= np.maximum(frequency, 1)

    def estimate(u, i):
        relevant = [j for j, _ in trainset.ur[u] if frequency[i, j] > 0]
        mean = np.mean([r for _, r in trainset.ur[u]])
        return mean + (sum(deviation[i, relevant]) / len(relevant) if relevant else 0.0)

    return estimate


def co_clustering(trainset, seed, n_u=3, n_i=3, n_epochs=20):
    """As surprise.CoClustering, with ratings held in floats."""
    rng = np.random.RandomState(seed)
    of_user = rng.randint(n_u, size=trainset.n_users)
    of_item = rng.randint(n_i, size=trainset.n_items)
    ur = {u: np.array(row) for u, row in trainset.ur.items()}
    ir = {i: np.array(row) for i, row in trainset.ir.items()}
    user_mean = np.array([ur[u][:, 1].mean() for u in range(trainset.n_users)])
    item_mean = np.array([ir[i][:, 1].mean() for i in range(trainset.n_items)])
    users, items, values = (
        np.array(column) for column in zip(*trainset.all_ratings(), strict=True)
    )

    def averages():
        sums, counts = np.zeros((2, n_u, n_i))
        np.add.at(sums, (of_user[users], of_item[items]), values)
        np.add.at(counts, (of_user[users], of_item[items]), 1)
        pairs = ((sums.sum(1), counts.sum(1)), (sums.sum(0), counts.sum(0)), (sums, counts))
        return [np.where(n > 0, s / np.maximum(n, 1), trainset.global_mean) for s, n in pairs]

    for _ in range(n_epochs):
        avg_u, avg_i, avg = averages()

        def cost(u, i, r, c, d, avg_u=avg_u, avg_i=avg_i, avg=avg):
            estimate = avg[c, d] + user_mean[u] - avg_u[c] + item_mean[i] - avg_i[d]
            return sum((r - estimate).tolist()) if np.isscalar(r) else sum((r - estimate) ** 2)

        for u, row in ur.items():
            i, r = row[:, 0].astype(int), row[:, 1]
            of_user[u] = np.argmin([cost(u, i, r, c, of_item[i]) for c in range(n_u)])
        for i, row in ir.items():
            u, r = row[:, 0].astype(int), row[:, 1]
            of_item[i] = np.argmin([cost(u, i, r, of_user[u], d) for d in range(n_i)])
    avg_u, avg_i, avg = averages()

    def estimate(u, i):
        c, d = of_user[u], of_item[i]
        return avg[c, d] + user_mean[u] - avg_u[c] + item_mean[i] - avg_i[d]

    return estimate


TWINS = {"slope-one": slope_one, "co-clustering": co_clustering}
THEIRS = {
    "slope-one": lambda seed: surprise.SlopeOne(),
    "co-clustering": lambda seed: surprise.CoClustering(random_state=seed),
}


@pytest.fixture(params=TWINS)
def name(request):
    return request.param


def scaled(dataset, factor):
    """The dataset with all ratings, and the scale, `factor` times as large."""
    ratings = dataset.ratings
    low, high = ratings.scale
    return dataclasses.replace(
        dataset,
        ratings=dataclasses.replace(
            ratings, values=factor * ratings.values, scale=(factor * low, factor * high)
        ),
    )


def pairs(trainset):
    users, items = np.arange(min(40, trainset.n_users)), np.arange(trainset.n_items)
    return np.repeat(users, len(items)), np.tile(items, len(users))


@pytest.mark.parametrize("seed", [0, 1])
def test_the_default_is_what_floats_give(name, seed, small):
    assert (small.ratings.values % 1 > 0).any()
    trainset = small.trainset()
    estimate = TWINS[name](trainset, seed)
    got = Configured.of(name).create(seed).fit(trainset).predict_pairs(*pairs(trainset), clip=False)
    expected = [estimate(u, i) for u, i in zip(*pairs(trainset), strict=True)]
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9)


def test_doubled_ratings_give_doubled_predictions(name, small):
    """Half stars doubled are whole, so that nothing is left to cut off."""
    doubled = scaled(small, 2)
    users, items = pairs(small.trainset())
    one = Configured.of(name).create(0).fit(small.trainset()).predict_pairs(users, items)
    for cut in (False, True):
        algorithm = Configured.of(name, {"cut_half_stars": cut}).create(0)
        two = algorithm.fit(doubled.trainset()).predict_pairs(users, items)
        np.testing.assert_allclose(two / 2, one, rtol=0, atol=1e-9)


def test_surprise_gives_the_same_on_doubled_ratings(name, small, to_surprise):
    trainset = to_surprise(scaled(small, 2)).build_full_trainset()
    theirs = THEIRS[name](0).fit(trainset)
    ours = Configured.of(name).create(0).fit(small.trainset())
    users, items = pairs(small.trainset())
    expected = [
        theirs.estimate(u, i) / 2 for u, i in zip(users.tolist(), items.tolist(), strict=True)
    ]
    got = ours.predict_pairs(users, items, clip=False)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9)


def test_cutting_is_what_truncated_ratings_give(name, small):
    """But for SlopeOne's means of users, which Surprise takes from the ratings as they are."""
    users, items = pairs(small.trainset())
    cut = Configured.of(name, {"cut_half_stars": True}).create(0).fit(small.trainset())
    ratings = dataclasses.replace(small.ratings, values=np.trunc(small.ratings.values))
    whole = dataclasses.replace(small, ratings=ratings)
    plain = Configured.of(name).create(0).fit(whole.trainset())
    got = cut.predict_pairs(users, items, clip=False)
    expected = plain.predict_pairs(users, items, clip=False)
    if name == "slope-one":
        got, expected = got - cut.user_mean[users], expected - plain.user_mean[users]
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-9)
