"""Sparse linear weights between items, by coordinate descent on their common preferences."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit
from recli.kernels import FAST
from recli.kernels.select import kth_largest

_FIRST = 32  # items that are tried at first


@njit(cache=True, nogil=True, fastmath=FAST)
def descend(
    gram: np.ndarray,
    l1: float,
    l2: float,
    tolerance: float,
    max_sweeps: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For every item i the w ≥ 0, w_i = 0, with the least |x_i − X w|² / 2 + l2 |w|² / 2 + l1 Σ w.

    By coordinate descent in a working set, which grows until no item outside gains by a weight: weights
    are few, and their products, gathered in one small matrix, stay in the cache. The gradient
    g_j = (Xᵀ(x_i − X w))_j of all items follows when the working set is solved: when w_k changes by d,
    every g_j changes by −d gram_jk. Of those outside the ones are taken that lower the sum most by
    themselves, at most as many as there are inside.

    Args:
        gram: float64[n, n], XᵀX, not negative.
        l1: Pull of weights to 0 by their sum.
        l2: Pull of weights to 0 by their squares.
        tolerance: It stops when no weight of a sweep changes by more.
        max_sweeps: Or after so many sweeps.

    Returns:
        The weights that are not 0 item by item: where those of each i begin, int64[n + 1], the items j,
        int32, and the w_j, float64.
    """
    n = len(gram)
    indptr = np.zeros(n + 1, np.int64)
    items, weights = np.empty(16 * n, np.int32), np.empty(16 * n)
    gradient, diagonal = np.empty(n), np.diag(gram).copy()
    chosen, w, is_in = np.empty(n, np.int64), np.empty(n), np.zeros(n, np.bool_)
    gains, scratch = np.empty(n), np.empty(n)
    products = np.empty(4 * _FIRST * _FIRST)
    for i in range(n):
        gradient[:] = gram[i]
        is_in[i] = True
        size = n_sweeps = 0
        while n_sweeps < max_sweeps:
            _gain(gradient, diagonal, l1, l2, is_in, gains)
            before = size
            size = _widen(gains, max(_FIRST, size), chosen, size, is_in, scratch)
            if size == before:
                break
            w[before:size] = 0.0
            if size * size > len(products):
                products = np.empty(min(4 * size * size, n * n))
            n_sweeps = _solve(
                gram, l1, l2, tolerance, chosen[:size], w, gradient, products, n_sweeps, max_sweeps
            )
        end = indptr[i]
        if end + size > len(items):
            longer = 2 * len(items) + n
            items, weights = _longer(items, end, longer), _longer(weights, end, longer)
        for place in np.argsort(chosen[:size]):
            if w[place] > 0:
                items[end], weights[end] = chosen[place], w[place]
                end += 1
        is_in[chosen[:size]] = False
        is_in[i] = False
        indptr[i + 1] = end
    return indptr, items[: indptr[n]].copy(), weights[: indptr[n]].copy()


@njit(cache=True, nogil=True, fastmath=FAST)
def _gain(
    gradient: np.ndarray,
    diagonal: np.ndarray,
    l1: float,
    l2: float,
    is_in: np.ndarray,
    gains: np.ndarray,
) -> None:
    """How much each item outside lowers the sum by a weight of its own; 0 where by none."""
    for j in range(len(gradient)):
        beyond, pull = gradient[j] - l1, diagonal[j] + l2
        # The square of a small number may be 0.
        gains[j] = beyond * beyond / pull if beyond > 0 and pull > 0 and not is_in[j] else 0.0


@njit(cache=True, nogil=True)
def _widen(
    gains: np.ndarray,
    at_most: int,
    chosen: np.ndarray,
    size: int,
    is_in: np.ndarray,
    scratch: np.ndarray,
) -> int:
    """Take in those who gain most; how many are in then."""
    n_gaining = 0
    for j in range(len(gains)):
        scratch[n_gaining] = gains[j]
        n_gaining += gains[j] > 0
    least = kth_largest(scratch, n_gaining, at_most) if n_gaining > at_most else 0.0
    end = size + at_most
    for j in range(len(gains)):
        if gains[j] > 0 and gains[j] >= least and size < end:
            chosen[size], is_in[j] = j, True
            size += 1
    return size


@njit(cache=True, nogil=True, fastmath=FAST)
def _solve(
    gram: np.ndarray,
    l1: float,
    l2: float,
    tolerance: float,
    chosen: np.ndarray,
    w: np.ndarray,
    gradient: np.ndarray,
    products: np.ndarray,
    n_sweeps: int,
    max_sweeps: int,
) -> int:
    """Sweep over the chosen until no weight changes by more, the gradient of all following."""
    size = len(chosen)
    own = products[: size * size].reshape(size, size)
    slope, before = np.empty(size), w[:size].copy()
    for a in range(size):
        row = gram[chosen[a]]
        slope[a] = gradient[chosen[a]]
        for b in range(size):
            own[a, b] = row[chosen[b]]
    largest = np.inf
    while largest > tolerance and n_sweeps < max_sweeps:
        n_sweeps += 1
        largest = 0.0
        for a in range(size):
            row = own[a]
            best = max(0.0, (slope[a] + w[a] * row[a] - l1) / (row[a] + l2))
            change = best - w[a]
            if change != 0.0:
                w[a] = best
                for b in range(size):
                    slope[b] -= change * row[b]
                largest = max(largest, abs(change))
    for a in range(size):
        change = w[a] - before[a]
        if change != 0.0:
            row = gram[chosen[a]]
            for j in range(len(gradient)):
                gradient[j] -= change * row[j]
    return n_sweeps


@njit(cache=True, nogil=True)
def _longer(array: np.ndarray, used: int, size: int) -> np.ndarray:
    longer = np.empty(size, array.dtype)
    longer[:used] = array[:used]
    return longer
