"""Apache ORC."""

from __future__ import annotations

from recli.data.description import TableSource
from recli.data.formats._arrow import reading, text_table
from recli.data.formats._base import Format, TextTable
from recli.data.sources.location import Location


class ORC(Format):
    """Columns by name."""

    suffixes = (".orc",)
    summary = "Apache ORC, columns by name"

    def recognises(self, head: bytes, file: Location) -> bool:
        return head.startswith(b"ORC")

    def read(self, file: Location, source: TableSource) -> TextTable:
        from pyarrow import orc

        with reading(file, "ORC"), file.local() as path, path.open("rb") as content:
            return text_table(orc.ORCFile(content).read())
