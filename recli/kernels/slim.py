"""Sparse linear weights between items, by coordinate descent on their common preferences."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit
from recli.kernels import FAST


@njit(cache=True, nogil=True, fastmath=FAST)
def descend(
    gram: np.ndarray,
    l1: float,
    l2: float,
    tolerance: float,
    max_sweeps: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For every item i the w ≥ 0, w_i = 0, with the least |x_i − X w|² / 2 + l2 |w|² / 2 + l1 Σ w.

    The gradient g_j = (Xᵀ(x_i − X w))_j is carried along: when w_k changes by d, all g_j change by
    −d gram_jk. As nothing is negative, g_j is never more than gram_ji: a j with gram_ji ≤ l1 has no
    weight, and is left out beforehand. Sweeps over the others take turns with many over those alone
    that have a weight, until one over all finds nothing more.

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
    w, gradient = np.zeros(n), np.empty(n)
    for i in range(n):
        gradient[:] = gram[i]
        possible = gram[i] > l1
        possible[i] = False
        candidates = np.flatnonzero(possible)
        n_sweeps = 0
        while n_sweeps < max_sweeps:
            n_sweeps += 1
            if _sweep(gram, candidates, l1, l2, w, gradient) <= tolerance:
                break
            active = candidates[w[candidates] > 0]
            w_before, gradient_before = w[active], gradient[active]
            while n_sweeps < max_sweeps:
                n_sweeps += 1
                if _sweep(gram, active, l1, l2, w, gradient) <= tolerance:
                    break
            # So far only the gradient of those with a weight has followed.
            gradient[active] = gradient_before
            for place in range(len(active)):
                j = active[place]
                _move(gram[j], w[j] - w_before[place], candidates, gradient)
        end = indptr[i]
        if end + len(candidates) > len(items):
            size = 2 * len(items) + n
            items, weights = _longer(items, end, size), _longer(weights, end, size)
        for j in candidates:
            if w[j] > 0:
                items[end], weights[end] = j, w[j]
                end += 1
            w[j] = 0.0
        indptr[i + 1] = end
    return indptr, items[: indptr[n]].copy(), weights[: indptr[n]].copy()


@njit(cache=True, nogil=True, fastmath=FAST)
def _sweep(
    gram: np.ndarray,
    chosen: np.ndarray,
    l1: float,
    l2: float,
    w: np.ndarray,
    gradient: np.ndarray,
) -> float:
    """Set each chosen weight to its best, the others held, and their gradient; the largest change."""
    largest = 0.0
    for j in chosen:
        best = max(0.0, (gradient[j] + w[j] * gram[j, j] - l1) / (gram[j, j] + l2))
        change = best - w[j]
        if change != 0.0:
            w[j] = best
            _move(gram[j], change, chosen, gradient)
            largest = max(largest, abs(change))
    return largest


@njit(cache=True, nogil=True, fastmath=FAST)
def _move(row: np.ndarray, change: float, chosen: np.ndarray, gradient: np.ndarray) -> None:
    """The gradient of the chosen after the weight with this row of products changed."""
    for k in chosen:
        gradient[k] -= change * row[k]


@njit(cache=True, nogil=True)
def _longer(array: np.ndarray, used: int, size: int) -> np.ndarray:
    longer = np.empty(size, array.dtype)
    longer[:used] = array[:used]
    return longer
