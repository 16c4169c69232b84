"""Similarities and the k nearest neighbours against naive twins, compiled and not."""

from __future__ import annotations

import heapq
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from surprise import similarities as surprises

from recli.algorithms import Configured
from recli.kernels import neighbours as kernel
from recli.kernels.counting_sort import order_by
from recli.kernels.csr import csr
from recli.kernels.select import kth_largest


def neighbourhood(xs, ys, values, shape, measure, min_support=1, shrinkage=100.0):
    """As `Neighbours._near` makes it of the rows of a table."""
    n_x, n_y = shape
    xs, ys = np.asarray(xs, np.int32), np.asarray(ys, np.int32)
    y_indptr, y_xs, y_values = csr(ys, xs, np.asarray(values, np.float64), n_y)
    x_indptr, order = order_by(y_xs, n_x)
    return kernel.Neighbourhood(
        x_indptr=x_indptr,
        x_ys=np.repeat(np.arange(n_y), np.diff(y_indptr))[order],
        x_values=y_values[order],
        y_indptr=y_indptr,
        y_xs=y_xs,
        y_values=y_values,
        measure=kernel.MEASURES.index(measure),
        min_support=min_support,
        shrinkage=float(shrinkage),
    )


def lists(near):
    """Ratings by y as Surprise holds them."""
    return {
        y: list(zip(near.y_xs[start:end].tolist(), near.y_values[start:end].tolist(), strict=True))
        for y, (start, end) in enumerate(itertools.pairwise(near.y_indptr))
    }


@st.composite
def tables(draw, values, max_ratings=25):
    """Rows (x, y, value): pairs repeat, some x and y have none, one x or y may be all there is."""
    n_x, n_y = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    row = st.tuples(st.integers(0, n_x - 1), st.integers(0, n_y - 1), values)
    rows = draw(st.lists(row, max_size=max_ratings))
    xs, ys, found = zip(*rows, strict=True) if rows else ((), (), ())
    return xs, ys, found, (n_x, n_y)


HALF_STARS = st.integers(1, 10).map(lambda n: n / 2)
QUARTERS = st.integers(-12, 12).map(lambda n: n / 4)
CONTINUOUS = st.floats(0.5, 5)
SAME = st.just(0.7)
MEASURES = st.sampled_from(kernel.MEASURES)


# Similarities


def exact_similarity(yr, x, other, near):
    """By the formulas of Surprise's documentation in rational numbers; multiples of ¼ only."""
    if x == other:
        return 1.0
    common = [
        (Fraction(r), Fraction(q))
        for ratings in yr.values()
        for x1, r in ratings
        for x2, q in ratings
        if (x1, x2) == (x, other)
    ]
    n = len(common)
    if n == 0 or n < near.min_support:
        return 0.0
    measure = kernel.MEASURES[near.measure]
    if measure == "msd":
        return float(1 / (sum((r - q) ** 2 for r, q in common) / n + 1))
    if measure == "pearson":
        mean_r, mean_q = (sum(side) / n for side in zip(*common, strict=True))
        common = [(r - mean_r, q - mean_q) for r, q in common]
    under = sum(r * r for r, _ in common) * sum(q * q for _, q in common)
    if under == 0:
        return 0.0
    similarity = float(sum(r * q for r, q in common)) / math.sqrt(under)
    if measure != "pearson_baseline":
        return similarity
    return similarity * (n - 1) / (n - 1 + near.shrinkage)


def exact_similarities(near):
    yr, n_x = lists(near), len(near.x_indptr) - 1
    return np.array([[exact_similarity(yr, x, z, near) for z in range(n_x)] for x in range(n_x)])


def supported(measure, least):
    """Surprise's `pearson_baseline` never goes below two, nor does recli."""
    return max(2, least) if measure == "pearson_baseline" else least


@pytest.mark.parametrize("measure", kernel.MEASURES)
@given(table=tables(HALF_STARS | QUARTERS), least=st.integers(1, 4), shrinkage=st.integers(0, 200))
@settings(max_examples=120, deadline=None)
def test_similarities_equal_their_twin(measure, table, least, shrinkage):
    near = neighbourhood(*table, measure, supported(measure, least), shrinkage)
    np.testing.assert_allclose(
        kernel.similarities(near), exact_similarities(near), rtol=0, atol=1e-12
    )


@pytest.mark.parametrize("measure", kernel.MEASURES)
@given(table=tables(HALF_STARS))
@settings(max_examples=25, deadline=None)
def test_similarities_equal_their_twin_without_the_compiler(measure, table, interpreted):
    near = neighbourhood(*table, measure, supported(measure, 1))
    with interpreted(kernel):
        got = kernel.similarities(near)
    np.testing.assert_allclose(got, exact_similarities(near), rtol=0, atol=1e-12)


@pytest.mark.parametrize("measure", kernel.MEASURES)
@pytest.mark.parametrize(
    # A correlation with somebody's constant rating is rounding alone where that is no half star.
    ("values", "tolerance"),
    [(HALF_STARS, 1e-12), (CONTINUOUS, 1e-5), (SAME, 1e-5)],
    ids=["half stars", "continuous", "constant"],
)
@given(data=st.data(), least=st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_similarities_equal_surprises(measure, values, tolerance, data, least):
    table = data.draw(tables(values))
    near = neighbourhood(*table, measure, supported(measure, least))
    n_x = table[3][0]
    more = (0.0, np.zeros(n_x), np.zeros(table[3][1]), 100.0)
    arguments = more if measure == "pearson_baseline" else ()
    theirs = getattr(surprises, measure)(n_x, lists(near), least, *arguments)
    # Rounding makes some of those NaN in Surprise.
    expected = np.nan_to_num(theirs)
    np.testing.assert_allclose(kernel.similarities(near), expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("measure", kernel.MEASURES)
def test_similarities_of_equal_ratings_are_finite(measure):
    for value in (0.1, 0.7, 1.1, 3.3):
        for n in range(2, 12):
            random = np.random.default_rng(n).uniform(1, 5, n)
            table = ([0] * n + [1] * n, [*range(n)] * 2, [*[value] * n, *random], (2, n))
            assert np.isfinite(kernel.similarities(neighbourhood(*table, measure))).all()


# Which neighbours count


def nearest(similarities, deviations, k):
    """Mean and number of the k largest as `heapq.nlargest` finds them, of those the positive ones."""
    found = heapq.nlargest(k, zip(similarities, deviations, strict=True), key=lambda pair: pair[0])
    positive = [(weight, deviation) for weight, deviation in found if weight > 0]
    weights = sum(weight for weight, _ in positive)
    weighted = sum(weight * deviation for weight, deviation in positive)
    return (weighted / weights if positive else math.nan), len(positive)


SIMILARITIES = st.sampled_from([-1.0, -0.5, 0.0, 1e-300, 0.25, 0.5, 1.0]) | st.floats(-1, 1)
ROWS = st.one_of(
    st.lists(SIMILARITIES, min_size=1, max_size=40),
    st.lists(st.sampled_from([0.3, 0.3, 0.3, 0.7]), min_size=1, max_size=40),
    # Neighbours in floating point, which no bisection parts, and values far from 0 to 1.
    st.lists(st.integers(0, 9).map(lambda n: 0.5 + n * 2**-53), min_size=1, max_size=40),
    st.lists(st.floats(1e-9, 2e-9), min_size=1, max_size=40).map(lambda row: [*row, 1e9]),
)


def check_nearest(row, k):
    similarities = np.array(row)
    deviations = np.sqrt(np.arange(2.0, 2.0 + len(row)))  # tell from every mean who counted
    mean, count = kernel._mean(similarities, deviations, k, np.empty(len(row) + 1, np.int64))
    expected, expected_count = nearest(row, deviations.tolist(), k)
    assert count == expected_count
    assert mean == pytest.approx(expected, rel=1e-12, nan_ok=True)


@given(ROWS, st.integers(1, 70))
@settings(max_examples=500, deadline=None)
def test_the_k_nearest_are_those_of_a_heap(row, k):
    check_nearest(row, k)


@given(ROWS, st.integers(1, 70))
@settings(max_examples=100, deadline=None)
def test_the_k_nearest_are_those_of_a_heap_without_the_compiler(interpreted, row, k):
    with interpreted(kernel):
        check_nearest(row, k)


@given(ROWS, st.integers(1, 70))
@settings(max_examples=200, deadline=None)
def test_the_threshold_is_not_above_the_kth(row, k):
    threshold = kernel._below_the_kth(np.array(row), k)
    positive = sorted((similarity for similarity in row if similarity > 0), reverse=True)
    assert threshold > 0
    assert all(similarity >= threshold for similarity in positive[:k])


@given(st.lists(st.floats(-9, 9) | st.sampled_from([0.0, 1.0]), min_size=1), st.data())
@settings(max_examples=300, deadline=None)
def test_kth_largest(values, data):
    k = data.draw(st.integers(1, len(values)))
    expected = sorted(values, reverse=True)[k - 1]
    for function in (kth_largest, kth_largest.py_func):
        padded = np.array([*values, 99.0])  # beyond `size`, which must not be looked at
        assert function(padded, len(values), k) == expected
        assert sorted(padded[:-1]) == sorted(values)
        assert padded[-1] == 99.0


# Weighted means


def naive_aggregate(near, sim, xs, ys, deviations, k):
    """As surprise.KNNBasic.estimate does it."""
    means, counts = [], []
    for x, y in zip(xs, ys, strict=True):
        rated = [] if min(x, y) < 0 else range(near.y_indptr[y], near.y_indptr[y + 1])
        similarities = [sim[x, near.y_xs[rating]] for rating in rated]
        mean, count = nearest(similarities, [deviations[rating] for rating in rated], k)
        means.append(mean)
        counts.append(count)
    return np.array(means), np.array(counts)


def agree(got, expected):
    np.testing.assert_allclose(got[0], expected[0], rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(got[1], expected[1])


@st.composite
def problems(draw, values):
    """Pairs to predict, grouped by x, with unknown x and y, and a deviation for each rating."""
    table = draw(tables(values))
    (n_x, n_y), n = table[3], len(table[0])
    measure = draw(MEASURES)
    near = neighbourhood(*table, measure, supported(measure, draw(st.integers(1, 3))), 10)
    pair = st.tuples(st.integers(-1, n_x - 1), st.integers(-1, n_y - 1))
    xs, ys = np.array(sorted(draw(st.lists(pair, min_size=1, max_size=12)))).T.copy()
    deviations = np.array(draw(st.lists(st.floats(-4, 4), min_size=n, max_size=n)), np.float64)
    return near, xs, ys, deviations, draw(st.integers(1, 8) | st.just(10**15))


@given(problems(HALF_STARS) | problems(CONTINUOUS) | problems(QUARTERS) | problems(SAME))
@settings(max_examples=400, deadline=None)
def test_aggregate_equals_its_twin(problem):
    near, *pairs = problem
    expected = naive_aggregate(near, kernel.similarities(near), *pairs)
    agree(kernel.aggregate(near, *pairs), expected)


@given(problems(HALF_STARS))
@settings(max_examples=60, deadline=None)
def test_aggregate_equals_its_twin_without_the_compiler(interpreted, problem):
    near, *pairs = problem
    with interpreted(kernel):
        agree(kernel.aggregate(*problem), naive_aggregate(near, kernel.similarities(near), *pairs))


@given(problems(HALF_STARS), st.data())
@settings(max_examples=100, deadline=None)
def test_aggregate_with_any_similarities(interpreted, problem, data):
    near, *pairs = problem
    n_x = len(near.x_indptr) - 1
    drawn = st.lists(SIMILARITIES, min_size=n_x**2, max_size=n_x**2)
    sim = np.array(data.draw(drawn)).reshape(n_x, n_x)

    def given_row(near, x, row, sums):
        row[:] = sim[x]

    with interpreted(kernel), pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "_fill_row", given_row)
        agree(kernel.aggregate(*problem), naive_aggregate(near, sim, *pairs))


@pytest.mark.parametrize("k", [1, 2, 3, 7, 40, 400, 10**15])
@pytest.mark.parametrize("measure", kernel.MEASURES)
def test_aggregate_on_many_ratings_with_ties(measure, k):
    rng = np.random.default_rng(k % 1000)
    n, shape = 2000, (60, 30)
    xs, ys = rng.integers(shape[0], size=n), rng.integers(shape[1], size=n)
    near = neighbourhood(xs, ys, rng.integers(1, 6, n), shape, measure, 2)
    pairs = np.repeat(np.arange(60), 30), np.tile(np.arange(30), 60), rng.normal(size=n), k
    agree(kernel.aggregate(near, *pairs), naive_aggregate(near, kernel.similarities(near), *pairs))


def test_of_equal_similarities_the_first_counts():
    # Everyone rated item 0 with 3, so that all similarities are 1; item 1 is the one to predict.
    xs, ys = [0, 1, 2, 3, 4, 2, 4, 1, 3], [0, 0, 0, 0, 0, 1, 1, 1, 1]
    near = neighbourhood(xs, ys, [3.0] * 9, (5, 2), "msd")
    deviations = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 4.0, 8.0])
    for k, mean in ((1, 1.0), (2, 1.5), (3, 7 / 3), (4, 3.75), (5, 3.75)):
        means, counts = kernel.aggregate(near, np.array([0]), np.array([1]), deviations, k)
        assert (means[0], counts[0]) == (pytest.approx(mean), min(k, 4))


def test_the_order_of_pairs_of_one_x_does_not_matter():
    near = neighbourhood([0, 1, 2, 0, 1], [0, 0, 0, 1, 1], [1, 2, 3, 4, 5], (3, 2), "msd")
    deviations = near.y_values
    ahead = kernel.aggregate(near, np.array([0, 0, 2]), np.array([0, 1, 1]), deviations, 2)
    back = kernel.aggregate(near, np.array([2, 0, 0]), np.array([1, 1, 0]), deviations, 2)
    np.testing.assert_array_equal(ahead[0], back[0][::-1])


# One y and every x


@pytest.mark.parametrize("measure", kernel.MEASURES)
@pytest.mark.parametrize("values", [HALF_STARS, SAME], ids=["half stars", "ties"])
@given(data=st.data(), k=st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_all_of_one_y_are_those_pair_by_pair(measure, values, data, k):
    """To the last digit: with ties, rounding decides who is a neighbour."""
    table = data.draw(tables(values))
    near = neighbourhood(*table, measure, supported(measure, 1))
    n_x, n_y = table[3]
    deviations = near.y_values
    for y in range(n_y):
        expected = kernel.aggregate(near, np.arange(n_x), np.full(n_x, y), deviations, k)
        for got, want in zip(kernel.aggregate_all(near, y, deviations, k), expected, strict=True):
            np.testing.assert_array_equal(got, want)


def test_items_of_few_users_are_estimated_as_pair_by_pair(small):
    """Item-based, with more raters than neighbours, and for users who take either way."""
    for name in ("knn-basic", "knn-with-zscore"):
        given = {"sim_options.user_based": "false", "k": 7}
        trainset = small.trainset()
        algorithm = Configured.of(name, given).create(0).fit(trainset)
        items = np.arange(trainset.n_catalogue)
        for users in (np.array([3, -1]), np.arange(60) % trainset.n_users):
            scores = algorithm._estimate_users(users)
            pairs = np.repeat(users, len(items)), np.tile(items, len(users))
            np.testing.assert_array_equal(scores.ravel(), algorithm.estimate_pairs(*pairs))
