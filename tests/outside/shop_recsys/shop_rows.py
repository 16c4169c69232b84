"""A writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pyarrow as pa

from recli.ranking.writers import FileWriter


class ShopRows(FileWriter):
    """A line a place: user, then item."""

    suffixes = (".shop",)
    summary = "a line a place"

    @contextmanager
    def _into(self, file: BinaryIO, schema: pa.Schema) -> Iterator[object]:
        def write(table: pa.Table) -> None:
            for row in table.select(["user", "item"]).to_pylist():
                file.write(f"{row['user']} {row['item']}\n".encode())

        yield write
