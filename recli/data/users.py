"""The user table: age, occupation, or whatever else is known."""

from __future__ import annotations

from dataclasses import dataclass

from recli.data.table import Table


@dataclass(frozen=True, eq=False)
class Users(Table):
    """What is known about users besides ratings, a row for each user who rated.

    Users who stand in the file alone are left out: unlike an item, which can be recommended before
    anybody rated it, a user without a rating has no part in anything.

    columns: all of the file but the ids
    n_unrated: how many rows were left out
    """

    n_unrated: int = 0
