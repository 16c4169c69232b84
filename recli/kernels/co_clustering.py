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
    """Mean ratings of user clusters, item clusters and co-clusters; `mean` for empty ones."""
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
) -> None:
    """Put each row of the CSR `ratings` into the cluster with the least squared error (in place).

    avg: float64[n clusters of rows, n clusters of columns]; of equal errors the first cluster wins.
    """
    indptr, columns, values = ratings
    for row in range(len(indptr) - 1):
        best, least = 0, np.inf
        for c in range(len(avg_own)):
            error = 0.0
            for rating in range(indptr[row], indptr[row + 1]):
                column = columns[rating]
                d = other_cltr[column]
                # Added in the same order for users and items, as Surprise rounds it.
                estimate = (
                    avg[c, d] + own_mean[row] - avg_own[c] + other_mean[column] - avg_other[d]
                )
                error += (values[rating] - estimate) ** 2
            if error < least:
                best, least = c, error
        own_cltr[row] = best
