"""Apache Parquet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet

from recli.ranking.writers._base import FileWriter, Write

_ROWS = 1 << 16  # of a row group; a few megabytes


class ParquetWriter(FileWriter):
    """Typed columns; rows are held until they fill a row group."""

    suffixes = (".parquet", ".pq")
    summary = "Apache Parquet, typed columns"

    @contextmanager
    def _into(self, file: BinaryIO, schema: pa.Schema) -> Iterator[Write]:
        held: list[pa.Table] = []

        def write(table: pa.Table) -> None:
            held.append(table)
            if sum(map(len, held)) >= _ROWS:
                flush()

        def flush() -> None:
            target.write_table(pa.concat_tables(held))
            held.clear()

        with pa.parquet.ParquetWriter(file, schema) as target:
            yield write
            if held:
                flush()
