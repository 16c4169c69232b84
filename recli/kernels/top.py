"""The best of each row."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit
from recli.kernels.select import kth_largest
from recli.kernels.ties import drawn

_GROUPS = 128


@njit(cache=True, nogil=True)
def best(scores: np.ndarray, n: int, row_keys: np.ndarray, column_keys: np.ndarray) -> np.ndarray:
    """Columns of the largest of each row, best first; ties in the order that their keys draw.

    Columns form groups, every 128th one. As many as n groups have a greatest score that is not below
    the n-th largest of these, so the n best are not below it either, and few others are. To find the
    greatest of each group takes a pass that is vectorised; after it only the columns of groups that
    reach that bound are looked at, and what reaches it is put in its place among the best so far.

    Args:
        scores: float64[n_rows, n_columns], C-contiguous, no NaN.
        n: How many of a row.
        row_keys: int64[n_rows], see `TieOrder`.
        column_keys: int64[n_columns], likewise.

    Returns:
        int32[n_rows, n]; -1 where only -inf is left.
    """
    n_rows, n_columns = scores.shape
    found = np.full((n_rows, n), -1, np.int32)
    values, draws = np.empty(n), np.empty(n, np.int64)
    greatest, scratch = np.empty(_GROUPS), np.empty(_GROUPS)
    for row in range(n_rows):
        own, held = scores[row], 0
        _greatest_of_groups(own, greatest)
        bound = -np.inf
        if n <= _GROUPS:
            scratch[:] = greatest
            bound = kth_largest(scratch, _GROUPS, n)
        for group in range(_GROUPS):
            if greatest[group] < bound:
                continue
            for column in range(group, n_columns, _GROUPS):
                score = own[np.uint64(column)]
                if score < bound or score == -np.inf:
                    continue
                draw = drawn(row_keys[row] ^ column_keys[column])
                if held == n:
                    if score == bound and draw > draws[n - 1]:
                        continue
                    place = n - 1
                else:
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
                if held == n:
                    bound = values[n - 1]
    return found


@njit(cache=True, nogil=True)
def _greatest_of_groups(row: np.ndarray, greatest: np.ndarray) -> None:
    """The greatest of the columns 0, n_groups, …, of 1, n_groups + 1, … and so on; -inf of none."""
    n_groups = len(greatest)
    greatest[:] = -np.inf
    for begin in range(0, len(row), n_groups):
        part = row[begin : begin + n_groups]
        for group in range(len(part)):
            greatest[group] = max(greatest[group], part[group])
