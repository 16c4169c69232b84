"""Weighted least squares of one side's factors, row by row, in single precision."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit
from recli.kernels import FAST
from recli.kernels.csr import Csr

_NOTHING_LEFT = 1e-20  # squared length of a residual


@njit(cache=True, nogil=True, fastmath=FAST)
def improve(
    factors: np.ndarray, others: np.ndarray, squares: np.ndarray, rows: Csr, n_steps: int
) -> None:
    """Some steps of conjugate gradients towards the least Σ c_i (x_i − w · q_i)² + reg |w|² of each row.

    x_i is 1 for what the row prefers, and 0 with c_i = 1 for all other i, so that the sum over these
    is one product with QᵀQ and a step costs what the row prefers: its factors are gathered once, and
    stay in the cache. O(n_steps · (n_preferred · k + n_rows · k²)).

    Args:
        factors: float32[n_rows, k], the w; improved in place; 0 for rows that prefer nothing, NaN for
            those whose numbers are too large for single precision.
        others: float32[n_others, k], the q.
        squares: float32[k, k], QᵀQ + reg I.
        rows: What each row prefers, and the c, float32 and above 0.
        n_steps: How many.
    """
    indptr, columns, confidence = rows
    k = factors.shape[1]
    one = np.float32(1)
    most = 0
    for row in range(len(factors)):
        most = max(most, indptr[row + 1] - indptr[row])
    own = np.empty((most, k), np.float32)
    residual, direction, product = (
        np.empty(k, np.float32),
        np.empty(k, np.float32),
        np.empty(k, np.float32),
    )
    for row in range(len(factors)):
        begin, n = indptr[row], indptr[row + 1] - indptr[row]
        w = factors[row]
        if n == 0:
            w[:] = 0
            continue
        _multiply(squares, w, residual)
        for f in range(k):
            residual[f] = -residual[f]
        for i in range(n):
            q, there = own[i], others[columns[begin + i]]
            for f in range(k):
                q[f] = there[f]
            c = confidence[begin + i]
            weight = c - (c - one) * _dot(q, w)
            for f in range(k):
                residual[f] += weight * q[f]
        direction[:] = residual
        length = _dot(residual, residual)
        for _ in range(n_steps):
            if length < _NOTHING_LEFT:
                break
            _multiply(squares, direction, product)
            for i in range(n):
                q = own[i]
                weight = (confidence[begin + i] - one) * _dot(q, direction)
                for f in range(k):
                    product[f] += weight * q[f]
            curvature = _dot(direction, product)
            if curvature == np.inf:  # a step of 0 would pass for the end: this is seen afterwards
                w[:] = np.nan
                break
            step = length / curvature
            for f in range(k):
                w[f] += step * direction[f]
                residual[f] -= step * product[f]
            before, length = length, _dot(residual, residual)
            share = length / before
            for f in range(k):
                direction[f] = residual[f] + share * direction[f]


@njit(cache=True, nogil=True, fastmath=FAST)
def _dot(x: np.ndarray, y: np.ndarray) -> np.float32:
    total = np.float32(0)
    for f in range(len(x)):
        total += x[f] * y[f]
    return total


@njit(cache=True, nogil=True, fastmath=FAST)
def _multiply(matrix: np.ndarray, x: np.ndarray, result: np.ndarray) -> None:
    for f in range(len(x)):
        result[f] = _dot(matrix[f], x)
