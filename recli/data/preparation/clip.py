"""Ratings within bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli import errors
from recli.data.preparation._base import Draft, Step
from recli.params import Float


@dataclass(frozen=True)
class Clip(Step):
    """Raise ratings to the lowest that there may be, and lower them to the highest.

    The scale is clipped as well.

    Attributes:
        low: the least that a rating may be; None for no bound
        high: the most that a rating may be; None for no bound
    """

    parameters = (
        Float("low", None, "lowest rating that there may be"),
        Float("high", None, "highest rating that there may be"),
    )
    example = "clip:low=1,high=5"

    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low is None and self.high is None:
            raise errors.UsageError(
                f"The step clip needs low, high or both, as in '{self.example}'."
            )
        if self.low is not None and self.high is not None and self.low > self.high:
            raise errors.UsageError(f"'{self}': high is less than low.")

    def apply(self, draft: Draft) -> tuple[Draft, str]:
        ratings = draft.dataset.ratings
        values = np.clip(ratings.values, self.low, self.high)
        low, high = np.clip(ratings.scale, self.low, self.high).tolist()
        n_clipped = int(np.count_nonzero(values != ratings.values))
        return draft.with_ratings(
            values=values, scale=(low, high)
        ), f"{n_clipped:,} ratings clipped"
