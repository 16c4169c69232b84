"""What a metric is: of predicted ratings or of ranked lists."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np


class RatingMetric:
    """A number from true and predicted ratings; a subclass in a file of its own registers it.

    A subclass gives `_value`, which sees at least one rating.
    """

    needs: ClassVar[Literal["predictions"]] = "predictions"
    greater_is_better: ClassVar[bool] = False
    summary: ClassVar[str]

    def __call__(self, truth: np.ndarray, estimate: np.ndarray, users: np.ndarray) -> float:
        """The metric over all ratings; NaN if there are none or if a rating or estimate is NaN.

        truth, estimate: float64[n], the ratings and their predictions
        users: int[n], whose rating it is; any integers, in any order
        """
        if len(truth) == 0 or np.isnan(truth).any() or np.isnan(estimate).any():
            return float("nan")
        return self._value(truth, estimate, users)

    def _value(self, truth: np.ndarray, estimate: np.ndarray, users: np.ndarray) -> float:
        raise NotImplementedError


class RankingMetric:
    """A number per user from a ranked list; a subclass in a file of its own registers it.

    The cut-off k is the width of `hits`. A subclass gives `_values`, which sees only users with
    relevant items.
    """

    needs: ClassVar[Literal["rankings"]] = "rankings"
    greater_is_better: ClassVar[bool] = True
    summary: ClassVar[str]

    def __call__(self, hits: np.ndarray, n_relevant: np.ndarray) -> float:
        """The mean over the users with relevant items; NaN if there are none.

        Arguments as for `per_user`.
        """
        counted = n_relevant > 0
        if not counted.any():
            return float("nan")
        return float(self._values(hits[counted], n_relevant[counted]).mean())

    def per_user(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        """The metric of each user's list, float64[n_users]; NaN for users without relevant items.

        hits: bool[n_users, k], k ≥ 1; whether the item at rank r + 1 of user u's list is relevant,
            shorter lists padded with False
        n_relevant: int64[n_users], all the user's relevant test items, in the list or not
        """
        values = np.full(len(n_relevant), np.nan)
        counted = n_relevant > 0
        values[counted] = self._values(hits[counted], n_relevant[counted])
        return values

    def _values(self, hits: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        raise NotImplementedError
