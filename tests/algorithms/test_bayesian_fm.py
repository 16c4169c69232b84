"""Bayesian factorisation against `myfm` itself, and what is special about it."""

from __future__ import annotations

import dataclasses
import sys

import myfm
import numpy as np
import pytest
from sklearn.feature_extraction import DictVectorizer

from recli import errors
from recli.algorithms import Configured
from recli.algorithms._base import Algorithm
from recli.data.trainset import Trainset
from recli.recommend import model as models

N_SAMPLES, BURN_IN, N_FACTORS = 12, 4, 3
QUICK = {"n_samples": N_SAMPLES, "burn_in": BURN_IN, "n_factors": N_FACTORS}
ALL = {"item_features": "genres", "user_features": "all", "time_bin": 30}
ROUNDING = 3e-6  # of factors, kept as float32


def bayesian(seed=0, **given):
    return Configured.of("bayesian-fm", QUICK | given).create(seed)


@pytest.fixture(scope="module")
def trainset(small):
    """Without users 0 to 4 and items 0 to 9, which are then unknown and cold."""
    ratings = small.ratings
    return small.trainset(np.flatnonzero((ratings.users > 4) & (ratings.items > 9)))


@pytest.fixture(scope="module")
def pairs(trainset):
    """Every user, an unknown one too, with every item of the catalogue and an unknown one."""
    users, items = np.arange(-1, trainset.n_users), np.arange(-1, trainset.n_catalogue)
    return np.repeat(users, len(items)), np.tile(items, len(users))


# myfm itself, with columns written out one by one


class ByHand:
    """The columns of every rating and pair, by names that sort as the machine's columns do."""

    def __init__(self, trainset, item_features=None, user_features=None, time_bin=0):
        self.trainset, self.genres, self.initials = trainset, item_features, user_features
        order = np.argsort(trainset.users, kind="stable")
        self.users, self.items = trainset.users[order].tolist(), trainset.items[order].tolist()
        self.values = trainset.values[order]
        self.times = [None] * len(order)
        if time_bin:
            seconds = trainset.ratings.times[trainset.rows][order]
            self.times = ((seconds - seconds.min()) // (time_bin * 86_400)).tolist()
        self.last = dict(sorted(zip(self.users, self.times, strict=True), key=str))
        for user, time in zip(self.users, self.times, strict=True):
            self.last[user] = time if time is None else max(self.last[user], time)
        known = [self.user(u) | self.time(t) for u, t in zip(self.users, self.times, strict=True)]
        rows = [*known, *map(self.item, range(trainset.n_catalogue)), self.user(-1) | self.item(-1)]
        self.vectorizer = DictVectorizer().fit(rows)
        names = self.vectorizer.get_feature_names_out()
        self.kinds = np.array([name[0] for name in names])
        self.unknown = [names.tolist().index(name) for name in (*self.user(-1), *self.item(-1))]
        _, self.groups = np.unique(self.kinds, return_inverse=True)

    def user(self, user):
        if user < 0:
            return {f"a {self.trainset.n_users:05}": 1}
        rated = {item for u, item in zip(self.users, self.items, strict=True) if u == user}
        row = {f"a {user:05}": 1} | {f"b {item:05}": len(rated) ** -0.5 for item in rated}
        if self.initials:
            code = self.trainset.user_codes[user]
            row[f"c {self.trainset.user_table.columns['initial'][code]}"] = 1
        return row

    def time(self, time):
        return {} if time is None else {f"d {time:05}": 1}

    def item(self, item):
        row = {
            f"e {min(item, self.trainset.n_items) if item >= 0 else self.trainset.n_items:05}": 1
        }
        raters = {user for user, i in zip(self.users, self.items, strict=True) if i == item}
        row |= {f"f {user:05}": len(raters) ** -0.5 for user in raters}
        if self.genres and item >= 0:
            code = self.trainset.item_codes[item]
            genres = self.trainset.item_table.columns["genres"][code].split("|")
            row |= {f"g {genre}": len(genres) ** -0.5 for genre in genres}
        return row

    def blocks(self, users, items, times):
        """myfm's blocks, for pairs: columns of users, of times, of items."""
        made = []
        for ids, row, kinds in (
            (users, self.user, "abc"),
            (times, self.time, "d"),
            (items, self.item, "efg"),
        ):
            distinct = sorted(set(ids), key=lambda one: -1 if one is None else one)
            x = self.vectorizer.transform(map(row, distinct)).tocsc()[
                :, np.isin(self.kinds, list(kinds))
            ]
            if x.shape[1]:
                place = {one: number for number, one in enumerate(distinct)}
                made.append(myfm.RelationBlock([place[one] for one in ids], x.tocsr()))
        return made

    def fit(self, machine, y):
        machine.fit(
            None,
            y,
            X_rel=self.blocks(self.users, self.items, self.times),
            grouping=self.groups.tolist(),
            n_iter=BURN_IN + N_SAMPLES,
            n_kept_samples=N_SAMPLES,
        )
        return machine

    def with_prior_means(self, machine):
        """Its draws, in which unknown ids have got the mean of their prior."""
        hypers = machine.history_.hypers[-N_SAMPLES:]
        for draw, hyper in zip(machine.predictor_.samples, hypers, strict=True):
            w, v = np.array(draw.w), np.array(draw.V)
            w[self.unknown] = hyper.mu_w[self.groups[self.unknown]]
            v[self.unknown] = hyper.mu_V[self.groups[self.unknown]]
            draw.w, draw.V = w, np.asfortranarray(v)
        return machine

    def asked(self, users, items):
        """Blocks of pairs to predict, each user at her last time."""
        times = [self.last.get(user) for user in users.tolist()]
        return self.blocks(users.tolist(), items.tolist(), times)


def seed_of(algorithm):
    return int(np.random.RandomState(0).randint(2**31 - 1))


@pytest.mark.parametrize("given", [{}, ALL], ids=["ids", "all"])
def test_regression_is_myfms(given, trainset, pairs):
    algorithm = bayesian(**given).fit(trainset)
    by_hand = ByHand(trainset, **given)
    machine = myfm.MyFMRegressor(N_FACTORS, random_seed=np.random.RandomState(0).randint(2**31 - 1))
    mean, deviation = by_hand.values.mean(), by_hand.values.std()
    by_hand.fit(machine, (by_hand.values - mean) / deviation)
    blocks = by_hand.asked(*pairs)
    empty = np.empty((len(pairs[0]), 0))
    draws = np.array([draw.predict_score(empty, blocks) for draw in machine.predictor_.samples])
    noise = np.mean([1 / hyper.alpha for hyper in machine.history_.hypers[-N_SAMPLES:]])
    np.testing.assert_allclose(
        algorithm.deviations_of_pairs(*pairs),
        deviation * np.sqrt(draws.var(axis=0) + noise),
        rtol=0,
        atol=ROUNDING,
    )
    expected = by_hand.with_prior_means(machine).predict(None, blocks)
    np.testing.assert_allclose(
        algorithm.estimate_pairs(*pairs), mean + deviation * expected, rtol=0, atol=ROUNDING
    )
