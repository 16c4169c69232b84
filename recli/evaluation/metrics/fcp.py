"""Fraction of concordant pairs."""

from __future__ import annotations

import numpy as np

from recli.evaluation.elsewhere import SURPRISE, Elsewhere
from recli.evaluation.metrics._base import PooledMetric, ratio
from recli.evaluation.predictions import Predictions


class FCP(PooledMetric):
    """The fraction of a user's pairs of ratings that the predictions put in the right order.

    FCP = n_c / (n_c + n_d). Of the pairs of one user's ratings with r_ui > r_uj, those with
    r̂_ui > r̂_uj are concordant and the others, ties among the predictions included, discordant;
    pairs of equal ratings do not count. n_c is the mean number of concordant pairs over the users
    that have one, n_d likewise: `surprise.accuracy.fcp` to the last pair, where Koren and Sill
    (Collaborative Filtering on Ordinal User Feedback, IJCAI 2013, section 5.2) take the sums.

    From 0 to 1. NaN for no ratings and, where Surprise raises ValueError, if no user has two
    different ratings; a user's value is n_c / (n_c + n_d) over their own pairs. O(n log n) for each
    doubling of the number of different ratings, and O(n) memory.

    >>> truth, estimate = np.array([5.0, 3.0, 1.0, 4.0]), np.array([4.5, 2.0, 2.0, 3.0])
    >>> round(FCP()(Predictions(truth, estimate, np.array([0, 0, 0, 1]))), 4)
    0.6667
    >>> FCP()(Predictions(truth, estimate, np.arange(4)))
    nan
    """

    greater_is_better = True
    highest = 1.0
    perfect = 1.0
    summary = "fraction of a user's pairs of ratings predicted in the right order"
    elsewhere = (Elsewhere(0.673469, {SURPRISE: "accuracy.fcp"}),)

    def _sums(self, predictions: Predictions) -> np.ndarray:
        pairs = _pairs(predictions.truth, predictions.estimate, predictions.row)
        return np.column_stack([column for one in pairs for column in (one, one > 0)]).astype(float)

    def _of_sums(self, sums: np.ndarray) -> np.ndarray:
        n_c, n_d = (np.nan_to_num(ratio(sums[..., i], sums[..., i + 1])) for i in (0, 2))
        return ratio(n_c, n_c + n_d)


def _pairs(
    truth: np.ndarray, estimate: np.ndarray, user: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Concordant and discordant pairs of each user, int64[n_users].

    Two different integers part at exactly one bit: their highest unequal one. So with the ratings
    numbered in order, the pairs that part at bit b are counted for each b, among the ratings of a
    user that agree above b: one with the bit set is greater than each one with the bit clear.

    >>> _pairs(np.array([5.0, 3.0, 1.0]), np.array([4.5, 2.0, 2.0]), np.array([0, 0, 0]))
    (array([2]), array([1]))
    """
    levels, level = np.unique(truth, return_inverse=True)
    n_bits = (len(levels) - 1).bit_length()
    order = np.lexsort((estimate, user))
    user, estimate = user[order], estimate[order]
    key = user << n_bits | level[order]
    starts = np.flatnonzero(_changes(user))
    concordant = np.zeros(len(starts), np.int64)
    discordant = np.zeros(len(starts), np.int64)
    for bit in reversed(range(n_bits)):
        # Here the rows are sorted by the key's bits above `bit`, then by estimate.
        is_set = key >> bit & 1 == 1
        clear_before = np.cumsum(~is_set) - ~is_set
        new_group = _changes(key >> bit + 1)
        group = np.cumsum(new_group) - 1
        group_starts = np.flatnonzero(new_group)
        n_clear = np.add.reduceat(~is_set, group_starts, dtype=np.int64)[group]
        # Equal estimates share what lies before the first of them: a tie is not concordant.
        run_starts = np.flatnonzero(new_group | _changes(estimate))
        tied = np.repeat(run_starts, np.diff(run_starts, append=len(key)))
        smaller = clear_before[tied] - clear_before[group_starts][group]
        concordant += np.add.reduceat(np.where(is_set, smaller, 0), starts)
        discordant += np.add.reduceat(np.where(is_set, n_clear - smaller, 0), starts)
        order = np.argsort(key >> bit, kind="stable")
        key, estimate = key[order], estimate[order]
    return concordant, discordant


def _changes(values: np.ndarray) -> np.ndarray:
    """Where a value differs from the one before it; the first does."""
    return np.concatenate(([True], values[1:] != values[:-1]))
