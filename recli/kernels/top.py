"""The best of each row."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit


@njit(cache=True, nogil=True)
def best(scores: np.ndarray, n: int) -> np.ndarray:
    """Columns of the largest of each row, best first; of equal scores the smaller column.

    A row is read once, and what is better than the last of the best so far is put in its place among
    them: in random order that happens n log(n_columns / n) times, which costs little for a short list.

    Args:
        scores: float64[n_rows, n_columns].
        n: How many of a row.

    Returns:
        int32[n_rows, n]; -1 where only -inf is left.
    """
    n_rows, n_columns = scores.shape
    found = np.full((n_rows, n), -1, np.int32)
    values = np.empty(n)
    for row in range(n_rows):
        held = 0
        for column in range(n_columns):
            score = scores[row, column]
            if held == n:
                if not score > values[n - 1]:
                    continue
                place = n - 1
            elif score == -np.inf:
                continue
            else:
                place = held
                held += 1
            while place > 0 and values[place - 1] < score:
                values[place] = values[place - 1]
                found[row, place] = found[row, place - 1]
                place -= 1
            values[place] = score
            found[row, place] = column
    return found
