"""Inner products of all rows, and the inverse of such a matrix."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from recli import kernels
from recli.kernels.csr import parts


def gram(rows: scipy.sparse.csr_array) -> np.ndarray:
    """A Aᵀ; beside the result no more is held than the rows once more, turned.

    Args:
        rows: float64[n, d], A, sparse.

    Returns:
        float64[n, n].
    """
    rows = rows.copy() if not rows.has_canonical_format else rows
    rows.sum_duplicates()
    found: np.ndarray = kernels.inner_products.inner_products(parts(rows), parts(rows.T.tocsr()))
    return found


def inverse(matrix: np.ndarray) -> np.ndarray:
    """The inverse of a positive definite matrix, written over it; n³ multiplications.

    By Cholesky's factor, which takes half of what LU does and no second matrix.

    Args:
        matrix: float64[n, n].

    Returns:
        `matrix`.

    Raises:
        numpy.linalg.LinAlgError: Where the matrix is not positive definite.
    """
    from scipy.linalg import lapack  # not for those who only read a stored model

    if not len(matrix):
        return matrix
    # Transposed it has the order of Fortran, so that nothing is copied; it is symmetric.
    factor, failed = lapack.dpotrf(matrix.T, lower=1, overwrite_a=1, clean=0)
    if not failed:
        factor, failed = lapack.dpotri(factor, lower=1, overwrite_c=1)
    if failed:
        raise np.linalg.LinAlgError("the matrix is not positive definite")
    result = factor.T  # its upper half is set
    size = 512
    for start in range(0, len(result), size):
        stop = start + size
        result[start:stop, :start] = result[:start, start:stop].T
        block = result[start:stop, start:stop]
        block[:] = np.triu(block) + np.triu(block, 1).T
    return result
