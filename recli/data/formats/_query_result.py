"""What a database answers, as text."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from recli import errors
from recli.data.columns import sniff
from recli.data.description import TableSource
from recli.data.formats._base import Format, TextTable
from recli.data.sources.location import Location
from recli.data.sources.query import Query


class QueryResult(Format):
    """The rows of a query or of a table in a database; their numbers stand for lines."""

    def read(self, file: Location, source: TableSource) -> TextTable:
        assert isinstance(file, Query)
        chunks: dict[str, list[pa.Array]] = {}
        for names, rows in file.batches():
            columns = zip(*rows, strict=True)
            for name, column in zip(sniff.names([names], header=True), columns, strict=True):
                chunks.setdefault(name, []).append(pa.array(map(_text, column), pa.string()))
        if not chunks:
            raise errors.DataError(f"{file}: there is no row in the answer.")
        found = {name: pa.chunked_array(arrays) for name, arrays in chunks.items()}
        return TextTable(found, np.arange(1, len(next(iter(found.values()))) + 1))


def _text(value: Any) -> str:
    """A value as a file would have it, the empty text for none.

    >>> _text(None), _text(True), _text(4.5), _text(b"ab")
    ('', '1', '4.5', '6162')
    """
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case Decimal():
            return format(value, "f")
        case datetime.datetime() | datetime.date():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
    return str(value)
