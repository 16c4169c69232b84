"""How many candidates there are."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit


@njit(cache=True, nogil=True)
def counted(scores: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many candidates a row has, and how many of these have a certain score.

    Args:
        scores: float64[n_rows, n_items], -inf for what is no candidate.
        values: float64[n_rows], the score of each row; none has NaN.

    Returns:
        int64[n_rows] each.
    """
    n_rows = len(scores)
    candidates, equal = np.zeros(n_rows, np.int64), np.zeros(n_rows, np.int64)
    for row in range(n_rows):
        own, value, n_candidates, n_equal = scores[row], values[row], 0, 0
        for item in range(len(own)):  # vectorised, unlike a loop over what is in it
            n_candidates += own[item] > -np.inf
            n_equal += own[item] == value
        candidates[row], equal[row] = n_candidates, n_equal
    return candidates, equal
