"""Arrays that end in a row for the unknown, and cosines of rows."""

from __future__ import annotations

import numpy as np


def cosines(vectors: np.ndarray, x: int) -> np.ndarray:
    """The cosine of one row and every row.

    Args:
        vectors: float64[n, k].
        x: Which row, from 0 on.

    Returns:
        float64[n]; 0 where one of the two rows is 0.

    >>> cosines(np.array([[1.0, 0.0], [3.0, 4.0], [0.0, 0.0]]), 0)
    array([1. , 0.6, 0. ])
    """
    lengths = np.linalg.norm(vectors, axis=1) * np.linalg.norm(vectors[x])
    products = vectors @ vectors[x]
    return np.divide(products, lengths, out=np.zeros(len(vectors)), where=lengths > 0)


def padded(array: np.ndarray) -> np.ndarray:
    """An array with a row of zeros after the last, for the index -1 to pick.

    Args:
        array: Of any number of dimensions, with one row or more.

    Returns:
        A copy with one row more.
    """
    return np.concatenate([np.asarray(array), np.zeros_like(array[:1])])
