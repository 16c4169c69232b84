"""Compiled kernels against naive twins, with the compiler and without it."""

from __future__ import annotations

import heapq

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recli.algorithms._kernels import neighbours as kernel


def naive(xs, ys, sim, indptr, neighbours, deviations, k):
    """As surprise.KNNBasic.estimate takes them: the k nearest, of those the positive ones."""
    sums, weights, counts = [], [], []
    for x, y in zip(xs, ys, strict=True):
        rated = [] if min(x, y) < 0 else range(indptr[y], indptr[y + 1])
        candidates = [(sim[x, neighbours[rating]], deviations[rating]) for rating in rated]
        nearest = heapq.nlargest(k, candidates, key=lambda pair: pair[0])
        positive = [(similarity, deviation) for similarity, deviation in nearest if similarity > 0]
        sums.append(sum(similarity * deviation for similarity, deviation in positive))
        weights.append(sum(similarity for similarity, _ in positive))
        counts.append(len(positive))
    return np.array(sums), np.array(weights), np.array(counts)


@st.composite
def problems(draw):
    """Few distinct similarities, so that ties abound; empty rows, duplicates, unknown x and y."""
    n_x, n_y = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    similarity = st.sampled_from([-1.0, -0.5, 0.0, 0.25, 0.5, 0.5, 1.0]) | st.floats(-1, 1)
    sim = np.array(draw(st.lists(similarity, min_size=n_x**2, max_size=n_x**2))).reshape(n_x, n_x)
    rows = draw(
        st.lists(st.lists(st.integers(0, n_x - 1), max_size=12), min_size=n_y, max_size=n_y)
    )
    neighbours = np.array([x for row in rows for x in row], np.int32)
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    deviations = draw(
        st.lists(st.floats(-4, 4), min_size=len(neighbours), max_size=len(neighbours))
    )
    pair = st.tuples(st.integers(-1, n_x - 1), st.integers(-1, n_y - 1))
    pairs = draw(st.lists(pair, min_size=1, max_size=8))
    xs, ys = np.array(pairs, np.int64).T.copy()
    k = draw(st.integers(1, 15))
    return xs, ys, sim, indptr, neighbours, np.array(deviations, np.float64), k


def agree(got, expected):
    for array, wanted in zip(got[:2], expected[:2], strict=True):
        np.testing.assert_allclose(array, wanted, rtol=1e-13, atol=1e-12)
    np.testing.assert_array_equal(got[2], expected[2])


@given(problems())
@settings(max_examples=300, deadline=None)
def test_aggregate_equals_its_twin(problem):
    agree(kernel.aggregate(*problem), naive(*problem))


@given(problems())
@settings(max_examples=100, deadline=None)
def test_aggregate_equals_its_twin_without_the_compiler(problem):
    compiled = kernel._worse
    kernel._worse = compiled.py_func
    try:
        agree(kernel.aggregate.py_func(*problem), naive(*problem))
    finally:
        kernel._worse = compiled


@pytest.mark.parametrize("k", [1, 2, 3, 7, 400, 10**15])
def test_aggregate_on_many_ratings_with_ties(k):
    rng = np.random.default_rng(k)
    n_x, n = 50, 400
    sim = np.round(rng.uniform(-0.3, 1, (n_x, n_x)), 1)
    neighbours = rng.integers(0, n_x, n).astype(np.int32)
    deviations = rng.normal(size=n)
    xs = np.arange(n_x)
    problem = (xs, np.zeros(n_x, int), sim, np.array([0, n]), neighbours, deviations, k)
    agree(kernel.aggregate(*problem), naive(*problem))


def test_of_equal_similarities_the_first_counts():
    sim = np.full((1, 1), 0.5)
    deviations = np.array([1.0, 2.0, 4.0, 8.0])
    row = (np.array([0]), np.array([0]), sim, np.array([0, 4]), np.zeros(4, np.int32), deviations)
    sums, weights, counts = kernel.aggregate(*row, 2)
    assert (sums.tolist(), weights.tolist(), counts.tolist()) == ([1.5], [1.0], [2])


def test_the_order_of_leaving_the_heap():
    row, neighbours = np.array([0.1, 0.9]), np.array([0, 1, 1])
    for worse in (kernel._worse, kernel._worse.py_func):
        assert worse(row, neighbours, 0, 1)
        assert not worse(row, neighbours, 1, 0)
        assert worse(row, neighbours, 2, 1)
        assert not worse(row, neighbours, 1, 2)
