"""Apache Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet

from recli.recommend.writers._base import FileWriter, Write


class Parquet(FileWriter):
    """Typed columns; a row group for each part of the users that is ranked together."""

    suffixes = (".parquet", ".pq")
    summary = "Apache Parquet, typed columns"

    @contextmanager
    def _into(self, file: BinaryIO, schema: pa.Schema) -> Iterator[Write]:
        with pa.parquet.ParquetWriter(file, schema) as target:
            yield target.write_table
