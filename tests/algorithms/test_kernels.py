"""Compiled kernels against naive twins, compiled and not; those of k-NN are in test_neighbours."""

from __future__ import annotations

import contextlib
import itertools
import math

import numpy as np
import pytest
import scipy.sparse
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from recli import errors
from recli.algorithms import Configured
from recli.kernels import (
    als,
    baselines,
    co_clustering,
    dense_rows,
    inner_products,
    noise,
    sgd,
    slim,
    slope_one,
)
from recli.kernels.csr import csr

VALUES = {
    "half stars": st.integers(1, 10).map(lambda n: n / 2),
    "whole": st.integers(0, 5).map(float),
    # Products of still smaller ones vanish, and NMF would divide by them, as Surprise does.
    "continuous": st.just(0.0) | st.floats(1e-3, 5),
    "constant": st.just(4.0),
    "zero": st.just(0.0),
}


@st.composite
def tables(draw):
    """Rows (user, item, value), shape; every user and item is rated, pairs repeat, 1 × 1 as well."""
    n_users, n_items = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    values = VALUES[draw(st.sampled_from(sorted(VALUES)))]
    user, item = st.integers(0, n_users - 1), st.integers(0, n_items - 1)
    rows = draw(st.lists(st.tuples(user, item, values), max_size=20))
    rows += [(u, draw(item), draw(values)) for u in range(n_users)]
    rows += [(draw(user), i, draw(values)) for i in range(n_items)]
    return draw(st.permutations(rows)), (n_users, n_items)


def both_ways(table):
    """CSR by user and by item, and the mean."""
    rows, (n_users, n_items) = table
    users, items, values = (np.array(column) for column in zip(*rows, strict=True))
    users, items = users.astype(np.int32), items.astype(np.int32)
    return csr(users, items, values, n_users), csr(items, users, values, n_items), values.mean()


def lists(by_row):
    """Ratings of each row, as Surprise holds them."""
    indptr, columns, values = by_row
    pairs = list(zip(columns.tolist(), values.tolist(), strict=True))
    return [pairs[a:b] for a, b in itertools.pairwise(indptr)]


def all_ratings(by_user):
    return [(u, i, r) for u, ratings in enumerate(lists(by_user)) for i, r in ratings]


def compiled(*_):
    return contextlib.nullcontext()


@pytest.fixture(scope="session", params=["compiled", "interpreted"])
def mode(request, interpreted):
    """Runs kernels with the compiler or without it."""
    return compiled if request.param == "compiled" else interpreted


def twins(function):
    """Many tables for the twin test of a kernel."""
    return settings(max_examples=80, deadline=None)(function)


def assert_close(got, expected):
    for array, wanted in zip(got, expected, strict=True):
        np.testing.assert_allclose(array, wanted, rtol=1e-10, atol=1e-10)


# Gradient descent


def start(table, seed, n_matrices, low=0.0):
    """Biases of 0, and factor matrices of users, items and items; some factors are 0."""
    rng, (n_users, n_items) = np.random.default_rng(seed), table[1]
    n_factors = int(rng.integers(1, 12))
    sizes = [n_users, n_items, n_items][:n_matrices]
    factors = [rng.uniform(low, 1, (n, n_factors)) for n in sizes]
    for matrix in factors:
        matrix[rng.uniform(size=matrix.shape) < 0.1] = 0.0
    return [np.zeros(n_users), np.zeros(n_items), *factors]


def naive_svd(ratings, mean, biased, n_epochs, rates, regs, bu, bi, pu, qi):
    for _ in range(n_epochs):
        for u, i, r in ratings:
            error = r - (mean + bu[u] + bi[i] + sum(qi[i] * pu[u]))
            if biased:
                bu[u] += rates[0] * (error - regs[0] * bu[u])
                bi[i] += rates[1] * (error - regs[1] * bi[i])
            p, q = pu[u].copy(), qi[i].copy()
            pu[u] += rates[2] * (error * q - regs[2] * p)
            qi[i] += rates[3] * (error * p - regs[3] * q)


@given(table=tables(), seed=st.integers(0, 99), biased=st.booleans())
@twins
def test_svd(mode, table, seed, biased):
    by_user, _, mean = both_ways(table)
    rates, regs = np.random.default_rng(seed).uniform(0, [[0.02], [0.2]], (2, 4))
    got, expected = start(table, seed, 2, -1), start(table, seed, 2, -1)
    naive_svd(all_ratings(by_user), mean, biased, 3, rates, regs, *expected)
    with mode(sgd):
        sgd.svd(*by_user, mean, biased, 3, rates, regs, *got)
    assert_close(got, expected)


def naive_svdpp(ratings, mean, n_epochs, rates, regs, bu, bi, pu, qi, yj):
    """Moves every y_j of the user at every rating, as Surprise does."""
    of_user = {u: [i for v, i, _ in ratings if v == u] for u, _, _ in ratings}
    for _ in range(n_epochs):
        for u, i, r in ratings:
            root = math.sqrt(len(of_user[u]))
            implicit = sum(yj[j] for j in of_user[u]) / root
            error = r - (mean + bu[u] + bi[i] + sum(qi[i] * (pu[u] + implicit)))
            bu[u] += rates[0] * (error - regs[0] * bu[u])
            bi[i] += rates[1] * (error - regs[1] * bi[i])
            p, q = pu[u].copy(), qi[i].copy()
            pu[u] += rates[2] * (error * q - regs[2] * p)
            qi[i] += rates[3] * (error * (p + implicit) - regs[3] * q)
            for j in of_user[u]:
                yj[j] += rates[4] * (error * q / root - regs[4] * yj[j])


def repeats(by_user):
    return np.array([len({i for i, _ in row}) < len(row) for row in lists(by_user)])


@given(table=tables(), seed=st.integers(0, 99))
@twins
def test_svdpp(mode, table, seed):
    by_user, _, mean = both_ways(table)
    # An item repeated twenty times moves twenty times at a rating: larger rates diverge.
    rates, regs = np.random.default_rng(seed).uniform(0, [[0.005], [0.2]], (2, 5))
    got, expected = start(table, seed, 3, -1), start(table, seed, 3, -1)
    naive_svdpp(all_ratings(by_user), mean, 3, rates, regs, *expected)
    with mode(sgd):
        sgd.svdpp(*by_user, mean, 3, rates, regs, *got, repeats(by_user))
    assert_close(got, expected)


@pytest.mark.parametrize(("rate", "reg"), [(0.05, 20.0), (0.1, 12.0), (0.0, 5.0), (0.1, 0.0)])
def test_svdpp_whatever_the_affine_map_is(rate, reg):
    """a = 1 − rate · reg may be 0 (the first), negative or 1."""
    rng = np.random.default_rng(1)
    rows = [(u, i, float(rng.integers(1, 6))) for u in range(4) for i in range(u + 2)]
    table = (rows, (4, 5))
    by_user, _, mean = both_ways(table)
    rates, regs = np.array([0.01, 0.01, 0.01, 0.01, rate]), np.array([0.1, 0.1, 0.1, 0.1, reg])
    got, expected = start(table, 5, 3), start(table, 5, 3)
    naive_svdpp(all_ratings(by_user), mean, 2, rates, regs, *expected)
    sgd.svdpp(*by_user, mean, 2, rates, regs, *got, repeats(by_user))
    assert_close(got, expected)


def naive_nmf(ratings, mean, biased, n_epochs, rates, regs, bu, bi, pu, qi):
    for _ in range(n_epochs):
        numerators = [np.zeros_like(pu), np.zeros_like(qi)]
        denominators = [np.zeros_like(pu), np.zeros_like(qi)]
        for u, i, r in ratings:
            estimate = mean + bu[u] + bi[i] + sum(qi[i] * pu[u])
            if biased:
                error = r - estimate
                bu[u] += rates[0] * (error - regs[0] * bu[u])
                bi[i] += rates[1] * (error - regs[1] * bi[i])
            for side, row, other in ((0, u, qi[i]), (1, i, pu[u])):
                numerators[side][row] += other * r
                denominators[side][row] += other * estimate
        for side, factors in enumerate((pu, qi)):
            counts = np.bincount([rating[side] for rating in ratings], minlength=len(factors))
            denominators[side] += counts[:, None] * regs[2 + side] * factors
            some = factors != 0
            factors[some] *= numerators[side][some] / denominators[side][some]


@given(table=tables(), seed=st.integers(0, 99), biased=st.booleans())
@twins
def test_nmf(mode, table, seed, biased):
    by_user, _, mean = both_ways(table)
    rng = np.random.default_rng(seed)
    rates, regs = rng.uniform(0, 0.02, 2), rng.uniform(0.01, 0.3, 4)
    mean = mean if biased else 0.0
    got, expected = start(table, seed, 2), start(table, seed, 2)
    naive_nmf(all_ratings(by_user), mean, biased, 3, rates, regs, *expected)
    with mode(sgd):
        sgd.nmf(*by_user, mean, biased, 3, rates, regs, *got)
    assert_close(got, expected)


def test_nmf_leaves_zeros_where_they_are():
    table = ([(0, 0, 0.0), (0, 1, 0.0), (1, 0, 5.0)], (2, 2))
    by_user, _, _ = both_ways(table)
    bu, bi, pu, qi = start(table, 3, 2)
    pu[1, 0] = 0.0
    sgd.nmf(*by_user, 0.0, False, 4, np.zeros(2), np.zeros(4), bu, bi, pu, qi)
    assert (pu[0] == 0).all(), "who rated with 0 only"
    assert (qi[1] == 0).all(), "what was rated with 0 only"
    assert pu[1, 0] == 0
    assert np.isfinite(pu).all()
    assert np.isfinite(qi).all()


# NaN and infinity are seen, in spite of the fast-math flags


@pytest.mark.parametrize(
    ("kernel", "n_matrices", "more"), [("svd", 2, (True,)), ("svdpp", 3, ()), ("nmf", 2, (True,))]
)
def test_a_rating_that_is_nan_makes_nan(kernel, n_matrices, more):
    table = ([(0, 0, math.nan), (0, 1, 3.0), (1, 1, 3.0)], (2, 2))
    by_user, _, _ = both_ways(table)
    rates, regs = np.full(5, 0.1), np.full(5, 0.1)
    state = start(table, 0, n_matrices, 0.5)
    tail = (repeats(by_user),) if kernel == "svdpp" else ()
    getattr(sgd, kernel)(*by_user, 3.0, *more, 2, rates, regs, *state, *tail)
    assert np.isnan(state[0][0])
    assert np.isnan(state[2][0]).any()


DIVERGING = [
    ("svd", {"lr_all": 10.0}, "Lower lr_all or init_mean or init_std_dev."),
    ("svd", {"lr_all": 1e200, "n_epochs": 2}, "Lower lr_all or"),
    ("svd", {"lr_qi": 30.0}, "Lower lr_qi or"),
    ("svd", {"lr_bu": 50.0, "lr_bi": 50.0}, "Lower lr_bu or lr_bi or"),
    ("svd", {"init_std_dev": 1e100}, "init_std_dev"),
    ("svdpp", {"lr_all": 10.0}, "Lower lr_all or"),
    ("svdpp", {"lr_yj": 1e6}, "Lower lr_yj or"),
    ("nmf", {"biased": True, "lr_bu": 100.0, "lr_bi": 100.0}, "Lower lr_bu or lr_bi or"),
    (
        "baseline-only",
        {"bsl_options.method": "sgd", "bsl_options.learning_rate": 1e3},
        "Lower bsl_options.learning_rate.",
    ),
    (
        "knn-baseline",
        {"bsl_options.method": "sgd", "bsl_options.learning_rate": 1e3},
        "Lower bsl_options.learning_rate.",
    ),
]


@pytest.mark.parametrize(("name", "parameters", "advice"), DIVERGING)
def test_learning_that_diverged_names_the_parameter(name, parameters, advice, small):
    algorithm = Configured.of(name, parameters).create(0)
    with pytest.raises(errors.DivergedError) as raised:
        algorithm.fit(small.trainset())
    assert str(raised.value).startswith(f"{name} diverged")
    assert advice in str(raised.value)


# Baselines


def naive_als(by_user, by_item, mean, n_epochs, reg_u, reg_i):
    ur, ir = lists(by_user), lists(by_item)
    bu, bi = [0.0] * len(ur), [0.0] * len(ir)
    for _ in range(n_epochs):
        bi = [sum(r - mean - bu[u] for u, r in row) / (reg_i + len(row)) for row in ir]
        bu = [sum(r - mean - bi[i] for i, r in row) / (reg_u + len(row)) for row in ur]
    return bu, bi


@given(tables(), st.integers(0, 4), st.floats(0, 20), st.floats(0, 20))
@twins
def test_als(mode, table, n_epochs, reg_u, reg_i):
    problem = (*both_ways(table), n_epochs, reg_u, reg_i)
    with mode(baselines):
        assert_close(baselines.als(*problem), naive_als(*problem))


def naive_baseline_sgd(by_user, n_items, mean, n_epochs, rate, reg):
    bu, bi = [0.0] * len(lists(by_user)), [0.0] * n_items
    for _ in range(n_epochs):
        for u, i, r in all_ratings(by_user):
            error = r - (mean + bu[u] + bi[i])
            bu[u] += rate * (error - reg * bu[u])
            bi[i] += rate * (error - reg * bi[i])
    return bu, bi


@given(tables(), st.integers(0, 4), st.floats(0, 0.2), st.floats(0, 1))
@twins
def test_sgd_of_baselines(mode, table, n_epochs, rate, reg):
    by_user, by_item, mean = both_ways(table)
    problem = (by_user, len(by_item[0]) - 1, mean, n_epochs, rate, reg)
    with mode(baselines):
        assert_close(baselines.sgd(*problem), naive_baseline_sgd(*problem))


# Slope one


def naive_difference(ur, i, j):
    """Mean of r_i − r_j over all pairs of ratings of one user, and their number."""
    found = [r - s for row in ur for k, r in row if k == i for m, s in row if m == j]
    return (sum(found) / len(found) if found and i != j else 0.0), len(found)


def naive_deviation(ur, u, i):
    if min(u, i) < 0:
        return math.nan
    found = [naive_difference(ur, i, j) for j, _ in ur[u]]
    relevant = [difference for difference, together in found if together]
    return sum(relevant) / len(relevant) if relevant else 0.0


@given(tables(), st.data())
@twins
def test_deviations(mode, table, data):
    by_user, by_item, _ = both_ways(table)
    (n_users, n_items), ur = table[1], lists(by_user)
    pair = st.tuples(st.integers(-1, n_items - 1), st.integers(-1, n_users - 1))
    pairs = sorted(data.draw(st.lists(pair, min_size=1, max_size=12)))
    items, users = np.array(pairs).T.copy()
    with mode(slope_one):
        got = slope_one.deviations(by_user, by_item, users, items)
        difference, together = slope_one.matrices(by_user, by_item)
    assert_close([got], [[naive_deviation(ur, u, i) for i, u in pairs]])
    expected = [[naive_difference(ur, i, j) for j in range(n_items)] for i in range(n_items)]
    assert_close([difference, together], np.moveaxis(np.array(expected), 2, 0))


@given(tables())
@twins
def test_deviations_of_one_user(mode, table):
    by_user, by_item, _ = both_ways(table)
    (n_users, n_items), ur = table[1], lists(by_user)
    with mode(slope_one):
        got = [slope_one.deviations_of(by_user, by_item, user) for user in range(n_users)]
        rows = [slope_one.row(by_user, by_item, item)[0] for item in range(n_items)]
    expected = [[naive_deviation(ur, u, i) for i in range(n_items)] for u in range(n_users)]
    assert_close(got, expected)
    differences = [[naive_difference(ur, i, j)[0] for j in range(n_items)] for i in range(n_items)]
    assert_close(rows, differences)


# Co-clusters


def mean_or(found, default):
    return sum(found) / len(found) if found else default


@given(tables(), st.integers(1, 4), st.integers(1, 4), st.integers(0, 99))
@twins
def test_averages(mode, table, n_cltr_u, n_cltr_i, seed):
    by_user, _, mean = both_ways(table)
    rng, (n_users, n_items) = np.random.default_rng(seed), table[1]
    cltr_u, cltr_i = rng.integers(n_cltr_u, size=n_users), rng.integers(n_cltr_i, size=n_items)
    found = [(cltr_u[u], cltr_i[i], r) for u, i, r in all_ratings(by_user)]
    expected = (
        [mean_or([r for c, _, r in found if c == own], mean) for own in range(n_cltr_u)],
        [mean_or([r for _, d, r in found if d == own], mean) for own in range(n_cltr_i)],
        [
            [mean_or([r for c, d, r in found if (c, d) == (a, b)], mean) for b in range(n_cltr_i)]
            for a in range(n_cltr_u)
        ],
    )
    with mode(co_clustering):
        got = co_clustering.averages(by_user, cltr_u, cltr_i, n_cltr_u, n_cltr_i, mean)
    assert_close(got, expected)


@given(tables(), st.integers(1, 4), st.integers(1, 4), st.integers(0, 99), st.booleans())
@twins
def test_assign(mode, table, n_own, n_other, seed, rows_are_users):
    by_user, _, _ = both_ways(table)
    rng, (n_users, n_items) = np.random.default_rng(seed), table[1]
    # Multiples of ¼: sums are exact, so that ties are ties in whatever order they are taken.
    quarters = [
        rng.integers(-8, 8, shape) / 4
        for shape in (n_users, n_items, n_own, n_other, (n_own, n_other))
    ]
    own_mean, other_mean, avg_own, avg_other, avg = quarters
    other_cltr, got = rng.integers(n_other, size=n_items), np.full(n_users, -1)
    indptr, columns, values = by_user
    by_user = (indptr, columns, np.round(4 * values) / 4)
    expected = []
    for u, row in enumerate(lists(by_user)):
        cost = [
            sum(
                (r - avg[c, d] - own_mean[u] + avg_own[c] - other_mean[i] + avg_other[d]) ** 2
                for i, r in row
                for d in [other_cltr[i]]
            )
            for c in range(n_own)
        ]
        expected.append(cost.index(min(cost)))
    with mode(co_clustering):
        means = own_mean, other_mean, avg_own, avg_other, avg
        co_clustering.assign(by_user, *means, other_cltr, got, rows_are_users)
    np.testing.assert_array_equal(got, expected)


# Sparse linear weights


def naive_slim(gram, l1, l2):
    """Every weight of a column is set to its best in turn, from the gradient made anew."""
    n = len(gram)
    weights = np.zeros((n, n))
    for i in range(n):
        for j in itertools.chain.from_iterable([range(n)] * 400):
            if j != i and gram[j][j] + l2 > 0:
                rest = gram[j][i] - sum(gram[j][k] * weights[k, i] for k in range(n) if k != j)
                weights[j, i] = max(0.0, (rest - l1) / (gram[j][j] + l2))
    return weights


@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 99), st.sampled_from([0.0, 0.3, 2.0]))
@settings(max_examples=30, deadline=None)
def test_slim(mode, n_users, n_items, seed, l1):
    preferred = np.random.default_rng(seed).integers(0, 3, (n_users, n_items)) / 2
    gram = preferred.T @ preferred
    with mode(slim):
        indptr, items, values = slim.descend(gram, l1, 0.5, 1e-12, 10_000)
    got = np.zeros((n_items, n_items))
    got[items, np.repeat(np.arange(n_items), np.diff(indptr))] = values
    np.testing.assert_allclose(got, naive_slim(gram, l1, 0.5), atol=1e-8)
    assert (values > 0).all()


# Random ratings


def grid(n_users, n_items):
    return np.repeat(np.arange(n_users), n_items), np.tile(np.arange(n_items), n_users)


def test_noise_is_standard_normal():
    draws = noise.standard_normal(0, *grid(400, 500))
    n = len(draws)
    assert abs(draws.mean()) < 5 / math.sqrt(n)
    assert abs(draws.var() - 1) < 5 * math.sqrt(2 / n)
    assert abs(scipy.stats.skew(draws)) < 5 * math.sqrt(6 / n)
    assert abs(scipy.stats.kurtosis(draws)) < 5 * math.sqrt(24 / n)
    assert scipy.stats.kstest(draws, "norm").pvalue > 0.001


def test_noise_of_neighbouring_ids_and_seeds_has_nothing_in_common():
    draws = noise.standard_normal(7, *grid(400, 500)).reshape(400, 500)
    next_seed = noise.standard_normal(8, *grid(400, 500)).reshape(400, 500)
    pairs = {
        "users": (draws[:-1], draws[1:]),
        "items": (draws[:, :-1], draws[:, 1:]),
        "diagonal": (draws[:-1, :-1], draws[1:, 1:]),
        "seeds": (draws, next_seed),
        "user and item exchanged": (draws[:, :400], draws[:, :400].T),
    }
    for what, (one, other) in pairs.items():
        off = ~np.eye(400, dtype=bool) if what.startswith("user and") else np.full(one.shape, True)
        for transform in (np.asarray, np.abs):
            correlation = np.corrcoef(transform(one)[off], transform(other)[off])[0, 1]
            assert abs(correlation) < 6 / math.sqrt(one.size), what


def test_noise_of_a_pair_does_not_depend_on_the_others():
    users, items = grid(20, 30)
    together = noise.standard_normal(3, users, items)
    backwards = noise.standard_normal(3, users[::-1].copy(), items[::-1].copy())
    np.testing.assert_array_equal(together, backwards[::-1])
    narrow = noise.standard_normal(3, users.astype(np.int32), items.astype(np.int32))
    np.testing.assert_array_equal(together, narrow)
    assert len(set(together.tolist())) == 600


def test_noise_of_the_unknown():
    users, items = np.array([-1, -1, 0, 5]), np.array([-1, 3, -1, -1])
    draws = noise.standard_normal(0, users, items)
    assert np.isfinite(draws).all()
    assert len(set(draws.tolist())) == 4


@given(st.integers(0, 2**32 - 1), st.lists(st.tuples(*[st.integers(-1, 2**31 - 2)] * 2)))
@settings(max_examples=50, deadline=None)
def test_noise_without_the_compiler(interpreted, seed, pairs):
    users, items = np.array(pairs, np.int64).reshape(-1, 2).T.copy()
    expected = noise.standard_normal(seed, users, items)
    with interpreted(noise), np.errstate(over="ignore"):
        got = noise.standard_normal(seed, users, items)
    np.testing.assert_allclose(got, expected, atol=1e-12)
    assert np.isfinite(got).all()


# Least squares of one side's factors


def conjugate_gradients(matrix, target, w, n_steps):
    """As in a textbook, with the matrix formed."""
    residual = target - matrix @ w
    direction = residual
    for _ in range(n_steps):
        step = (residual @ residual) / (direction @ matrix @ direction)
        w = w + step * direction
        following = residual - step * matrix @ direction
        direction = following + (following @ following) / (residual @ residual) * direction
        residual = following
    return w


@pytest.mark.parametrize("n_steps", [1, 3, 60])
@pytest.mark.parametrize("k", [1, 2, 7, 16])
def test_least_squares_of_factors(mode, k, n_steps):
    rng = np.random.default_rng(k)
    weights = np.round(rng.random((9, 20)) * (rng.random((9, 20)) < 0.4) * 8, 1)
    weights[4] = 0
    others, before = rng.normal(size=(20, k)), rng.normal(size=(9, k))
    squares = others.T @ others + 3 * np.eye(k)
    rows = csr(*np.nonzero(weights), weights[weights > 0].astype(np.float32), len(weights))
    found = before.astype(np.float32)
    with mode(als):
        als.improve(found, others.astype(np.float32), squares.astype(np.float32), rows, n_steps)
    for row, c in enumerate(weights):
        confidence = np.where(c > 0, c, 1.0)
        matrix = others.T @ (confidence[:, None] * others) + 3 * np.eye(k)
        target = others.T @ c
        if not c.any():
            expected = np.zeros(k)
        elif n_steps > k:  # that many solve it
            expected = np.linalg.solve(matrix, target)
        else:
            expected = conjugate_gradients(matrix, target, before[row], n_steps)
        np.testing.assert_allclose(found[row], expected, rtol=1e-3, atol=1e-4)


# Products of sparse matrices


@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 3, 70), (140, 20, 9)])
def test_products_of_sparse_matrices_are_those_of_scipy(mode, shape):
    n_rows, n_inner, n_columns = shape
    rng = np.random.default_rng(0)
    left, right = (
        scipy.sparse.random_array(size, density=0.3, rng=rng, format="csr")
        for size in ((n_rows, n_inner), (n_inner, n_columns))
    )
    chosen = rng.integers(0, n_rows, 2 * n_rows)
    parts = [(matrix.indptr, matrix.indices, matrix.data) for matrix in (left, right)]
    with mode(dense_rows):
        found = dense_rows.dense_rows(chosen, *parts, n_columns)
    np.testing.assert_array_equal(found, (left[chosen] @ right).toarray())
    turned = left.T.tocsr()
    both = [(matrix.indptr, matrix.indices, matrix.data) for matrix in (left, turned)]
    with mode(inner_products):
        found = inner_products.inner_products(*both)
    np.testing.assert_array_equal(found, (left @ turned).toarray())
