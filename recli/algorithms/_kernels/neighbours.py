"""Weighted sums over the k most similar neighbours."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def aggregate(
    xs: np.ndarray,
    ys: np.ndarray,
    sim: np.ndarray,
    indptr: np.ndarray,
    neighbours: np.ndarray,
    deviations: np.ndarray,
    k: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each pair (x, y): sums of similarity × deviation, of similarity, and how many counted.

    xs, ys: int[n], -1 is unknown and gives zeros
    sim: float64[n_x, n_x]
    k: at least 1
    indptr, neighbours, deviations: CSR by y of the ratings, each with the x' that gave it

    Of the ratings of y, the k with the largest sim[x, x'] count, of equal ones the first; of those
    only the ones with a positive similarity (as in Surprise's KNNBasic.estimate). The k largest are
    kept in a binary heap with the least similar, latest rating on top: O(n_ratings of y · log k).
    """
    n = len(xs)
    sums, weights = np.zeros(n), np.zeros(n)
    counts = np.zeros(n, np.int64)
    heap = np.empty(min(k, len(neighbours)), np.int64)
    for pair in range(n):
        x, y = xs[pair], ys[pair]
        if x < 0 or y < 0:
            continue
        row = sim[x]
        size = 0
        for rating in range(indptr[y], indptr[y + 1]):
            similarity = row[neighbours[rating]]
            if similarity <= 0:
                continue
            if size < k:
                child = size
                size += 1
                while child > 0:
                    parent = (child - 1) // 2
                    # Among equal similarities the later rating is the worse one. This rating is the
                    # latest so far, so it rises past its equals.
                    if row[neighbours[heap[parent]]] < similarity:
                        break
                    heap[child] = heap[parent]
                    child = parent
                heap[child] = rating
            elif similarity > row[neighbours[heap[0]]]:
                parent = 0
                while True:
                    child = 2 * parent + 1
                    if child >= size:
                        break
                    if child + 1 < size and _worse(row, neighbours, heap[child + 1], heap[child]):
                        child += 1
                    if row[neighbours[heap[child]]] > similarity:
                        break
                    if row[neighbours[heap[child]]] == similarity and heap[child] < rating:
                        break
                    heap[parent] = heap[child]
                    parent = child
                heap[parent] = rating
        for place in range(size):
            similarity = row[neighbours[heap[place]]]
            sums[pair] += similarity * deviations[heap[place]]
            weights[pair] += similarity
        counts[pair] = size
    return sums, weights, counts


@njit(cache=True, nogil=True)
def _worse(row: np.ndarray, neighbours: np.ndarray, a: int, b: int) -> bool:
    """Whether rating a leaves the heap before rating b: less similar, or equal and later."""
    left, right = row[neighbours[a]], row[neighbours[b]]
    return left < right or (left == right and a > b)
