"""JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pyarrow as pa

from recli.ranking.writers._base import FileWriter, Write
from recli.ranking.writers.csv import plain


class JSONLines(FileWriter):
    """An object a line for each place, in UTF-8; null for what is absent.

    Ids are numbers where all ids of the ratings are plain integers, otherwise text.
    """

    suffixes = (".jsonl", ".ndjson")
    summary = "an object a line for each place"

    @contextmanager
    def _into(self, file: BinaryIO, schema: pa.Schema) -> Iterator[Write]:
        def write(table: pa.Table) -> None:
            columns = [plain(table[name]) for name in schema.names]
            for row in zip(*columns, strict=True):
                place = dict(zip(schema.names, row, strict=True))
                file.write((json.dumps(place, ensure_ascii=False, allow_nan=False) + "\n").encode())

        yield write
