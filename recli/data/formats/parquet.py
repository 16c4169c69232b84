"""Apache Parquet."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet

from recli import errors
from recli.data import sniff
from recli.data.description import TableSource
from recli.data.formats._base import Format, TextTable
from recli.data.location import Location


class Parquet(Format):
    """Columns by name; ids become text, so that integers stay `42` and not `42.0`.

    Lists and structures, which can be no id or rating, are left out.
    """

    suffixes = (".parquet", ".pq")
    summary = "Apache Parquet, columns by name"

    def read(self, file: Location, source: TableSource) -> TextTable:
        try:
            with file.local() as path, pa.parquet.ParquetFile(path) as content:
                table = content.read()
            names = sniff.names([table.column_names], header=True)
            columns = {
                name: _text(column)
                for name, column in zip(names, table.columns, strict=True)
                if not pa.types.is_nested(column.type)
            }
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise errors.DataError(f"{file}: cannot be read as Parquet: {error}") from None
        except OSError as error:
            raise errors.DataError(f"{file}: cannot be read: {error.strerror or error}") from None
        return TextTable(columns, np.arange(1, table.num_rows + 1))


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp(column.type.unit))  # UTC, where it has a zone
    return pa.compute.fill_null(column.cast(pa.string()), "")
