"""The user table: age, occupation, or whatever else is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from recli.data.ids import Ids
from recli.data.tables.table import Table


@dataclass(frozen=True, eq=False)
class Users(Table):
    """What is known about users besides ratings, a row for each user who rated.

    Users who stand in the file alone are left out: unlike an item, which can be recommended before
    anybody rated it, a user without a rating has no part in anything.

    columns: all of the file but the ids

    Attributes:
        n_unrated: how many rows were left out
    """

    n_unrated: int = 0

    def and_unknown(self, ids: Ids) -> Self:
        """The table for `ids`, in which one more, of whom nothing is known, follows the present ones.

        Args:
            ids: raw ids and their codes
        """
        columns = {name: np.append(column, "") for name, column in self.columns.items()}
        return replace(self, ids=ids, columns=columns, in_table=np.append(self.in_table, False))
