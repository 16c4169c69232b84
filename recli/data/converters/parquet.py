"""Ratings as Apache Parquet."""

from __future__ import annotations

from typing import BinaryIO

import pyarrow.parquet as pq

from recli.data.converters._base import FileConverter
from recli.data.converters._tables import ratings_table
from recli.data.dataset import Dataset


class ParquetConverter(FileConverter):
    """Typed columns: user_id, item_id, rating or weight, timestamp."""

    suffixes = (".parquet", ".pq")
    summary = "ratings as Apache Parquet, typed columns"

    def _into(self, dataset: Dataset, file: BinaryIO) -> None:
        pq.write_table(ratings_table(dataset.ratings), file)
