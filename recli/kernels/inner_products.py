"""All inner products of sparse rows."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit
from recli.kernels.csr import Csr

_BLOCK = 64  # rows and columns that are mirrored at a time: 32 KiB from either side


@njit(cache=True, nogil=True)
def inner_products(rows: Csr, columns: Csr) -> np.ndarray:
    """A Aᵀ, half of which is computed and mirrored.

    What is added is added in the order of scipy's product of sparse matrices.

    Args:
        rows: float64[n, d], A, no pair twice.
        columns: float64[d, n], Aᵀ, the columns of each row ascending.

    Returns:
        float64[n, n].
    """
    indptr, inners, values = rows
    inner_indptr, inner_rows, inner_values = columns
    n = len(indptr) - 1
    products = np.zeros((n, n))
    begins = inner_indptr[:-1].copy()  # where those that come from the row on stand
    for row in range(n):
        own = products[row]
        for i in range(indptr[row], indptr[row + 1]):
            inner, x = inners[i], values[i]
            begin, end = begins[inner], inner_indptr[inner + 1]
            begins[inner] += 1
            others, numbers = inner_rows[begin:end], inner_values[begin:end]
            for j in range(len(others)):
                # Unsigned: numba asks of a signed index whether it counts from the end.
                own[np.uint64(others[j])] += x * numbers[j]
    for first in range(0, n, _BLOCK):
        for to in range(first, n, _BLOCK):
            for row in range(first, min(first + _BLOCK, n)):
                for column in range(max(to, row + 1), min(to + _BLOCK, n)):
                    products[column, row] = products[row, column]
    return products
