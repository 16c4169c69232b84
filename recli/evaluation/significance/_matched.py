"""Values of several algorithms, matched user by user or fold by fold."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from recli import errors


def matched(columns: Iterable[np.ndarray]) -> tuple[np.ndarray, int]:
    """The rows in which every algorithm has a value, and how many others there are.

    Returns float64[n_matched, n_algorithms] and the number of rows left out.

    Args:
        columns: float64[n] for each algorithm, at least one; the same users or folds in the same
            order, NaN where the algorithm has no value

    Raises:
        UsageError: if the columns differ in length

    >>> matched([np.array([1.0, np.nan, 3.0]), np.array([2.0, 4.0, 6.0])])
    (array([[1., 2.],
           [3., 6.]]), 1)
    """
    columns = list(columns)
    lengths = sorted({len(column) for column in columns})
    if len(lengths) > 1:
        raise errors.UsageError(
            f"Columns of {lengths[0]:,} and {lengths[-1]:,} values cannot be matched. Give every "
            "algorithm the same users or folds in the same order, NaN where it has no value."
        )
    table = np.column_stack(columns)
    whole = ~np.isnan(table).any(axis=1)
    return table[whole], int(np.sum(~whole))


def without_noise(values: np.ndarray, table: np.ndarray) -> np.ndarray:
    """`values` to 12 decimals of the largest magnitude in `table`, from which they are computed.

    Tests on ranks ask which values are equal, and 0.4 - 0.3 is not 0.2 - 0.1 in binary.

    Args:
        values: float64[n]
        table: float64[n, n_algorithms]

    >>> a, b = np.array([0.4, 0.2]), np.array([0.3, 0.1])
    >>> len(np.unique(a - b)), len(np.unique(without_noise(a - b, np.array([a, b]))))
    (2, 1)
    """
    # A power of two: dividing by it and multiplying again rounds nothing.
    unit = np.ldexp(1.0, np.frexp(np.abs(table).max(initial=0))[1])
    return np.round(values / unit, 12) * unit
