"""How much of a number goes back to each user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recli.evaluation.metrics._base import mean_without

_ROUNDING = 1e-12


@dataclass(frozen=True, eq=False)
class Influences:
    """A number that is shown, and how much of it goes back to each user.

    Attributes:
        value: the number, in units of the metric
        of_users: float64[n_users], the number less what it would be without the user, so that what they
            add to it has its sign; NaN where they have no part in it, infinite where without them there
            is no number
    """

    value: float
    of_users: np.ndarray

    @classmethod
    def of_fold(
        cls, value: float, own: np.ndarray, without: np.ndarray | None = None
    ) -> Influences:
        """Those of a metric on one fold.

        A user has no part in it who has no value of their own and whose absence changes nothing, such as
        who likes nothing of the test.

        Args:
            value: the metric over all users of the fold
            own: float64[n_users], over each alone
            without: float64[n_users], over all but each; None where `value` is the mean of `own`

        >>> Influences.of_fold(0.5, np.array([0.5, 0.2, np.nan, 0.8])).of_users.round(12)
        array([ 0.  , -0.15,   nan,  0.15])
        """
        if np.isnan(value):
            return cls(value, np.full(len(own), np.nan))
        without = mean_without(own) if without is None else without
        change = np.where(np.isnan(without), np.inf, value - without)
        nothing = np.abs(change) <= _ROUNDING * max(1.0, abs(value))
        return cls(value, np.where(np.isnan(own) & nothing, np.nan, change))

    @classmethod
    def of_mean(cls, values: np.ndarray) -> Influences:
        """Those of the mean of `values`.

        Args:
            values: float64[n_users]; NaN for users who do not count
        """
        counted = values[~np.isnan(values)]
        mean = float(counted.mean()) if len(counted) else float("nan")
        return cls.of_fold(mean, values)

    @classmethod
    def over_folds(
        cls, folds: Sequence[Influences], users: Sequence[np.ndarray], n_users: int
    ) -> Influences:
        """Those of the mean over folds: a user's are added up over the folds that they are in.

        Args:
            folds: of each fold, at least one
            users: int[n_users_of_fold] of each, which users those are, from 0 on, each once
            n_users: how many there are in all
        """
        total, takes_part = np.zeros(n_users), np.zeros(n_users, bool)
        for fold, of_fold in zip(folds, users, strict=True):
            known = ~np.isnan(fold.of_users)
            total[of_fold[known]] += fold.of_users[known]
            takes_part[of_fold[known]] = True
        mean = float(np.mean([fold.value for fold in folds]))
        return cls(mean, np.where(takes_part, total / len(folds), np.nan))
