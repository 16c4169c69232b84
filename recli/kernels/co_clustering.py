"""Assignment of users and items to clusters."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit
from recli.kernels.csr import Csr


@njit(cache=True, nogil=True)
def averages(
    by_user: Csr,
    cltr_u: np.ndarray,
    cltr_i: np.ndarray,
    n_cltr_u: int,
    n_cltr_i: int,
    mean: float,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean ratings of clusters and co-clusters; the mean of all for empty ones.

    Args:
        by_user: The ratings by user.
        cltr_u: int[n_users], the cluster of each user.
        cltr_i: int[n_items], the cluster of each item.
        n_cltr_u: How many clusters of users there are.
        n_cltr_i: How many clusters of items there are.
        mean: Of all ratings.

    Returns:
        float64[n_cltr_u], float64[n_cltr_i] and float64[n_cltr_u, n_cltr_i].
    """
    indptr, items, values = by_user
    sums = np.zeros((n_cltr_u, n_cltr_i))
    counts = np.zeros((n_cltr_u, n_cltr_i))
    for u in range(len(indptr) - 1):
        for rating in range(indptr[u], indptr[u + 1]):
            sums[cltr_u[u], cltr_i[items[rating]]] += values[rating]
            counts[cltr_u[u], cltr_i[items[rating]]] += 1
    avg_u, avg_i, avg = np.empty(n_cltr_u), np.empty(n_cltr_i), np.empty(sums.shape)
    for c in range(n_cltr_u):
        avg_u[c] = sums[c].sum() / counts[c].sum() if counts[c].sum() > 0 else mean
    for d in range(n_cltr_i):
        avg_i[d] = sums[:, d].sum() / counts[:, d].sum() if counts[:, d].sum() > 0 else mean
    for c in range(n_cltr_u):
        for d in range(n_cltr_i):
            avg[c, d] = sums[c, d] / counts[c, d] if counts[c, d] > 0 else mean
    return avg_u, avg_i, avg


@njit(cache=True, nogil=True)
def assign(
    ratings: Csr,
    own_mean: np.ndarray,
    other_mean: np.ndarray,
    avg_own: np.ndarray,
    avg_other: np.ndarray,
    avg: np.ndarray,
    other_cltr: np.ndarray,
    own_cltr: np.ndarray,
    rows_are_users: bool,
) -> None:
    """Put each row of ratings into the cluster with the least squared error; of equal ones the first.

    Args:
        ratings: By user, or by item.
        own_mean: float64[n_rows], mean rating of each row.
        other_mean: float64[n_columns], mean rating of each column.
        avg_own: float64[n clusters of rows], their means.
        avg_other: float64[n clusters of columns], their means.
        avg: float64[n clusters of rows, n clusters of columns], means of the co-clusters.
        other_cltr: int[n_columns], the cluster of each column.
        own_cltr: int[n_rows], the cluster of each row; overwritten.
        rows_are_users: Whether `ratings` are by user.
    """
    indptr, columns, values = ratings
    for row in range(len(indptr) - 1):
        best, least = 0, np.inf
        for c in range(len(avg_own)):
            error = 0.0
            for rating in range(indptr[row], indptr[row + 1]):
                column = columns[rating]
                d = other_cltr[column]
                # What is of users comes first, as in Surprise: rounding decides between equal errors.
                estimate = avg[c, d]
                if rows_are_users:
                    estimate = estimate + own_mean[row] - avg_own[c]
                estimate = estimate + other_mean[column] - avg_other[d]
                if not rows_are_users:
                    estimate = estimate + own_mean[row] - avg_own[c]
                error += (values[rating] - estimate) ** 2
            if error < least:
                best, least = c, error
        own_cltr[row] = best
