"""A writer of somebody else: JSON arrays, one a line, the names first."""

from __future__ import annotations

import json
from contextlib import contextmanager

from recli.ranking.writers import FileWriter


class Lines(FileWriter):
    """JSON arrays, one a line: the names of the columns, then a place in each."""

    suffixes = (".lines",)
    summary = "JSON arrays, one a line"

    @contextmanager
    def _into(self, file, schema):
        def line(values):
            file.write(f"{json.dumps(values, default=str)}\n".encode())

        def write(table):
            for row in table.to_pylist():
                line(list(row.values()))

        line(schema.names)
        yield write
