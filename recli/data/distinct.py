"""Pairs of user and item, each once."""

from __future__ import annotations

import numpy as np


def distinct(pairs: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Where each pair is, int64[n_distinct], by ascending pair; of one that is there twice, the higher.

    Args:
        pairs: int64[n], a number for each pair
        values: float64[n]

    >>> distinct(np.array([7, 3, 7, 7]), np.array([2.0, 4.0, 5.0, 1.0]))
    array([1, 2])
    """
    order = np.argsort(pairs)
    again = np.diff(pairs[order]) == 0
    if not again.any():
        return order
    # Only then the order within a pair counts, which takes several times as long to find.
    order = np.lexsort((-values, pairs))
    first: np.ndarray = order[np.append(True, ~again)]
    return first
