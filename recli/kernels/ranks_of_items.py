"""Where given items stand among all candidates."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit


@njit(cache=True, nogil=True)
def ranks_of_items(scores: np.ndarray, rows: np.ndarray, items: np.ndarray) -> tuple:
    """Where items stand among all candidates of their row.

    The midrank is 1 for the best, and of equal scores the mean of their ranks. Ties rank by item, as
    in `rank`. O(n_items) an item.

    Args:
        scores: float64[n_rows, n_items], -inf for what is no candidate.
        rows: int[n], the row of each item to place.
        items: int[n], the items to place.

    Returns:
        How many candidates rank before each, int64[n], and its midrank, float64[n]; -1 and NaN for an
        item that is no candidate.
    """
    before = np.empty(len(items), np.int64)
    midranks = np.empty(len(items))
    for j in range(len(items)):
        row, item = scores[rows[j]], items[j]
        score = row[item]
        if score == -np.inf:
            before[j], midranks[j] = -1, np.nan
            continue
        greater, equal_before, equal_after = 0, 0, 0
        for other in range(item):
            greater += row[other] > score
            equal_before += row[other] == score
        for other in range(item + 1, len(row)):
            greater += row[other] > score
            equal_after += row[other] == score
        before[j] = greater + equal_before
        midranks[j] = greater + (equal_before + equal_after) / 2 + 1
    return before, midranks
