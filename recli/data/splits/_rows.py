"""Rows counted, cut and grouped: what several splits are made of."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from recli import errors
from recli.data.splits._base import Fold


def number_of(share: float, n: int) -> int:
    """A share of `n` things, rounded up as Surprise does.

    Args:
        share: the share of the whole, above 0 and below 1
        n: how many there are

    >>> number_of(0.2, 11)
    3
    """
    return math.ceil(share * n)


def check_enough(n: int, n_splits: int, what: str) -> None:
    """Check that there are as many things, users for instance, as folds.

    Args:
        n: how many things there are
        n_splits: how many folds
        what: what they are, in the plural, for people

    Raises:
        DataError: when they are fewer than the folds
    """
    if n_splits > n:
        raise errors.DataError(
            f"{n:,} {what}{'s' * (n != 1)} cannot be cut into {n_splits} folds. "
            f"Add {what}s, or take fewer folds."
        )


def k_folds(n: int, n_splits: int, rng: np.random.RandomState) -> Iterator[Fold]:
    """The rows 0 … n − 1 shuffled and cut into `n_splits` runs, each the test of one fold.

    The first runs are longer by one where the number does not divide. Draws as Surprise does.

    Args:
        n: how many rows there are
        n_splits: how many folds
        rng: what is drawn at random is drawn by it
    """
    check_enough(n, n_splits, "rating")
    rows = np.arange(n)
    rng.shuffle(rows)
    start = 0
    for run in np.array_split(rows, n_splits):
        end = start + len(run)
        yield Fold(np.concatenate([rows[:start], rows[end:]]), run)
        start = end


def grouped(rows: np.ndarray, codes: np.ndarray, n_codes: int) -> tuple[np.ndarray, np.ndarray]:
    """`rows` grouped by their code, int64[n], and where each group starts, int64[n_codes + 1].

    Within a group they keep the order in which they are given.

    Args:
        rows: int64[n], places of rows
        codes: int[n_ratings], the code of every row of the table
        n_codes: how many codes there are
    """
    from recli.kernels.counting_sort import order_by  # numba: not for those who only list splits

    starts, order = order_by(codes[rows], n_codes)
    return rows[order], starts
