"""Comma-separated values."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, ClassVar

import numpy as np
import pyarrow as pa

from recli.ranking.writers._base import FileWriter, Write


class CsvWriter(FileWriter):
    """Comma-separated values in UTF-8 with a header; numbers in full, nothing for what is absent."""

    suffixes = (".csv",)
    summary = "comma-separated values with a header"
    opens_in_spreadsheets = True
    _delimiter: ClassVar[str] = ","

    @contextmanager
    def _into(self, file: BinaryIO, schema: pa.Schema) -> Iterator[Write]:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        rows = csv.writer(text, delimiter=self._delimiter, lineterminator="\n")
        rows.writerow(schema.names)

        def write(table: pa.Table) -> None:
            columns = [plain(table[name]) for name in schema.names]
            rows.writerows(zip(*columns, strict=True))

        yield write
        text.flush()
        text.detach()


def plain(column: pa.ChunkedArray) -> list[object]:
    """The values of a column as text formats have them: times as ISO 8601, None for what is absent.

    Args:
        column: of a table of rows; times are in UTC
    """
    if pa.types.is_timestamp(column.type):
        # By `view`: a cast imports pyarrow.compute, which takes as long as to recommend to one user.
        numbers = [chunk.view(pa.int64()).to_pylist() for chunk in column.chunks]
        times = np.array([*itertools.chain(*numbers)], f"M8[{column.type.unit}]").astype("M8[s]")
        return [f"{time}Z" for time in np.datetime_as_string(times)]
    values: list[object] = column.to_pylist()
    return values
