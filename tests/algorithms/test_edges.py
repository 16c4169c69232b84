"""The least and the plainest that one can learn from: what Surprise predicts there."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import surprise

from recli import registry
from recli.algorithms import Configured
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.trainset import Trainset

SEEDED = {"co-clustering", "nmf", "svd", "svdpp"}
QUIET = {"baseline-only", "knn-baseline", "knn-basic", "knn-with-means", "knn-with-zscore"}
NAMES = sorted(SEEDED | QUIET | {"slope-one"})
RATED = {
    "one rating": [("a", "x", 4.0)],
    "one user": [("a", "x", 4.0), ("a", "y", 2.0), ("a", "z", 5.0)],
    "one item": [("a", "x", 4.0), ("b", "x", 2.0), ("c", "x", 5.0)],
    "all equal": [(u, i, 3.0) for u in "abcd" for i in "xyz" if (u, i) != ("b", "y")],
    "one pair, twice": [("a", "x", 4.0), ("a", "x", 1.0)],
    "nothing in common": [("a", "x", 4.0), ("b", "y", 2.0), ("c", "z", 5.0)],
}


def ours(rated):
    users, items, values = zip(*rated, strict=True)
    user_ids, item_ids = Ids.of(users), Ids.of(items)
    codes = user_ids.codes(users), item_ids.codes(items)
    ratings = Ratings(user_ids, item_ids, *codes, np.array(values), None, (1.0, 5.0))
    return Trainset(ratings, np.arange(len(rated)))


def theirs(rated):
    table = pd.DataFrame(rated, columns=["user", "item", "rating"])
    reader = surprise.Reader(rating_scale=(1, 5))
    return surprise.Dataset.load_from_df(table, reader).build_full_trainset()


def peer(name):
    """Surprise's own algorithm."""
    arguments = {"random_state": 2} if name in SEEDED else {}
    if name in QUIET:
        arguments = {"verbose": False}
    if name.startswith("knn"):
        arguments["sim_options"] = {}
    return getattr(surprise, registry.get("algorithm", name).__name__)(**arguments)


@pytest.mark.parametrize("rated", RATED.values(), ids=RATED)
@pytest.mark.parametrize("name", NAMES)
def test_predictions_are_surprises(name, rated):
    algorithm = Configured.of(name).create(2).fit(ours(rated))
    pairs = [(u, i) for u in ("a", "b", "nobody") for i in ("x", "y", "nothing")]
    expected = peer(name)
    with np.errstate(all="ignore"):
        expected.fit(theirs(rated))
        wanted = [expected.predict(*pair).est for pair in pairs]
    if name == "knn-with-zscore" and np.ptp([value for *_, value in rated]) == 0:
        # Surprise's standard scores are 0 / 0, and NaN cut off at the scale is its highest rating.
        wanted = [rated[0][2]] * len(pairs)
    got = [algorithm.predict(*pair).est for pair in pairs]
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_users_and_items_without_a_training_rating(name, small, to_surprise):
    """A split may leave a user or an item nothing to learn from."""
    ratings = small.ratings
    held_out = (ratings.users % 7 == 0) | (ratings.items % 11 == 0)
    train, test = np.flatnonzero(~held_out), np.flatnonzero(held_out)
    whole = dataclasses.replace(ratings, values=np.ceil(ratings.values))
    rows = [
        (ratings.user_ids.text[u], ratings.item_ids.text[i], value)
        for u, i, value in zip(ratings.users, ratings.items, whole.values, strict=True)
    ]
    expected = peer(name).fit(theirs([rows[row] for row in train]))
    wanted = [expected.predict(user, item).est for user, item, _ in (rows[row] for row in test)]
    trainset = Trainset(dataclasses.replace(whole, scale=(1.0, 5.0)), train)
    algorithm = Configured.of(name).create(2).fit(trainset)
    users = trainset.inner_users[ratings.users[test]]
    items = trainset.inner_items[ratings.items[test]]
    assert (users < 0).any()
    assert (items >= trainset.n_items).any()
    assert ((users >= 0) & (items >= trainset.n_items)).any()
    np.testing.assert_allclose(algorithm.predict_pairs(users, items), wanted, rtol=0, atol=1e-9)
