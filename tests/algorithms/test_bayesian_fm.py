"""Bayesian factorisation against `myfm` itself, and what is special about it."""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter

import myfm
import numpy as np
import pytest
import scipy.sparse
import scipy.stats
from sklearn.feature_extraction import DictVectorizer

from recli import errors, registry
from recli.algorithms import Configured
from recli.data.trainset import Trainset
from recli.extras.bayes.algorithms._design import _bins, design
from recli.extras.bayes.algorithms._gibbs import Draw
from recli.models import model as models

N_SAMPLES, BURN_IN, N_FACTORS = 12, 4, 3
QUICK = {"n_samples": N_SAMPLES, "burn_in": BURN_IN, "n_factors": N_FACTORS}
ALL = {"item_features": "genres", "user_features": "all", "time_bin": 30}
SEED = np.random.RandomState(0).randint(2**31 - 1)  # what random_state=0 comes to


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


@pytest.fixture(scope="module", params=[{}, ALL], ids=["ids", "all"])
def columns(request):
    return request.param


@pytest.fixture(scope="module")
def by_hand(columns, trainset):
    return ByHand(trainset, **columns)


# myfm itself, with columns written out one by one


class ByHand:
    """The columns of ratings and pairs, by names that sort as the machine's columns do."""

    def __init__(self, trainset, item_features=None, user_features=None, time_bin=0):
        self.trainset, self.genres, self.initials = trainset, item_features, user_features
        order = np.argsort(trainset.users, kind="stable")
        self.users, self.items = trainset.users[order].tolist(), trainset.items[order].tolist()
        self.values = trainset.values[order]
        self.with_time, self.times = bool(time_bin), [-1] * len(order)
        if time_bin:
            seconds = trainset.ratings.times[trainset.rows][order]
            self.times = ((seconds - seconds.min()) // (time_bin * 86_400)).tolist()
        self.when = {-1: self.times}
        for user, time in zip(self.users, self.times, strict=True):
            self.when.setdefault(user, []).append(time)
        rows = [self.row(u, 0, t) for u, t in zip(self.users, self.times, strict=True)]
        rows += [self.row(-1, item, -1) for item in range(-1, trainset.n_catalogue)]
        self.vectorizer = DictVectorizer().fit(rows)
        self.names = self.vectorizer.get_feature_names_out()
        self.kinds = np.array([name[0] for name in self.names])
        _, self.groups = np.unique(self.kinds, return_inverse=True)

    def row(self, user, item, time):
        return self.user(user) | self.item(item) | self.time(time)

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
        return {} if time < 0 else {f"g {time:05}": 1}

    def item(self, item):
        known = 0 <= item < self.trainset.n_items
        raters = {user for user, i in zip(self.users, self.items, strict=True) if i == item}
        row = {f"d {item if known else self.trainset.n_items:05}": 1}
        row |= {f"e {user:05}": len(raters) ** -0.5 for user in raters}
        if self.genres and item >= 0:
            code = self.trainset.item_codes[item]
            genres = self.trainset.item_table.columns["genres"][code].split("|")
            row |= {f"f {genre}": len(genres) ** -0.5 for genre in genres}
        return row

    def blocks(self, users, items, times):
        """myfm's blocks, for pairs at times."""
        sides = (users, self.user, "abc"), (items, self.item, "def"), (times, self.time, "g")
        blocks = []
        for ids, columns_of, kinds in sides:
            distinct, which = np.unique(ids, return_inverse=True)
            x = self.vectorizer.transform(map(columns_of, distinct.tolist()))
            x = x[:, np.isin(self.kinds, list(kinds))]
            if x.shape[1]:
                blocks.append(myfm.RelationBlock(which.tolist(), scipy.sparse.csr_matrix(x)))
        return blocks

    def fit(self, machine, y):
        machine.fit(
            None,
            y,
            X_rel=self.blocks(self.users, self.items, self.times),
            grouping=self.groups.tolist(),
            n_iter=BURN_IN + N_SAMPLES,
            n_kept_samples=N_SAMPLES,
        )

    def scores(self, machine, users, items):
        """The machine in each draw, float64[n_draws, n_pairs], each user at all times of hers."""
        pairs = zip(users.tolist(), items.tolist(), strict=True)
        asked = [
            (row, user, item, time, count / len(self.when[user]))
            for row, (user, item) in enumerate(pairs)
            for time, count in Counter(self.when[user]).items()
        ]
        rows, *columns, shares = (np.array(column) for column in zip(*asked, strict=True))
        nothing, blocks = scipy.sparse.csr_matrix((len(rows), 0)), self.blocks(*columns)
        draws = [draw.predict_score(nothing, blocks) for draw in machine.predictor_.samples]
        return np.array([np.bincount(rows, draw * shares) for draw in draws])

    def give_unknown_ids_their_mean(self, machine):
        """Set the weights of ids without ratings, in every draw, to the mean of their prior."""
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        unknown = np.flatnonzero(np.isin(self.names, [f"a {n_users:05}", f"d {n_items:05}"]))
        assert len(unknown) == 2
        for draw, prior in zip(machine.predictor_.samples, priors(machine), strict=True):
            w, v = np.array(draw.w), np.array(draw.V)
            w[unknown] = prior.mu_w[self.groups[unknown]]
            v[unknown] = prior.mu_V[self.groups[unknown]]
            draw.w, draw.V = w, np.asfortranarray(v)


def priors(machine):
    return machine.history_.hypers[-N_SAMPLES:]


def test_regression_is_that_of_myfm(columns, by_hand, trainset, pairs):
    algorithm = bayesian(**columns).fit(trainset)
    machine = myfm.MyFMRegressor(N_FACTORS, random_seed=SEED)
    mean, deviation = by_hand.values.mean(), by_hand.values.std()
    by_hand.fit(machine, (by_hand.values - mean) / deviation)
    noise = np.mean([1 / prior.alpha for prior in priors(machine)])
    expected = deviation * np.sqrt(by_hand.scores(machine, *pairs).var(axis=0) + noise)
    assert_close(algorithm.deviations_of_pairs(*pairs), expected)
    by_hand.give_unknown_ids_their_mean(machine)
    expected = mean + deviation * by_hand.scores(machine, *pairs).mean(axis=0)
    assert_close(algorithm.estimate_pairs(*pairs), expected)


def test_ordered_probit_is_that_of_myfm(columns, by_hand, trainset, pairs):
    algorithm = bayesian(task="ordered-probit", **columns).fit(trainset)
    levels, y = np.unique(by_hand.values, return_inverse=True)
    machine = myfm.MyFMOrderedProbit(N_FACTORS, random_seed=SEED)
    by_hand.fit(machine, y)

    def chances():
        if not by_hand.with_time:
            return machine.predict_proba(None, by_hand.blocks(*pairs, np.full_like(pairs[0], -1)))
        scores = by_hand.scores(machine, *pairs)[:, :, None]
        below = scipy.stats.norm.cdf(machine.cutpoint_samples[:, None] - scores)
        return np.diff(below, axis=2, prepend=0, append=1).mean(axis=0)

    spread = (chances() * (levels - (chances() @ levels)[:, None]) ** 2).sum(axis=1)
    assert_close(algorithm.deviations_of_pairs(*pairs), np.sqrt(spread))
    by_hand.give_unknown_ids_their_mean(machine)
    assert_close(algorithm.estimate_pairs(*pairs), chances() @ levels)


def assert_close(actual, expected):
    # Factors are kept as float32.
    np.testing.assert_allclose(actual, expected, rtol=0, atol=5e-6)


# What it learns from


def test_nothing_of_the_test_is_learned(small):
    """Other ratings, of other items and at other times, in the rows left out: the same model."""
    ratings = small.ratings
    train = np.flatnonzero(np.arange(len(ratings)) % 4 > 0)
    test = np.flatnonzero(np.arange(len(ratings)) % 4 == 0)
    items, values, times = ratings.items.copy(), ratings.values.copy(), ratings.times.copy()
    items[test], values[test], times[test] = items[test][::-1], 0.5, times.max() + 10**8
    changed = dataclasses.replace(ratings, items=items, values=values, times=times)
    scores = [
        bayesian(**ALL).fit(Trainset(r, train, small.items, user_table=small.users))
        for r in (ratings, changed)
    ]
    users = np.arange(-1, scores[0].trainset.n_users)
    np.testing.assert_array_equal(*(one.score_users(users) for one in scores))


def test_a_pair_rated_twice_is_once_in_the_sets(small):
    rows = np.concatenate([np.arange(400), np.arange(20)])
    once, twice = (
        design(small.trainset(r), True, True, None, None, 0.0) for r in (rows[:400], rows)
    )
    np.testing.assert_array_equal(once.users.x.toarray(), twice.users.x.toarray())


def test_time_is_that_of_each_user(small):
    """Ratings that rise with time, from users who came at another time each."""
    ratings = small.ratings
    wave = ratings.users // 20
    times = ratings.times.min() + wave.astype(np.int64) * 864_000
    changed = dataclasses.replace(ratings, times=times, values=1.0 + 2 * wave)
    algorithm = bayesian(time_bin=10, rated_items=False, rating_users=False)
    algorithm.fit(Trainset(changed, np.arange(len(ratings))))
    users = np.arange(algorithm.trainset.n_users)
    means = algorithm.score_users(users).mean(axis=1)
    np.testing.assert_allclose(means, 1.0 + 2 * (algorithm.trainset.user_codes // 20), atol=0.2)


# Deviations


@pytest.fixture(scope="module")
def held_out(medium):
    """A trainset, and users, items and ratings that it lacks."""
    rows = np.random.default_rng(0).permutation(len(medium.ratings))
    trainset, test = medium.trainset(rows[3000:]), rows[:3000]
    ratings = medium.ratings
    users, items = trainset.inner_users[ratings.users[test]], trainset.inner_items
    return trainset, users, items[ratings.items[test]], ratings.values[test]


@pytest.mark.parametrize("task", ["regression", "ordered-probit"])
def test_two_deviations_hold_most_of_what_was_held_out(task, held_out):
    trainset, users, items, values = held_out
    algorithm = bayesian(task=task).fit(trainset)
    error = values - algorithm.predict_pairs(users, items)
    deviation = algorithm.deviations_of_pairs(users, items)
    assert (deviation > 0).all()
    assert 0.8 < (np.abs(error) <= 2 * deviation).mean() < 0.97


@pytest.mark.parametrize("task", ["regression", "ordered-probit"])
def test_predicts_better_than_svdpp(task, held_out):
    trainset, users, items, values = held_out
    rmse = {}
    for algorithm in (bayesian(task=task, n_samples=30), Configured.of("svdpp").create(0)):
        predictions = algorithm.fit(trainset).predict_pairs(users, items)
        rmse[type(algorithm).__name__] = np.sqrt(np.mean((values - predictions) ** 2))
    assert rmse["BayesianFM"] < 0.99 * rmse["SVDpp"], rmse


@pytest.mark.parametrize("task", ["regression", "ordered-probit"])
def test_deviations_of_users_are_those_of_pairs(task, trainset, pairs):
    algorithm = bayesian(task=task, **ALL).fit(trainset)
    users = np.arange(-1, trainset.n_users)
    deviations = algorithm.deviations_of_users(users)
    assert deviations.shape == (len(users), trainset.n_catalogue)
    asked = pairs[1] >= 0
    one_by_one = algorithm.deviations_of_pairs(pairs[0][asked], pairs[1][asked])
    np.testing.assert_allclose(deviations.ravel(), one_by_one, rtol=0, atol=1e-7)


def test_less_is_known_of_what_has_no_ratings(trainset):
    deviations = bayesian(n_samples=60).fit(trainset).deviations_of_users(np.arange(-1, 50))
    known, cold = deviations[1:, : trainset.n_items], deviations[1:, trainset.n_items :]
    assert cold.mean() > 1.02 * known.mean()
    assert deviations[0, : trainset.n_items].mean() > 1.02 * known.mean()


@pytest.mark.parametrize("name", ["svd", "most-popular"])
def test_others_do_not_know(name, trainset):
    algorithm = Configured.of(name).create(0).fit(trainset)
    nobody = np.empty(0, np.int64)
    for ask in (
        lambda: algorithm.deviations_of_pairs(nobody, nobody),
        lambda: algorithm.deviations_of_users(nobody),
    ):
        with pytest.raises(errors.UsageError, match=f"{name} does not say .*: bayesian-fm"):
            ask()


# Stored, scored in parts


@pytest.mark.parametrize("task", ["regression", "ordered-probit"])
def test_a_stored_model_needs_no_myfm(task, small, tmp_path, monkeypatch):
    model = models.train(small, Configured.of("bayesian-fm", {**QUICK, **ALL, "task": task}), 0)
    folder = models.save(model, tmp_path, "m")
    for name in [name for name in sys.modules if name.partition(".")[0] == "myfm"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "myfm", None)
    monkeypatch.setattr(registry, "installed", lambda extra: False)
    loaded = models.load(folder)
    users = np.arange(-1, 5)
    for ask in ("score_users", "deviations_of_users"):
        np.testing.assert_array_equal(
            getattr(loaded.algorithm, ask)(users), getattr(model.algorithm, ask)(users)
        )


def test_large_catalogues_go_in_blocks(trainset, pairs, monkeypatch):
    algorithm = bayesian(task="ordered-probit").fit(trainset)
    users, some = np.arange(-1, 3), [ids[::97] for ids in pairs]
    whole = algorithm.score_users(users), algorithm.predict_pairs(*some)
    for block in (1, 60, 3000):  # fewer than one row are one
        monkeypatch.setattr("recli.extras.bayes.algorithms.bayesian_fm._BLOCK", block)
        np.testing.assert_allclose(algorithm.score_users(users), whole[0], atol=1e-12)
        np.testing.assert_allclose(algorithm.predict_pairs(*some), whole[1], atol=1e-12)


# What it refuses


@pytest.mark.parametrize(("n_levels", "shown"), [(1, "1"), (21, "21")])
def test_levels_of_an_ordered_probit(n_levels, shown, small):
    ratings = small.ratings
    values = np.arange(len(ratings)) % n_levels / 5
    trainset = Trainset(dataclasses.replace(ratings, values=values), np.arange(len(ratings)))
    with pytest.raises(errors.DataError, match=f"2 to 20 .* {shown}: use task=regression"):
        bayesian(task="ordered-probit").fit(trainset)


def test_two_levels_are_enough(small):
    ratings = small.ratings
    values = np.where(ratings.values >= 4, 1.0, 0.0)
    changed = dataclasses.replace(ratings, values=values, scale=(0.0, 1.0))
    algorithm = bayesian(task="ordered-probit").fit(Trainset(changed, np.arange(len(ratings))))
    scores = algorithm.score_users(np.arange(9))
    assert ((scores > 0) & (scores < 1)).all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"time_bin": 1}, 'time_bin needs to know when .* `time="NAME"`'),
        ({"user_features": "all"}, "need a user table"),
        ({"item_features": "all"}, "needs item features"),
    ],
)
def test_what_the_data_lack(given, message, small, to_surprise):
    ratings = dataclasses.replace(small.ratings, times=None)
    bare = Trainset(ratings, np.arange(len(ratings)))
    for trainset in (bare, to_surprise(small).build_full_trainset()):
        with pytest.raises(errors.DataError, match=message):
            bayesian(**given).fit(trainset)


def test_features_by_name(small):
    with pytest.raises(errors.UsageError, match="no user feature 'initials'. Did you mean 'init"):
        bayesian(user_features="initials").fit(small.trainset())
    with pytest.raises(errors.UsageError, match="no item feature 'genre'. Did you mean 'genres'"):
        bayesian(item_features="genre").fit(small.trainset())


def test_what_is_not_finite_is_said(small, monkeypatch):
    def broken(columns, y, n_levels, n_factors, n_draws, seed, on_draw):
        n = len(columns.groups)
        for number in range(n_draws):
            zeros = np.zeros((n, n_factors))
            on_draw(number, Draw(np.nan, zeros[:, 0], zeros, np.zeros(9), zeros[:9], 1.0, y[:0]))

    monkeypatch.setattr("recli.extras.bayes.algorithms._gibbs.sample", broken)
    with pytest.raises(errors.DivergedError, match="no longer finite"):
        bayesian().fit(small.trainset())


def test_bins_are_days_in_every_unit_of_time(small):
    """A thousandth of a second before the end of a bin is in it, where seconds could not say so."""
    ratings = small.ratings
    n, day = len(ratings), 86_400_000
    times = np.zeros(n, np.int64)
    times[: n // 2] = 30 * day - 1
    times[n // 2 : -1] = 30 * day
    finer = dataclasses.replace(ratings, times=times, time_unit="ms")
    data = Trainset(finer, np.arange(n))
    bins = _bins(data, 30)
    in_order = np.argsort(data.users, kind="stable")
    np.testing.assert_array_equal(bins, (times == 30 * day)[in_order])
