"""A table in many parts."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa

from recli import errors
from recli.data.description import TableSource
from recli.data.formats._base import Format, Source, TextTable
from recli.data.sources.location import LINES, Location, Part


class Parted(Format):
    """Parts in a format of their own, one below the other; what their folders say are columns too.

    A part may have a header or not, as the first has or when a file was cut into pieces.

    Args:
        of_each: the format of each part
    """

    def __init__(self, of_each: Format) -> None:
        self._of_each = of_each

    def expected_rows(self, file: Location) -> int | None:
        total = 0
        for part in file.parts:
            n = self._of_each.expected_rows(part.file)
            if n is None:
                return None
            total += n
        return total

    def complete(self, file: Location, source: Source) -> tuple[Source, list[str]]:
        return self._of_each.complete(file.parts[0].file, source)

    def read(self, file: Location, source: TableSource) -> TextTable:
        source, _ = self.complete(file, source)
        tables: list[TextTable] = []
        for number, part in enumerate(file.parts, start=1):
            table = self._part(part, source)
            if tables and set(table.names) != set(tables[0].names):
                raise _another_shape(file, part, table.names, tables[0].names)
            table.lines = table.lines + number * LINES
            table.malformed = [
                dataclasses.replace(row, line=row.line + number * LINES) for row in table.malformed
            ]
            tables.append(table)
        read = zip(file.parts, tables, strict=True)
        columns = {}
        for name, first in tables[0].columns.items():
            chunks = [c for t in tables for c in t.columns[name].cast(first.type).chunks]
            columns[name] = pa.chunked_array(chunks, first.type)
        return TextTable(
            columns,
            np.concatenate([table.lines for table in tables]),
            [row for table in tables for row in table.malformed],
            [f"{part.name}: {note}" for part, table in read for note in table.notes],
            tables[0].found,
        )

    def _part(self, part: Part, source: TableSource) -> TextTable:
        if source.header and source.columns:
            anew = dataclasses.replace(source, columns=None)
            own, _ = self._of_each.complete(part.file, anew)
            if set(own.columns or ()) != set(source.columns):
                # A header of other names makes a table of another shape; none goes on with the last.
                own, _ = self._of_each.complete(part.file, dataclasses.replace(anew, header=None))
            source = own if own.header else dataclasses.replace(source, header=False)
        table = self._of_each.read(part.file, source)
        for name, value in part.keys.items():
            if name in table.columns:
                raise errors.DataError(
                    f"{part.file}: has a column '{name}', and lies in a folder that is called so."
                )
            table.columns[name] = pa.chunked_array([pa.array([value] * len(table), pa.string())])
        return table


def _another_shape(
    file: Location, part: Part, found: list[str], expected: list[str]
) -> errors.DataError:
    return errors.DataError(
        f"{file}: the part {part.name} is of another shape: its columns are {', '.join(found)}, those of "
        f"{file.parts[0].name} are {', '.join(expected)}. Leave it out by a narrower pattern, or mend it."
    )
