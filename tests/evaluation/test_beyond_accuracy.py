"""The metrics beyond accuracy against loops over small lists of any shape, and what they promise."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recli import registry
from recli.data.dataset import Dataset
from recli.data.description import Description, Feature, RatingsSource
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.tables.items import Items
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.lists import Tested as RatedInTest  # pytest collects what begins with Test

NAN = float("nan")
LIKED = 4


def metric(name):
    return registry.get("metric", name)()


@dataclass(frozen=True)
class World:
    """Ratings as (user, item, value), genres of every item, and a list of at most k items a user."""

    n_users: int
    train: list
    test: list
    genres: list
    lists: dict
    k: int
    appeared: list | None = None  # of each item how many others appear before it; None: by number

    @property
    def places(self):
        return self.appeared or list(range(self.n_items))

    @property
    def n_items(self):
        return len(self.genres)

    @property
    def seen(self):
        """Distinct pairs of the training ratings."""
        return {(user, item) for user, item, _ in self.train}

    def popularity(self, item):
        return sum(rated == item for _, rated, _ in self.train)

    def relevant(self, user):
        return {item for rater, item, value in self.test if rater == user and value >= LIKED}

    def as_lists(self):
        """The same as recli holds it; of places in the ranking nothing here knows."""
        rows = self.train + self.test
        ratings = Ratings(
            Ids.of([f"u{user:03}" for user in range(self.n_users)]),
            Ids(
                np.array([f"i{item:03}" for item in range(self.n_items)], object),
                np.array(self.places),
            ),
            *(np.array([row[c] for row in rows], np.int32) for c in (0, 1)),
            np.array([row[2] for row in rows], np.float64),
            None,
            (1.0, 5.0),
        )
        texts = np.array(["|".join(sorted(genres)) for genres in self.genres], object)
        feature = Feature("genres", "categories", "genres")
        known = np.ones(self.n_items, bool)
        items = Items(ratings.item_ids, {"genres": texts}, known, None, (feature,))
        description = Description("world", Path(), RatingsSource())
        train = np.arange(len(self.train))
        statistics = TrainingStatistics(Dataset("world", description, ratings, items), train, LIKED)
        users = sorted(self.lists)
        padded = [self.lists[user] + [-1] * (self.k - len(self.lists[user])) for user in users]
        best = {(user, item): value for user, item, value in sorted(self.test)}
        tested = sorted(pair for pair in best if pair[0] in self.lists)
        values = np.array([best[pair] for pair in tested], np.float64)
        return EvaluatedLists(
            np.array(users, np.int32),
            np.array(padded, np.int32).reshape(len(users), self.k),
            np.array([len(self.lists[user]) for user in users], np.int64),
            RatedInTest(
                np.array([users.index(user) for user, _ in tested], np.int64),
                np.array([item for _, item in tested], np.int32),
                values,
                np.zeros(len(tested), np.int64),
                np.ones(len(tested)),
            ),
            values >= LIKED,
            statistics,
        )

    def relabelled(self, users, items):
        """The same world, where user u is now users[u] and item i items[i]."""
        return replace(
            self,
            train=[(users[u], items[i], r) for u, i, r in self.train],
            test=[(users[u], items[i], r) for u, i, r in self.test],
            genres=[self.genres[items.index(new)] for new in range(self.n_items)],
            lists={users[u]: [items[i] for i in listed] for u, listed in self.lists.items()},
            appeared=[self.places[items.index(new)] for new in range(self.n_items)],
        )


@st.composite
def worlds(draw):
    """Few users and items, so that items are cold, tied, without genre, and lists short or empty."""
    n_users, n_items, k = draw(st.integers(1, 5)), draw(st.integers(1, 8)), draw(st.integers(1, 5))
    user, item = st.integers(0, n_users - 1), st.integers(0, n_items - 1)
    triples = st.lists(st.tuples(user, item, st.integers(1, 5)), min_size=1, max_size=25)
    genres = draw(st.lists(st.sets(st.sampled_from("abcd")), min_size=n_items, max_size=n_items))
    train, test = draw(triples), draw(triples)
    lists = {}
    for tester in sorted({user for user, _, _ in test}):
        unseen = [i for i in range(n_items) if all((u, j) != (tester, i) for u, j, _ in train)]
        lists[tester] = draw(st.permutations(unseen))[: draw(st.integers(0, k))]
    return World(n_users, train, test, [genres[0] | {"a"}, *genres[1:]], lists, k)


# Twins of the metrics, from their definitions: a value for each user, or one for all.


def mean(values):
    return math.fsum(values) / len(values) if values else NAN


def counted(world):
    n = Counter(item for listed in world.lists.values() for item in listed)
    return [n[item] for item in range(world.n_items)]


def catalogue_coverage(world):
    n = counted(world)
    return sum(c > 0 for c in n) / len(n) if any(n) else NAN


def gini(world):
    """Half the mean absolute difference, in means."""
    n = counted(world)
    differences = sum(abs(a - b) for a in n for b in n)
    return differences / (2 * len(n) * sum(n)) if any(n) else NAN


def entropy(world):
    n = [c for c in counted(world) if c]
    return -sum(c / sum(n) * math.log2(c / sum(n)) for c in n) if n else NAN


def personalisation(world):
    pairs = combinations(map(set, world.lists.values()), 2)
    return 1 - mean([len(a & b) / world.k for a, b in pairs])


def popularity(world, user):
    return mean([world.popularity(item) for item in world.lists[user]])


def long_tail(world, user):
    def in_tail(item):
        no_more = [world.popularity(i) for i in range(world.n_items)]
        no_more = [n for n in no_more if n <= world.popularity(item)]
        return sum(no_more) / len(world.train) <= 0.2

    return mean([in_tail(item) for item in world.lists[user]])


def novelty(world, user):
    n_users = len({rater for rater, _ in world.seen})
    raters = [sum(i == item for _, i in world.seen) for item in world.lists[user]]
    return mean([-math.log2(max(n, 1) / n_users) for n in raters])


def serendipity(world, user):
    if not world.relevant(user):
        return NAN
    unseen = [item for item in range(world.n_items) if (user, item) not in world.seen]
    counts = sorted((world.popularity(item) for item in unseen), reverse=True)
    least = counts[: world.k][-1] if counts else 0
    expected = [item for item in unseen if world.popularity(item) >= least]
    found = world.relevant(user) & set(world.lists[user]) - set(expected)
    return len(found) / world.k


def diversity(world, user):
    described = [world.genres[item] for item in world.lists[user] if world.genres[item]]
    return mean(
        [1 - len(a & b) / math.sqrt(len(a) * len(b)) for a, b in combinations(described, 2)]
    )


def shares(world, items):
    """The share of each genre, of a weight of 1 for each item that has any."""
    described = [world.genres[item] for item in items if world.genres[item]]
    return {g: mean([(g in genres) / len(genres) for genres in described]) for g in "abcd"}


def calibration(world, user):
    liked = {item for rater, item, value in world.train if rater == user and value >= LIKED}
    p, q = shares(world, liked), shares(world, world.lists[user])
    if any(map(math.isnan, [*p.values(), *q.values()])):
        return NAN
    return math.fsum(p[g] * math.log(p[g] / (0.99 * q[g] + 0.01 * p[g])) for g in p if p[g])


TOGETHER = {
    "catalogue-coverage": catalogue_coverage,
    "gini": gini,
    "entropy": entropy,
    "personalisation": personalisation,
}
PER_USER = {
    "popularity": popularity,
    "long-tail": long_tail,
    "novelty": novelty,
    "serendipity": serendipity,
    "diversity": diversity,
    "calibration": calibration,
}
NAMES = [*TOGETHER, *PER_USER]


@given(world=worlds())
def test_of_all_lists_together_as_loops_have_it(world):
    lists = world.as_lists()
    for name, of in TOGETHER.items():
        value = metric(name)(lists)
        assert type(value) is float and metric(name).per_user is False
        assert value == pytest.approx(of(world), abs=1e-12, nan_ok=True), name


@given(world=worlds())
def test_of_each_list_as_loops_have_it(world):
    lists = world.as_lists()
    for name, of in PER_USER.items():
        expected = [of(world, user) for user in sorted(world.lists)]
        values = metric(name).values(lists)
        assert values.dtype == np.float64
        np.testing.assert_allclose(values, expected, rtol=1e-12, atol=1e-12, err_msg=name)
        defined = [value for value in expected if not math.isnan(value)]
        assert metric(name)(lists) == pytest.approx(mean(defined), abs=1e-12, nan_ok=True), name


@given(world=worlds(), random=st.randoms(use_true_random=False))
def test_other_names_of_users_and_items_change_nothing(world, random):
    users, items = list(range(world.n_users)), list(range(world.n_items))
    random.shuffle(users)
    random.shuffle(items)
    lists, relabelled = world.as_lists(), world.relabelled(users, items).as_lists()
    expected = {name: metric(name)(lists) for name in NAMES}
    found = {name: metric(name)(relabelled) for name in NAMES}
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)


@given(world=worlds())
def test_range(world):
    highest = {
        "gini": 1 - 1 / world.n_items,
        "entropy": math.log2(world.n_items),
        "popularity": len(world.train),
        "novelty": math.log2(world.n_users),
        "calibration": math.log(100),
    }
    lists = world.as_lists()
    for name in NAMES:
        value, most = metric(name)(lists), highest.get(name, metric(name).highest)
        assert math.isnan(value) or 0 <= value <= most * (1 + 1e-12), name


@given(world=worlds())
def test_serendipity_is_at_most_precision(world):
    lists = world.as_lists()
    serendipitous, precise = (metric(name).values(lists) for name in ("serendipity", "precision"))
    np.testing.assert_array_equal(np.isnan(serendipitous), np.isnan(precise))
    assert (serendipitous <= precise)[~np.isnan(precise)].all()


@given(world=worlds())
def test_no_users_and_empty_lists_give_nan(world):
    lists = world.as_lists()
    nobody = lists.of_users(np.zeros(len(lists.users), bool))
    empty = replace(world, lists={user: [] for user in world.lists}).as_lists()
    for name in NAMES:
        assert math.isnan(metric(name)(nobody)), name
        if name in PER_USER:
            assert metric(name).values(nobody).shape == (0,), name
        if name == "serendipity":
            assert metric(name)(empty) in (0, pytest.approx(NAN, nan_ok=True))
        elif name == "personalisation":
            assert math.isnan(metric(name)(empty)) == (len(world.lists) < 2)
        else:
            assert math.isnan(metric(name)(empty)), name


def together(*lists, n_items=8):
    """A world of nothing but these lists, for the metrics that see nothing else."""
    users = range(len(lists))
    genres = [{"a"}] * n_items
    test = [(user, 0, 5) for user in users]
    world = World(
        len(lists), [(0, 0, 5)], test, genres, dict(zip(users, lists, strict=True)), len(lists[0])
    )
    return {name: metric(name)(world.as_lists()) for name in TOGETHER}


def test_the_same_list_for_all():
    assert together([0, 1], [1, 0], [0, 1]) == {
        "catalogue-coverage": 2 / 8,
        "gini": 6 / 8,
        "entropy": 1,
        "personalisation": 0,
    }


def test_lists_that_share_nothing_and_leave_out_nothing():
    assert together([0, 1], [2, 3], [4, 5], [6, 7]) == {
        "catalogue-coverage": 1,
        "gini": 0,
        "entropy": 3,
        "personalisation": 1,
    }


def test_one_item_for_all():
    assert together([5], [5], n_items=4 + 2) == {
        "catalogue-coverage": 1 / 6,
        "gini": pytest.approx(5 / 6),
        "entropy": 0,
        "personalisation": 0,
    }


def test_shares_of_what_the_user_likes_cost_nothing_and_strange_ones_the_most():
    genres = [{"a"}, {"b"}, {"a", "b"}, {"c"}, set()]
    train = [(0, 0, 5), (0, 1, 4), (0, 3, 3), (1, 4, 5)]
    test = [(0, 2, 5), (1, 2, 5)]
    listed = {0: [2], 1: [2]}
    world = World(2, train, test, genres, listed, 1)
    values = metric("calibration").values(world.as_lists())
    assert values[0] == pytest.approx(0, abs=1e-15) and math.isnan(values[1])
    strange = replace(world, lists={0: [3], 1: [4]}).as_lists()
    assert metric("calibration").values(strange)[0] == pytest.approx(math.log(100))


def test_the_long_tail_has_a_fifth_of_the_ratings_at_most():
    tail = registry.get("metric", "long-tail").tail
    assert tail(np.array([80, 10, 10])).tolist() == [False, True, True]
    assert tail(np.array([79, 11, 10])).tolist() == [False, False, True]
    assert tail(np.array([80, 7, 7, 7, 0])).tolist() == [False, False, False, False, True]
    assert tail(np.array([3, 3])).tolist() == [False, False]
