"""The best of each row: compiled for many rows, by partition for one; both as sorting gives it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recli import kernels
from recli.algorithms import best
from recli.data.tie_order import TieOrder
from tests.tie_draws import mixed


def order_of(shape):
    """Keys for each row and each column; no two columns have the same."""
    rng = np.random.default_rng(8)
    columns = rng.choice(2**32, shape[1], replace=False)
    return TieOrder(rng.integers(0, 2**32, shape[0]), columns)


def sorted_lists(scores, n):
    """Columns of each row by score and then by their draw, without those that are excluded."""
    order = order_of(scores.shape)

    def key(row, column):
        return -scores[row, column], mixed(int(order.rows[row]) ^ int(order.columns[column]))

    return [
        sorted(np.flatnonzero(own > -np.inf), key=lambda column: key(row, column))[:n]
        for row, own in enumerate(scores)
    ]


def compiled_best(scores, n):
    order = order_of(scores.shape)
    return kernels.top.best(scores, n, order.rows, order.columns)


def random_scores(seed, shape):
    """With many ties, rows that are excluded in part and one that is excluded altogether."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(-3, 4, shape).astype(float)
    scores[rng.random(shape) < 0.3] = -np.inf
    scores[-1] = -np.inf
    scores[0, 0] = -1e300
    return scores


@pytest.mark.parametrize("n", [1, 2, 7, 19, 20])
@pytest.mark.parametrize("shape", [(1, 20), (2, 20), (9, 20)])
def test_as_sorting_gives_it(n, shape):
    scores = random_scores(n, shape)
    rows, places, columns = best(scores, n, order_of(shape))
    found = [columns[rows == row].tolist() for row in range(len(scores))]
    assert found == sorted_lists(scores, n)
    assert all(places[rows == row].tolist() == list(range(len(found[row]))) for row in rows)


@pytest.mark.parametrize("slope", [1.0, -1.0, 0.0])
def test_scores_in_order(slope):
    both = np.tile(slope * np.arange(20.0), (2, 1))
    assert compiled_best(both, 5).tolist() == sorted_lists(both, 5)


def test_a_long_list():
    scores = random_scores(0, (3, 400))
    rows, _, columns = best(scores, 300, order_of(scores.shape))
    assert [columns[rows == row].tolist() for row in range(3)] == sorted_lists(scores, 300)


@given(st.integers(0, 2**32 - 1), st.integers(1, 400), st.integers(1, 140), st.integers(1, 300))
@example(0, 1, 1, 1)  # one item
@example(0, 5, 128, 2)  # fewer candidates than places
@example(0, 129, 128, 300)  # as many places as groups of columns, one of which has two
@example(0, 400, 129, 1)  # more places than groups, all scores alike
def test_rows_of_any_length(seed, n_columns, n, n_values):
    """Many ties or few, and any share of the items that are no candidates."""
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, n_values, (3, n_columns)).astype(float)
    scores[rng.random(scores.shape) < rng.random()] = -math.inf
    scores[2] = -math.inf
    found = compiled_best(scores, n)
    assert [row[row >= 0].tolist() for row in found] == sorted_lists(scores, n)
    assert all((np.sort(row < 0) == (row < 0)).all() for row in found), "nothing after the end"


def test_interpreted(interpreted):
    scores = random_scores(4, (6, 30))
    compiled = compiled_best(scores, 6)
    with interpreted(kernels.top):
        np.testing.assert_array_equal(compiled_best(scores, 6), compiled)


def test_nothing_is_asked_for():
    assert [len(part) for part in best(np.ones((3, 4)), 0, order_of((3, 4)))] == [0, 0, 0]
