"""Similarities row by row, and weighted means over the k most similar neighbours.

No fast-math here: sums are taken in Surprise's order and rounded as there, since it decides ties.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

MEASURES = ("cosine", "msd", "pearson", "pearson_baseline")
_COSINE, _MSD, _PEARSON, _BASELINE = range(4)
_WIDTHS = (4, 2, 6, 4)


class Neighbourhood(NamedTuple):
    """Ratings from both sides and how x and x' are compared; x are users if user-based.

    x_indptr, x_ys, x_values: CSR by x, each x's ratings by ascending y
    y_indptr, y_xs, y_values: CSR by y, in the order of the trainset
    values are ratings; deviations from the baseline for `pearson_baseline`
    measure: position in MEASURES
    """

    x_indptr: np.ndarray
    x_ys: np.ndarray
    x_values: np.ndarray
    y_indptr: np.ndarray
    y_xs: np.ndarray
    y_values: np.ndarray
    measure: int
    min_support: int
    shrinkage: float


@njit(cache=True, nogil=True)
def _fill_row(near: Neighbourhood, x: int, row: np.ndarray, sums: np.ndarray) -> None:
    """row[x'] = similarity of x and x', for all x'.

    sums: float64[n_x, _WIDTHS[measure]], all zeros, and zeros again afterwards: the number of
        common y, then the sums over them that the measure needs.
    O(Σ over the y that x rated of how many rated y), and O(n_x) memory.
    """
    for own in range(near.x_indptr[x], near.x_indptr[x + 1]):
        y, r = near.x_ys[own], near.x_values[own]
        start, end = near.y_indptr[y], near.y_indptr[y + 1]
        if near.measure == _MSD:
            for other in range(start, end):
                s = sums[near.y_xs[other]]
                s[0] += 1
                s[1] += (r - near.y_values[other]) ** 2
            continue
        for other in range(start, end):
            s, q = sums[near.y_xs[other]], near.y_values[other]
            s[0] += 1
            s[1] += r * q
            s[2] += r**2
            s[3] += q**2
            if near.measure == _PEARSON:
                s[4] += r
                s[5] += q
    for neighbour in range(len(row)):
        row[neighbour] = _similarity(near, sums[neighbour])
    sums[:] = 0.0
    row[x] = 1.0


@njit(cache=True, nogil=True)
def _similarity(near: Neighbourhood, s: np.ndarray) -> float:
    """The measure from its sums; 0 where it is not defined or has too little support."""
    n = s[0]
    if n == 0 or n < near.min_support:
        return 0.0
    if near.measure == _MSD:
        return 1 / (s[1] / n + 1)
    if near.measure == _PEARSON:
        under = np.sqrt((n * s[2] - s[4] ** 2) * (n * s[3] - s[5] ** 2))
        return (n * s[1] - s[4] * s[5]) / under if under != 0 else 0.0
    under = np.sqrt(s[2] * s[3])
    if under == 0:
        return 0.0
    if near.measure == _COSINE:
        return s[1] / under
    return s[1] / under * ((n - 1) / (n - 1 + near.shrinkage))


@njit(cache=True, nogil=True)
def similarities(near: Neighbourhood) -> np.ndarray:
    """The whole matrix, float64[n_x, n_x]."""
    n_x = len(near.x_indptr) - 1
    sums = np.zeros((n_x, _WIDTHS[near.measure]))
    result = np.empty((n_x, n_x))
    for x in range(n_x):
        _fill_row(near, x, result[x], sums)
    return result


@njit(cache=True, nogil=True)
def aggregate(
    near: Neighbourhood, xs: np.ndarray, ys: np.ndarray, deviations: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """For each pair (x, y): the mean of deviations weighted by similarity, and how many counted.

    xs, ys: int[n]; pairs of one x must stand together, as its row is made when x changes; -1 is
        unknown. Without neighbours the mean is NaN.
    deviations: float64, what counts of each rating, in the order of `near.y_xs`

    Of the ratings of y, the k with the largest similarity of x and x' count, of equal ones the
    first, and of those only the ones with a positive similarity (as in Surprise's
    KNNBasic.estimate). The k largest are kept in a binary heap with the least similar, latest rating
    on top: O(n_ratings of y · log k).
    """
    n, n_x = len(xs), len(near.x_indptr) - 1
    means, counts = np.full(n, np.nan), np.zeros(n, np.int64)
    row, sums = np.empty(n_x), np.zeros((n_x, _WIDTHS[near.measure]))
    heap, kept = np.empty(k, np.int64), np.empty(k)
    row_of = -1
    for pair in range(n):
        x, y = xs[pair], ys[pair]
        if x < 0 or y < 0:
            continue
        if x != row_of:
            _fill_row(near, x, row, sums)
            row_of = x
        size = 0
        for rating in range(near.y_indptr[y], near.y_indptr[y + 1]):
            similarity = row[near.y_xs[rating]]
            if similarity <= 0:
                continue
            if size < k:
                place = size
                size += 1
                # This rating is the latest so far, so among its equals it is the worse one.
                while place > 0 and kept[(place - 1) // 2] >= similarity:
                    heap[place], kept[place] = heap[(place - 1) // 2], kept[(place - 1) // 2]
                    place = (place - 1) // 2
                heap[place], kept[place] = rating, similarity
            elif similarity > kept[0]:
                _replace_worst(heap, kept, rating, similarity)
        weighted, weights = 0.0, 0.0
        for place in range(size):
            weighted += kept[place] * deviations[heap[place]]
            weights += kept[place]
        if size > 0:
            means[pair] = weighted / weights
        counts[pair] = size
    return means, counts


@njit(cache=True, nogil=True)
def _replace_worst(heap: np.ndarray, kept: np.ndarray, rating: int, similarity: float) -> None:
    """Put a rating in place of the top of a full heap, and let it sink to where it belongs."""
    place, size = 0, len(heap)
    while True:
        child = 2 * place + 1
        if child >= size:
            break
        right = child + 1
        if right < size and (
            kept[right] < kept[child] or (kept[right] == kept[child] and heap[right] > heap[child])
        ):
            child = right
        # The new rating is the latest: it stays above its equals.
        if kept[child] >= similarity:
            break
        heap[place], kept[place] = heap[child], kept[child]
        place = child
    heap[place], kept[place] = rating, similarity
