"""What a file says about users or items."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from recli.data.ids import Ids


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of text along ids, a row for each id.

    Attributes:
        ids: row r describes the user or item with code r
        columns: column name -> object[n] of str, empty where unknown
        in_table: bool[n], whether the id had a row in the file
    """

    ids: Ids
    columns: dict[str, np.ndarray]
    in_table: np.ndarray

    def only(self, ids: Ids) -> Self:
        """The rows of these users or items, all of which the table has, in their order.

        Args:
            ids: raw ids and their codes
        """
        rows = self.ids.codes(ids.text)
        columns = {name: column[rows] for name, column in self.columns.items()}
        return replace(self, ids=ids, columns=columns, in_table=self.in_table[rows])

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 over ids, columns that algorithms learn from, and what the table `_declares`."""
        return self._digest(self._learned_from)

    @functools.cached_property
    def whole_fingerprint(self) -> str:
        """SHA-256 over ids, all columns, their names, and what the table `_declares`.

        For what goes by columns that nothing declares, as a condition or a class from elsewhere may.
        """
        names = hashlib.sha256("\x1f".join(sorted(self.columns)).encode()).hexdigest()
        return names + self._digest(self.columns)

    def _digest(self, columns: Iterable[str]) -> str:
        digest = hashlib.sha256()
        for column in (self.ids.text, *(self.columns[name] for name in sorted(columns))):
            digest.update("\x1f".join(column).encode())
            digest.update(b"\x1e")
        digest.update(self._declares())
        return digest.hexdigest()

    @property
    def _learned_from(self) -> Iterable[str]:
        """The columns of which algorithms learn."""
        return self.columns

    def _declares(self) -> bytes:
        """What tells this table from another with the same texts: the names of the columns."""
        return repr(sorted(self.columns)).encode()
