"""The ratings between two days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli import errors
from recli.data.preparation._base import Draft, Step
from recli.params import Date


@dataclass(frozen=True)
class TimeRange(Step):
    """Keep the ratings from one day to another, both included, UTC.

    Attributes:
        since: the first moment that stays, a date or a time in ISO 8601
        until: the first moment that no longer stays, a date or a time in ISO 8601

    Raises:
        DataError: where ratings have no times
    """

    parameters = (
        Date("since", None, "first day of the ratings that stay"),
        Date("until", None, "last day of the ratings that stay"),
    )
    example = "time-range:since=2001-01-01,until=2001-12-31"

    since: str | None = None
    until: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.since is None and self.until is None:
            raise errors.UsageError(
                f"The step time-range needs since, until or both, as in '{self.example}'."
            )
        if self.since and self.until and self.since > self.until:
            raise errors.UsageError(f"'{self}': until is before since.")

    def apply(self, draft: Draft) -> tuple[Draft, str]:
        ratings = draft.dataset.ratings
        if ratings.times is None:
            raise errors.DataError(
                f"'{self}' goes by time, and the ratings of {draft.dataset.name} have none. Say which "
                'column it is with `…, time="NAME"`.'
            )
        stays = np.ones(len(ratings), bool)
        if self.since is not None:
            stays &= ratings.times >= _second(self.since) * ratings.per_second
        if self.until is not None:
            stays &= ratings.times < (_second(self.until) + 86_400) * ratings.per_second
        return draft.only(stays), ""


def _second(day: str) -> int:
    return int(np.datetime64(day, "s").astype(np.int64))
