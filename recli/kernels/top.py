"""The best of each row."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit
from recli.kernels.ties import drawn


@njit(cache=True, nogil=True)
def best(scores: np.ndarray, n: int, row_keys: np.ndarray, column_keys: np.ndarray) -> np.ndarray:
    """Columns of the largest of each row, best first; ties in the order that their keys draw.

    A row is read once, and what is better than the last of the best so far is put in its place among
    them: in random order that happens n log(n_columns / n) times, which costs little for a short list.

    Args:
        scores: float64[n_rows, n_columns].
        n: How many of a row.
        row_keys: int64[n_rows], see `TieOrder`.
        column_keys: int64[n_columns], likewise.

    Returns:
        int32[n_rows, n]; -1 where only -inf is left.
    """
    n_rows, n_columns = scores.shape
    found = np.full((n_rows, n), -1, np.int32)
    values, draws = np.empty(n), np.empty(n, np.int64)
    for row in range(n_rows):
        held = 0
        for column in range(n_columns):
            score = scores[row, column]
            if held == n:
                if not score >= values[n - 1]:
                    continue
                draw = drawn(row_keys[row] ^ column_keys[column])
                if score == values[n - 1] and draw > draws[n - 1]:
                    continue
                place = n - 1
            elif score == -np.inf:
                continue
            else:
                draw = drawn(row_keys[row] ^ column_keys[column])
                place = held
                held += 1
            while place > 0:
                before = values[place - 1]
                if before > score or (before == score and draws[place - 1] < draw):
                    break
                values[place], draws[place] = before, draws[place - 1]
                found[row, place] = found[row, place - 1]
                place -= 1
            values[place], draws[place] = score, draw
            found[row, place] = column
    return found
