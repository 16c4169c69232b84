"""A matrix with a row a user and a column an item, as a row for each rating."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute

from recli.data.columns.number import is_gap, number
from recli.data.formats._base import TextTable


def is_absent(text: str, missing: float | None) -> bool:
    """Whether a cell says that there is no rating: nothing, a word that says so, or `missing`.

    Args:
        text: the text to read
        missing: the value of a cell that is no rating
    """
    return is_gap(text) or (missing is not None and number(text) == missing)


class Matrix:
    """The cells of a matrix, and which of them are ratings.

    rated: bool[n_rows, n_columns]; those set to False are left out of `ratings`

    Args:
        columns: text[n_rows] of each item
        missing: the value of a cell that is no rating
    """

    def __init__(self, columns: list[pa.ChunkedArray], missing: float | None) -> None:
        self.cells = pa.concat_arrays([column.combine_chunks() for column in columns])
        distinct = self.cells.unique()
        absent = pa.array([is_absent(text, missing) for text in distinct.to_pylist()])
        found = pa.compute.is_in(self.cells, distinct.filter(absent))
        rated = ~found.to_numpy(zero_copy_only=False)
        self.rated: np.ndarray = rated.reshape(len(columns), -1).T

    def ratings(self, users: pa.Array, items: pa.Array, lines: np.ndarray) -> TextTable:
        """A row for each rating, user by user.

        Args:
            users: text[n_rows]
            items: text[n_columns]
            lines: int64[n_rows]
        """
        rows, columns = np.nonzero(self.rated)
        places = columns * len(self.rated) + rows
        found = {
            "user": users.take(pa.array(rows)),
            "item": items.take(pa.array(columns)),
            "rating": self.cells.take(pa.array(places)),
        }
        return TextTable({name: pa.chunked_array([a]) for name, a in found.items()}, lines[rows])


def numbered(places: np.ndarray) -> pa.Array:
    """The numbers from 1 on that stand for places from 0 on, as text.

    Args:
        places: int64[n], places from 0 on
    """
    return pa.array(places + 1).cast(pa.string())


def ranks(table: TextTable) -> np.ndarray:
    """int64[n], the place of each row among all rows of the file, those that could not be cut too.

    So numbers of users do not depend on whether the rows of others could be read.

    Args:
        table: the columns, as text
    """
    lines = np.sort([*table.lines, *(row.line for row in table.malformed)])
    return np.searchsorted(lines, table.lines)
