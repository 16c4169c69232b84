"""A format."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from recli.data.description import TableSource
from recli.data.formats import Format, TextTable
from recli.data.sources.location import Location


class ShopLog(Format):
    """A line a rating: USER>ITEM=RATING."""

    suffixes = (".shoplog",)
    summary = "the log of the shop"

    def read(self, file: Location, source: TableSource) -> TextTable:
        rows = []
        for line in file.read_bytes().decode().splitlines():
            user, _, rest = line.partition(">")
            rows.append((user, *rest.split("=")))
        columns = dict(
            zip(("user", "item", "rating"), map(list, zip(*rows, strict=True)), strict=True)
        )
        texts = {name: pa.chunked_array([pa.array(cells)]) for name, cells in columns.items()}
        return TextTable(texts, np.arange(1, len(rows) + 1))
