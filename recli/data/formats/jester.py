"""The wide matrix in which the Jester ratings are published."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from recli import errors
from recli.data.columns.numbers import numbers
from recli.data.description import RatingsSource, TableSource
from recli.data.formats._base import Format, Malformed, TextTable
from recli.data.formats._matrix import Matrix, numbered, ranks
from recli.data.formats.delimited import Delimited as _Delimited
from recli.data.formats.excel import sheet
from recli.data.sources.location import Location

_NOT_RATED = 99.0
_EXCEL = b"\xd0\xcf\x11\xe0"  # the first bytes of an .xls


class Jester(Format):
    """A row a user, a column an item after a first column that counts the user's ratings.

    As text or as the first sheet of an .xls (extra `excel`). Users and items are numbered from 1 in
    the order of rows and columns. An empty cell, or the value `missing` of the dataset.toml, 99
    unless it says otherwise, means that there is no rating. A row whose count is wrong is malformed.
    """

    summary = "wide matrix, a row a user, the first column a count, 99 for no rating; also .xls"

    def read(self, file: Location, source: TableSource) -> TextTable:
        excel = file.read_bytes(len(_EXCEL)) == _EXCEL
        wide = _sheet(file) if excel else _Delimited().read(file, source)
        if len(wide.columns) < 2:
            raise errors.DataError(f"{file}: has no column for an item after that of the counts.")
        counts, *columns = wide.columns.values()
        missing = source.missing if isinstance(source, RatingsSource) else None
        matrix = Matrix(columns, _NOT_RATED if missing is None else missing)
        n_rated = matrix.rated.sum(axis=1)
        wrong = np.flatnonzero(numbers(counts) != n_rated)
        miscounted = [
            Malformed(
                int(wide.lines[row]),
                f"{n_rated[row]} ratings where the first column counts {counts[int(row)]}",
                ",".join(column[int(row)].as_py() for column in wide.columns.values()),
            )
            for row in wrong
        ]
        matrix.rated[wrong] = False
        items = numbered(np.arange(len(columns)))
        found = matrix.ratings(numbered(ranks(wide)), items, wide.lines)
        found.malformed = [*wide.malformed, *miscounted]
        return found


def _sheet(file: Location) -> TextTable:
    """A sheet as columns of text; its rows are the lines."""
    rows = sheet(file)
    columns = {
        f"column{position}": _column(cells)
        for position, cells in enumerate(zip(*rows, strict=True), start=1)
    }
    return TextTable(columns, np.arange(1, len(rows) + 1))


def _column(values: object) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(values).cast(pa.string())])
