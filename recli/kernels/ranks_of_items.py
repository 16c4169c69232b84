"""Where given items stand among all candidates."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit
from recli.kernels.ties import drawn

_PART = 64  # scores, of which those with a certain one are counted at once


@njit(cache=True, nogil=True)
def ranks_of_items(
    scores: np.ndarray,
    rows: np.ndarray,
    items: np.ndarray,
    row_keys: np.ndarray,
    column_keys: np.ndarray,
) -> tuple:
    """Where items stand among all candidates of their row.

    The midrank is 1 for the best, and of equal scores the mean of their ranks. What ranks before is
    counted in the order of the lists, see `TieOrder`. O(n_items) an item, vectorised.

    Args:
        scores: float64[n_rows, n_items], -inf for what is no candidate.
        rows: int[n], the row of each item to place.
        items: int[n], the items to place.
        row_keys: int64[n_rows], those of a `TieOrder`.
        column_keys: int64[n_items], likewise.

    Returns:
        How many candidates rank before each, int64[n], and its midrank, float64[n]; -1 and NaN for an
        item that is no candidate.
    """
    before = np.empty(len(items), np.int64)
    midranks = np.empty(len(items))
    for j in range(len(items)):
        row, key = scores[rows[j]], row_keys[rows[j]]
        score = row[items[j]]
        if score == -np.inf:
            before[j], midranks[j] = -1, np.nan
            continue
        greater, equal = 0, 0
        for other in range(len(row)):
            greater += row[other] > score
            equal += row[other] == score
        midranks[j] = greater + (equal + 1) / 2
        if equal > 1:
            greater += _drawn_before(
                row, score, drawn(key ^ column_keys[items[j]]), key, column_keys
            )
        before[j] = greater
    return before, midranks


@njit(cache=True, nogil=True)
def _drawn_before(
    row: np.ndarray, score: float, draw: int, key: int, column_keys: np.ndarray
) -> int:
    """How many that have this score are drawn before this draw; parts of a row without one are passed."""
    found = 0
    for begin in range(0, len(row), _PART):
        part, equal = row[begin : begin + _PART], 0
        for place in range(len(part)):
            equal += part[place] == score
        if equal:
            for place in range(len(part)):
                if part[place] == score and drawn(key ^ column_keys[begin + place]) < draw:
                    found += 1
    return found
