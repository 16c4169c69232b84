"""Similarities row by row, and weighted means over the k most similar neighbours.

No fast-math here: sums are taken in Surprise's order and rounded as there, since it decides ties.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from recli.compiled import njit

MEASURES = ("cosine", "msd", "pearson", "pearson_baseline")
_COSINE, _MSD, _PEARSON, _BASELINE = range(4)
_WIDTHS = (4, 2, 6, 4)
_BUCKETS = 64


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
    KNNBasic.estimate). O(n_ratings of y) a pair on average.
    """
    n, n_x = len(xs), len(near.x_indptr) - 1
    means, counts = np.full(n, np.nan), np.zeros(n, np.int64)
    row, sums = np.empty(n_x), np.zeros((n_x, _WIDTHS[near.measure]))
    bucket, in_bucket = np.empty(n_x, np.uint8), np.empty(_BUCKETS, np.int64)
    scratch = np.empty(len(near.y_xs))
    row_of = -1
    for pair in range(n):
        x, y = xs[pair], ys[pair]
        if x < 0 or y < 0:
            continue
        if x != row_of:
            _fill_row(near, x, row, sums)
            _fill_buckets(row, bucket)
            row_of = x
        raters = near.y_xs[near.y_indptr[y] : near.y_indptr[y + 1]]
        least, at_least = _least_that_counts(raters, row, bucket, in_bucket, scratch, k)
        own = deviations[near.y_indptr[y] : near.y_indptr[y + 1]]
        means[pair], counts[pair] = _mean(row, raters, own, least, at_least)
    return means, counts


@njit(cache=True, nogil=True)
def aggregate_all(
    near: Neighbourhood, y: int, deviations: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """`aggregate` of every x with one y, each [n_x], to the last digit.

    As similarities are symmetric, the rows of what rated y are enough, where `aggregate` makes the
    row of each x. O(n_ratings of y · n_x) memory.
    """
    start, end = near.y_indptr[y], near.y_indptr[y + 1]
    n_x, n_raters = len(near.x_indptr) - 1, end - start
    means, counts = np.full(n_x, np.nan), np.zeros(n_x, np.int64)
    rows, sums = np.empty((n_raters, n_x)), np.zeros((n_x, _WIDTHS[near.measure]))
    for place in range(n_raters):
        _fill_row(near, near.y_xs[start + place], rows[place], sums)
    scratch, places = np.empty(n_raters), np.arange(n_raters)
    for x in range(n_x):
        least, at_least = 0.0, 0
        if n_raters > k:
            scratch[:] = rows[:, x]
            least, at_least = _kth_largest(scratch, n_raters, k), k
            for place in range(n_raters):
                at_least -= rows[place, x] > least
        means[x], counts[x] = _mean(rows[:, x], places, deviations[start:end], least, at_least)
    return means, counts


@njit(cache=True, nogil=True)
def _mean(
    row: np.ndarray, raters: np.ndarray, deviations: np.ndarray, least: float, at_least: int
) -> tuple[float, int]:
    """The mean of deviations weighted by row[raters], and how many counted; NaN for none.

    Those with a positive similarity above `least`, and the first `at_least` of those equal to it.
    """
    size, weighted, weights = 0, 0.0, 0.0
    for place in range(len(raters)):
        similarity = row[raters[place]]
        if similarity < least or similarity <= 0:
            continue
        if similarity == least:
            if at_least == 0:
                continue
            at_least -= 1
        weighted += similarity * deviations[place]
        weights += similarity
        size += 1
    return (weighted / weights if size > 0 else np.nan), size


@njit(cache=True, nogil=True)
def row(near: Neighbourhood, x: int) -> np.ndarray:
    """The similarities of one x and all, float64[n_x]."""
    n_x = len(near.x_indptr) - 1
    found = np.empty(n_x)
    _fill_row(near, x, found, np.zeros((n_x, _WIDTHS[near.measure])))
    return found


@njit(cache=True, nogil=True)
def _fill_buckets(row: np.ndarray, bucket: np.ndarray) -> None:
    """bucket[x'] grows with the similarity, from 0 to _BUCKETS - 1; 0 if it is not positive."""
    low, high = np.inf, 0.0
    for similarity in row:
        if similarity > 0:
            low, high = min(low, similarity), max(high, similarity)
    scale = (_BUCKETS - 2) / (high - low) if high > low else 0.0
    for x in range(len(row)):
        bucket[x] = 1 + np.uint8((row[x] - low) * scale) if row[x] > 0 else 0


@njit(cache=True, nogil=True)
def _least_that_counts(
    raters: np.ndarray,
    row: np.ndarray,
    bucket: np.ndarray,
    in_bucket: np.ndarray,
    scratch: np.ndarray,
    k: int,
) -> tuple[float, int]:
    """The k-th largest similarity among `raters`, and how many that are equal to it count.

    (0, 0) if there are no more than k. Counting buckets first leaves few values to select from, and
    has no branch to mispredict: that is three times as fast as a heap or a plain quickselect.
    """
    if len(raters) <= k:
        return 0.0, 0
    in_bucket[:] = 0
    for rater in raters:
        in_bucket[bucket[rater]] += 1
    edge, left = _BUCKETS - 1, k
    while edge > 0 and in_bucket[edge] < left:
        left -= in_bucket[edge]
        edge -= 1
    if edge == 0:
        return 0.0, 0
    size = 0
    for rater in raters:
        scratch[size] = row[rater]
        size += bucket[rater] == edge
    least = _kth_largest(scratch, size, left)
    for place in range(size):
        left -= scratch[place] > least
    return least, left


@njit(cache=True, nogil=True)
def _kth_largest(values: np.ndarray, size: int, k: int) -> float:
    """The k-th largest of the first `size` values, which are reordered: Hoare's quickselect."""
    low, high, wanted = 0, size - 1, k - 1
    while low < high:
        pivot = values[(low + high) // 2]
        left, right = low, high
        while left <= right:
            while values[left] > pivot:
                left += 1
            while values[right] < pivot:
                right -= 1
            if left <= right:
                values[left], values[right] = values[right], values[left]
                left += 1
                right -= 1
        if wanted <= right:
            high = right
        elif wanted >= left:
            low = left
        else:
            break
    return values[wanted]
