"""Ratings as CSV."""

from __future__ import annotations

from typing import BinaryIO

import pyarrow.csv as pc

from recli.data.converters._base import FileConverter
from recli.data.converters._tables import ratings_table
from recli.data.dataset import Dataset


class CsvConverter(FileConverter):
    """A header, quotes where a text needs them, times in ISO 8601, UTC."""

    suffixes = (".csv",)
    summary = "ratings as comma-separated values with a header"

    def _into(self, dataset: Dataset, file: BinaryIO) -> None:
        table = ratings_table(dataset.ratings)
        file.write(f"{','.join(table.column_names)}\n".encode())
        options = pc.WriteOptions(include_header=False, quoting_style="needed")
        pc.write_csv(table, file, options)
