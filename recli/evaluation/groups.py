"""Metrics of parts of a test: of users or items that have something in common."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GroupScores:
    """What one algorithm reached for one group.

    by: what the groups are made by, as the user writes it: `activity`, `user:occupation`
    group: its name: `cold`, `student`
    n_users, n_ratings: users and ratings of the test that belong to it
    metrics: measure -> value, NaN where it is not defined
    """

    by: str
    group: str
    n_users: int
    n_ratings: int
    metrics: dict[str, float]
