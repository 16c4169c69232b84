"""Ratings grouped by row against numpy's stable sort."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recli.kernels.counting_sort import order_by
from recli.kernels.csr import csr

ROWS = st.integers(1, 9).flatmap(
    lambda n: st.tuples(st.lists(st.integers(0, n - 1), max_size=60), st.just(n))
)
DTYPES = st.sampled_from([np.int32, np.int64])


@pytest.mark.parametrize("function", [order_by, order_by.py_func], ids=["compiled", "interpreted"])
@given(problem=ROWS, dtype=DTYPES)
@settings(deadline=None)
def test_order_by_is_numpys_stable_argsort(function, problem, dtype):
    rows, n_rows = np.array(problem[0], dtype), problem[1]
    indptr, order = function(rows, n_rows)
    assert indptr.dtype == order.dtype == np.int64
    np.testing.assert_array_equal(order, np.argsort(rows, kind="stable"))
    np.testing.assert_array_equal(
        indptr, np.searchsorted(np.sort(rows), np.arange(n_rows + 1), side="left")
    )


def test_order_by_of_nothing():
    indptr, order = order_by(np.empty(0, np.int32), 0)
    assert (indptr.tolist(), order.tolist()) == ([0], [])


@given(ROWS, st.randoms())
@settings(deadline=None)
def test_csr_keeps_the_order_within_a_row(problem, random):
    rows, n_rows = problem
    columns = [random.randrange(5) for _ in rows]
    values = [random.random() for _ in rows]
    indptr, found, of_values = csr(
        np.array(rows, np.int32), np.array(columns, np.int32), np.array(values, float), n_rows
    )
    assert len(indptr) == n_rows + 1
    assert (found.dtype, of_values.dtype) == (np.int32, np.float64)
    for row in range(n_rows):
        expected = [(c, v) for r, c, v in zip(rows, columns, values, strict=True) if r == row]
        mine = slice(indptr[row], indptr[row + 1])
        assert list(zip(found[mine], of_values[mine], strict=True)) == expected
