"""The largest numbers of each row of a sparse matrix, or of a product of two that nobody else needs."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit
from recli.kernels.csr import Csr
from recli.kernels.dense_rows import add_row
from recli.kernels.select import kth_largest

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]
"""How many each row has, int64[n_rows], then columns int32 and values float64, row after row."""


@njit(cache=True, nogil=True)
def _shortened(
    values: np.ndarray, columns: np.ndarray, size: int, k: int, scratch: np.ndarray
) -> int:
    """Leave out, in place, most of what is below the `k`-th largest; returns how many are left.

    Whenever four times `k` have come together, those below the `k`-th largest of them go, and what is as
    small is not taken any more: of values in no order about k log(size / k) are, and all others are only
    compared.
    """
    bound, left, at_most = -np.inf, 0, 4 * k
    for i in range(size):
        if values[i] >= bound:
            values[left], columns[left] = values[i], columns[i]
            left += 1
            if left == at_most:
                scratch[:left] = values[:left]
                bound = kth_largest(scratch, left, k)
                gathered, left = left, 0
                for j in range(gathered):
                    if values[j] >= bound:
                        values[left], columns[left] = values[j], columns[j]
                        left += 1
                at_most = 4 * max(k, left)  # of equal ones there may be any number
    return left


@njit(cache=True, nogil=True)
def _keep(
    values: np.ndarray,
    columns: np.ndarray,
    size: int,
    places: np.ndarray,
    k: int,
    scratch: np.ndarray,
    to: int,
    kept_columns: np.ndarray,
    kept_values: np.ndarray,
) -> int:
    """Write the `k` largest of the first `size` values to `kept_…` from `to` on, in the order given.

    Values and columns are moved. Of equal values those with the smallest places stay. Returns where the
    next row begins.
    """
    edge, last_place = 0.0, np.int64(-1)
    size = _shortened(values, columns, size, k, scratch)
    if size > k:
        scratch[:size] = values[:size]
        edge = kth_largest(scratch, size, k)
        n_above = n_at = 0
        for i in range(size):
            n_above += values[i] > edge
            n_at += values[i] == edge
        at, n = np.empty(n_at, np.int64), 0
        for i in range(size):
            if values[i] == edge:
                at[n] = places[columns[i]]
                n += 1
        last_place = np.sort(at)[k - n_above - 1]
    for i in range(size):
        value = values[i]
        if value > edge or (value == edge and places[columns[i]] <= last_place):
            kept_columns[to], kept_values[to] = columns[i], value
            to += 1
    return to


@njit(cache=True, nogil=True)
def strongest_of_rows(rows: Csr, first: int, places: np.ndarray, k: int) -> Rows:
    """The `k` largest positive values of each row off the diagonal, in the order of the row.

    Args:
        rows: Those from row `first` of a square matrix on.
        first: See there.
        places: int64[n_columns], all different. Of equal values those with the smallest stay.
        k: At least 1.

    Returns:
        What stays.
    """
    indptr, columns, numbers = rows
    n_rows, n = len(indptr) - 1, len(places)
    counts = np.empty(n_rows, np.int64)
    at_most = 0
    for row in range(n_rows):
        at_most += min(k, indptr[row + 1] - indptr[row])
    kept_columns, kept_values = np.empty(at_most, np.int32), np.empty(at_most)
    own, values, scratch = np.empty(n, np.int32), np.empty(n), np.empty(n)
    end = 0
    for row in range(n_rows):
        size = 0
        for i in range(indptr[row], indptr[row + 1]):
            if numbers[i] > 0 and columns[i] != first + row:
                own[size], values[size] = columns[i], numbers[i]
                size += 1
        begin = end
        end = _keep(values, own, size, places, k, scratch, begin, kept_columns, kept_values)
        counts[row] = end - begin
    return counts, kept_columns[:end].copy(), kept_values[:end].copy()  # the rest is let go


@njit(cache=True, nogil=True)
def strongest_of_products(
    left: Csr,
    right: Csr,
    first: int,
    n_rows: int,
    norms: np.ndarray,
    shrinkage: float,
    places: np.ndarray,
    k: int,
) -> Rows:
    """As `strongest_of_rows`, of (left @ right)[i, j] / (norms[i] norms[j] + shrinkage).

    A row of the product is gathered at its full length, and nothing of it is kept but its largest. What
    is added is added in the order of scipy's product of sparse matrices. O(Σ over the entries of the left
    rows of the lengths of their right rows), and O(n_columns) memory beside the result.

    Args:
        left: float64[n_columns, n_inner].
        right: float64[n_inner, n_columns].
        first: The first row.
        n_rows: How many, from there on.
        norms: float64[n_columns], above 0 where there is something.
        shrinkage: At least 0.
        places: int64[n_columns], all different. Of equal values those with the smallest stay.
        k: At least 1.

    Returns:
        What stays, by ascending columns.
    """
    left_indptr, left_columns, left_values = left
    right_indptr, right_columns, right_values = right
    n = len(places)
    counts = np.empty(n_rows, np.int64)
    kept_columns, kept_values = np.empty(n_rows * min(k, n), np.int32), np.empty(n_rows * min(k, n))
    sums, touched_by = np.zeros(n), np.full(n, -1, np.int64)
    columns, values, scratch = np.empty(n, np.int32), np.empty(n), np.empty(n)
    end = 0
    for row in range(first, first + n_rows):
        n_terms = 0
        for i in range(left_indptr[row], left_indptr[row + 1]):
            inner = left_columns[i]
            n_terms += right_indptr[inner + 1] - right_indptr[inner]
        size = 0
        if n_terms >= n:  # all columns are looked at, which is cheaper than to remember which to
            add_row(row, left, right, sums)
            sums[row] = 0.0
            for column in range(n):
                if sums[column] > 0:
                    value = sums[column] / (norms[row] * norms[column] + shrinkage)
                    columns[size], values[size] = column, value
                    size += value > 0
            sums[:] = 0.0
        else:
            n_touched = 0
            for i in range(left_indptr[row], left_indptr[row + 1]):
                inner, x = left_columns[i], left_values[i]
                for j in range(right_indptr[inner], right_indptr[inner + 1]):
                    column = right_columns[j]
                    if touched_by[column] != row:
                        touched_by[column] = row
                        columns[n_touched] = column
                        n_touched += 1
                    sums[column] += x * right_values[j]
            columns[:n_touched].sort()
            for i in range(n_touched):
                column = columns[i]
                if column != row:
                    value = sums[column] / (norms[row] * norms[column] + shrinkage)
                    columns[size], values[size] = column, value
                    size += value > 0
                sums[column] = 0.0
        begin = end
        end = _keep(values, columns, size, places, k, scratch, begin, kept_columns, kept_values)
        counts[row - first] = end - begin
    return counts, kept_columns[:end].copy(), kept_values[:end].copy()  # the rest is let go
