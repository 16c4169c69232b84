"""Feather and its other name, Arrow IPC."""

from __future__ import annotations

import pyarrow as pa

from recli.data.description import TableSource
from recli.data.formats._arrow import reading, text_table
from recli.data.formats._base import Format, TextTable
from recli.data.sources.location import Location

_FILE = b"ARROW1"  # how a file begins that is no stream


class Feather(Format):
    """Columns by name, from a Feather file (version 2) or an Arrow IPC file or stream."""

    suffixes = (".feather", ".arrow", ".arrows", ".ipc")
    summary = "Feather and Arrow IPC, columns by name"

    def recognises(self, head: bytes, file: Location) -> bool:
        return head.startswith(b"ARROW1")

    def read(self, file: Location, source: TableSource) -> TextTable:
        is_file = file.read_bytes(len(_FILE)) == _FILE
        opened = pa.ipc.open_file if is_file else pa.ipc.open_stream
        with (
            reading(file, "Feather or Arrow"),
            file.local() as path,
            pa.OSFile(str(path)) as content,
            opened(content) as batches,
        ):
            return text_table(batches.read_all())
