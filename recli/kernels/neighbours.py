"""Similarities row by row, and weighted means over the k most similar neighbours.

No fast-math here: sums are taken in Surprise's order and rounded as there, since it decides ties.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from recli.compiled import njit
from recli.kernels.select import kth_largest

MEASURES = ("cosine", "msd", "pearson", "pearson_baseline")
_COSINE, _MSD, _PEARSON, _BASELINE = range(4)
_WIDTHS = (4, 2, 6, 4)
_PASSES = 12


class Neighbourhood(NamedTuple):
    """Ratings from both sides and how x and x' are compared; x are users if user-based.

    Values are ratings; deviations from the baseline for `pearson_baseline`.

    Attributes:
        x_indptr: CSR by x, each x's ratings by ascending y: where each begins.
        x_ys: The y of each.
        x_values: The value of each.
        y_indptr: CSR by y, in the order of the trainset: where each begins.
        y_xs: The x of each.
        y_values: The value of each.
        measure: Position in MEASURES.
        min_support: With fewer common y the similarity is 0.
        shrinkage: Of `pearson_baseline`.
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
        square = (n * s[2] - s[4] ** 2) * (n * s[3] - s[5] ** 2)
        # Of equal ratings that are no half stars, rounding may make it less than 0.
        return (n * s[1] - s[4] * s[5]) / np.sqrt(square) if square > 0 else 0.0
    under = np.sqrt(s[2] * s[3])
    if under == 0:
        return 0.0
    if near.measure == _COSINE:
        return s[1] / under
    return s[1] / under * ((n - 1) / (n - 1 + near.shrinkage))


@njit(cache=True, nogil=True)
def similarities(near: Neighbourhood) -> np.ndarray:
    """The similarities of all x.

    Args:
        near: The ratings and how to compare.

    Returns:
        float64[n_x, n_x].
    """
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
    """The mean of neighbours' deviations weighted by similarity, for pairs (x, y).

    Of the ratings of y, the k with the largest similarity of x and x' count, of equal ones the
    first, and of those only the ones with a positive similarity (as in Surprise's
    KNNBasic.estimate). O(n_ratings of y) a pair on average.

    Args:
        near: The ratings and how to compare.
        xs: int[n]; pairs of one x must stand together, as its row is made when x changes; -1 is unknown.
        ys: int[n]; -1 is unknown.
        deviations: float64, what counts of each rating, in the order of `near.y_xs`.
        k: The largest number of neighbours.

    Returns:
        The means, float64[n], NaN without neighbours, and how many counted, int64[n].
    """
    n, n_x = len(xs), len(near.x_indptr) - 1
    means, counts = np.full(n, np.nan), np.zeros(n, np.int64)
    row, sums = np.empty(n_x), np.zeros((n_x, _WIDTHS[near.measure]))
    scratch, places = np.empty(len(near.y_xs)), np.empty(len(near.y_xs) + 1, np.int64)
    row_of = -1
    for pair in range(n):
        x, y = xs[pair], ys[pair]
        if x < 0 or y < 0:
            continue
        if x != row_of:
            _fill_row(near, x, row, sums)
            row_of = x
        start, end = near.y_indptr[y], near.y_indptr[y + 1]
        similarities = scratch[: end - start]
        for place in range(end - start):
            similarities[place] = row[near.y_xs[start + place]]
        means[pair], counts[pair] = _mean(similarities, deviations[start:end], k, places)
    return means, counts


@njit(cache=True, nogil=True)
def aggregate_all(
    near: Neighbourhood, y: int, deviations: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """`aggregate` of every x with one y, to the last digit.

    As similarities are symmetric, the rows of what rated y are enough, where `aggregate` makes the
    row of each x. O(n_ratings of y · n_x) memory.

    Args:
        near: The ratings and how to compare.
        y: Which.
        deviations: As for `aggregate`.
        k: The largest number of neighbours.

    Returns:
        float64[n_x] and int64[n_x].
    """
    start, end = near.y_indptr[y], near.y_indptr[y + 1]
    n_x, n_raters = len(near.x_indptr) - 1, end - start
    means, counts = np.full(n_x, np.nan), np.zeros(n_x, np.int64)
    rows, sums = np.empty((n_raters, n_x)), np.zeros((n_x, _WIDTHS[near.measure]))
    for place in range(n_raters):
        _fill_row(near, near.y_xs[start + place], rows[place], sums)
    similarities, places = np.empty(n_raters), np.empty(n_raters + 1, np.int64)
    for x in range(n_x):
        similarities[:] = rows[:, x]
        means[x], counts[x] = _mean(similarities, deviations[start:end], k, places)
    return means, counts


@njit(cache=True, nogil=True)
def _mean(
    similarities: np.ndarray, deviations: np.ndarray, k: int, places: np.ndarray
) -> tuple[float, int]:
    """The mean of deviations weighted by the k largest similarities, and how many counted.

    Of equal similarities the first count, and of all only the positive ones; NaN without any.

    similarities, deviations: float64[n], contiguous
    places: int64[n + 1] or more, overwritten
    """
    enough, size = _below_the_kth(similarities, k), 0
    for place in range(len(similarities)):  # without a branch, which would be mispredicted
        places[size] = place
        size += similarities[place] >= enough
    least, at_least = 0.0, 0
    if size > k:
        least, at_least = kth_largest(similarities[places[:size]], size, k), k
        for chosen in range(size):
            at_least -= similarities[places[chosen]] > least
    count, weighted, weights = 0, 0.0, 0.0
    for chosen in range(size):
        similarity = similarities[places[chosen]]
        if similarity < least:
            continue
        if similarity == least:
            if at_least == 0:
                continue
            at_least -= 1
        weighted += similarity * deviations[places[chosen]]
        weights += similarity
        count += 1
    return (weighted / weights if count > 0 else np.nan), count


@njit(cache=True, nogil=True)
def _below_the_kth(similarities: np.ndarray, k: int) -> float:
    """A positive number that the k largest similarities reach, and few others; all if no k are positive.

    By bisection from 0 to 1: the compiler makes one instruction count four similarities, so that
    twelve passes over them take half the time of a quickselect. More would not part equal ones.
    """
    low, high = np.nextafter(0.0, 1.0), 1.0
    if len(similarities) <= k or _count(similarities, low) <= k:
        return low
    for _ in range(_PASSES):
        middle = 0.5 * (low + high)
        count = _count(similarities, middle)
        if count >= k:
            low = middle
        else:
            high = middle
        if count == k:
            break
    return low


@njit(cache=True, nogil=True)
def _count(similarities: np.ndarray, least: float) -> int:
    """How many similarities are `least` or more."""
    count = 0
    for place in range(len(similarities)):  # a loop over the values is not vectorised
        count += similarities[place] >= least
    return count


@njit(cache=True, nogil=True)
def row(near: Neighbourhood, x: int) -> np.ndarray:
    """The similarities of one x and all.

    Args:
        near: The ratings and how to compare.
        x: Which.

    Returns:
        float64[n_x].
    """
    n_x = len(near.x_indptr) - 1
    found = np.empty(n_x)
    _fill_row(near, x, found, np.zeros((n_x, _WIDTHS[near.measure])))
    return found
