"""Apache Parquet."""

from __future__ import annotations

import pyarrow.parquet as pq

from recli.data.description import TableSource
from recli.data.formats._arrow import reading, text_table
from recli.data.formats._base import Format, TextTable
from recli.data.sources.location import Location


class Parquet(Format):
    """Columns by name; ids become text, so that integers stay `42` and not `42.0`."""

    suffixes = (".parquet", ".pq")
    summary = "Apache Parquet, columns by name"

    def recognises(self, head: bytes, file: Location) -> bool:
        return head.startswith(b"PAR1")

    def expected_rows(self, file: Location) -> int | None:
        if file.size is None:
            return None
        with reading(file, "Parquet"):
            return int(pq.read_metadata(file.path).num_rows)

    def read(self, file: Location, source: TableSource) -> TextTable:
        with reading(file, "Parquet"), file.local() as path, pq.ParquetFile(path) as content:
            return text_table(content.read())
