"""Users or items of which the training has little or nothing."""

from __future__ import annotations

import numpy as np

from recli.data.splits._base import Fold
from recli.data.splits._rows import grouped, number_of


def cold(codes: np.ndarray, test_size: float, given: int, seed: int) -> Fold:
    """The fold that tests on a random share of the codes, all but `given` rows of each of them.

    Args:
        codes: int32[n], the user or the item of every rating; those with `given` ratings or fewer
            are not drawn, since nothing would be left to test on
        test_size: the share of the whole that is tested
        given: how many ratings of each of them are in the training set
        seed: what is drawn at random is drawn by it
    """
    rng = np.random.RandomState(seed)
    sizes = np.bincount(codes)
    able = rng.permutation(np.flatnonzero(sizes > given))
    drawn = np.zeros(len(sizes), bool)
    drawn[able[: number_of(test_size, len(able))]] = True
    rows, starts = grouped(rng.permutation(len(codes)), codes, len(sizes))
    place = np.arange(len(rows)) - starts[codes[rows]]
    tested = np.empty(len(rows), bool)
    tested[rows] = drawn[codes[rows]] & (place >= given)
    return Fold.where(tested)
