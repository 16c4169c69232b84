"""Some rows of a product of two sparse matrices, with all their zeros."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit
from recli.kernels.csr import Csr


@njit(cache=True, nogil=True)
def add_row(row: int, left: Csr, right: Csr, sums: np.ndarray) -> None:
    """Add a row of left @ right.

    Args:
        row: Which.
        left: float64[n_rows, n_inner].
        right: float64[n_inner, n_columns].
        sums: float64[n_columns], to which it is added.
    """
    left_indptr, left_columns, left_values = left
    right_indptr, right_columns, right_values = right
    for i in range(left_indptr[row], left_indptr[row + 1]):
        inner, x = left_columns[i], left_values[i]
        begin, end = right_indptr[inner], right_indptr[inner + 1]
        columns, numbers = right_columns[begin:end], right_values[begin:end]
        for j in range(len(columns)):
            # Unsigned: numba asks of a signed index whether it counts from the end.
            sums[np.uint64(columns[j])] += x * numbers[j]


@njit(cache=True, nogil=True)
def dense_rows(chosen: np.ndarray, left: Csr, right: Csr, n_columns: int) -> np.ndarray:
    """Rows of left @ right.

    What is added is added in the order of scipy's product of sparse matrices, which finds out first
    where a row has something; here most of a row has.

    Args:
        chosen: int[n], which rows; from 0 on.
        left: float64[n_rows, n_inner].
        right: float64[n_inner, n_columns].
        n_columns: See there.

    Returns:
        float64[n, n_columns].
    """
    products = np.zeros((len(chosen), n_columns))
    for place in range(len(chosen)):
        add_row(chosen[place], left, right, products[place])
    return products
