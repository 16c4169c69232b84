"""The wide matrix in which the Jester ratings are published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from recli.data.description import RatingsSource, TableSource
from recli.data.formats._base import Format, TextTable
from recli.data.formats.delimited import Delimited as _Delimited

_NOT_RATED = 99.0


class Jester(Format):
    """A row a user, a column an item after a first column that counts the user's ratings.

    Users and items are numbered from 1. The value `missing` of the dataset.toml, 99 unless it says
    otherwise, means that there is no rating.
    """

    summary = "wide matrix, a row a user, the first column a count, 99 for no rating"

    def read(self, path: Path, source: TableSource) -> TextTable:
        wide = _Delimited().read(path, source)
        missing = source.missing if isinstance(source, RatingsSource) else None
        missing = _NOT_RATED if missing is None else missing
        cells = np.stack(
            [column.to_numpy() for column in list(wide.columns.values())[1:]], axis=1
        ).astype(object)
        rated = np.array([[not _equals(cell, missing) for cell in row] for row in cells])
        users, items = np.nonzero(rated)
        columns = {
            "user": pa.chunked_array([pa.array((users + 1).astype(str))]),
            "item": pa.chunked_array([pa.array((items + 1).astype(str))]),
            "rating": pa.chunked_array([pa.array(cells[users, items], pa.string())]),
        }
        return TextTable(columns, wide.lines[users], wide.malformed)


def _equals(cell: str, number: float) -> bool:
    try:
        return float(cell) == number
    except ValueError:
        return False
