"""Ratings grouped by row: compressed sparse rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import scipy.sparse

Csr = tuple[np.ndarray, np.ndarray, np.ndarray]
"""indptr int64[n_rows + 1], columns int32[n], values float64[n]; row r has indptr[r] … indptr[r+1]."""


def parts(matrix: scipy.sparse.csr_array) -> Csr:
    """The three arrays of a sparse matrix, of whatever types they are.

    Args:
        matrix: Of scipy.

    Returns:
        Its rows; nothing is copied.
    """
    return matrix.indptr, matrix.indices, matrix.data


def csr(rows: np.ndarray, columns: np.ndarray, values: np.ndarray, n_rows: int) -> Csr:
    """Triples as CSR, those of a row in the order given.

    Args:
        rows: int[n].
        columns: int[n].
        values: float64[n].
        n_rows: How many rows there are.

    Returns:
        The rows.
    """
    from recli.kernels.counting_sort import order_by  # numba: not for those who only read

    indptr, order = order_by(rows, n_rows)
    return indptr, columns[order], values[order]


def ranges(starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places of several rows one after another.

    Args:
        starts: int[n_rows], where the values of each begin, as of an `indptr`.
        ends: int[n_rows], where they end.

    Returns:
        Which of the rows each place is of, int64[n], and the place, int64[n].

    >>> ranges(np.array([4, 0, 7]), np.array([6, 0, 8]))
    (array([0, 0, 2]), array([4, 5, 7]))
    """
    counts = ends - starts
    before = np.cumsum(counts) - counts
    rows = np.repeat(np.arange(len(counts)), counts)
    return rows, np.arange(len(rows)) + (starts - before)[rows]


def with_first(rows: Csr, columns: np.ndarray, values: np.ndarray) -> Csr:
    """One more row before the others, which keep their order.

    Args:
        rows: The others.
        columns: int[n], of the row.
        values: float64[n], of the row.

    Returns:
        All rows.
    """
    indptr, all_columns, all_values = rows
    return (
        np.concatenate(([0], len(columns) + indptr)),
        np.concatenate((columns.astype(all_columns.dtype), all_columns)),
        np.concatenate((values, all_values)),
    )
