"""What a row of a file looks like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recli.data.columns import sniff
from recli.data.columns.cells import Cutter

_MOST = 0.5  # what is no row in a sample of lines is a part of a text


@dataclass(frozen=True)
class Shape:
    """How many cells the rows of a file have, and in which of them most have a number.

    Attributes:
        cutter: how a line is cut into cells
        width: how many cells a row has
        numeric: places of the columns that hold numbers
    """

    cutter: Cutter
    width: int
    numeric: tuple[int, ...]

    @classmethod
    def of(cls, rows: Sequence[Sequence[str]], cutter: Cutter, width: int) -> Shape:
        """The shape of the rows of a file, some of which are cut into cells here.

        Args:
            rows: the first rows, cut into cells
            cutter: how a line is cut into cells
            width: how many cells a row has
        """
        rows = [row for row in rows if len(row) == width]
        numeric = (
            place
            for place in range(width if rows else 0)
            if sum(sniff.is_number(row[place]) for row in rows) >= _MOST * len(rows)
        )
        return cls(cutter, width, tuple(numeric))

    def fits(self, line: str) -> bool:
        """Whether the line looks like a row, however its quotes are meant.

        One number where the rows have numbers is enough: to take a row for text would lose it.

        Args:
            line: a line of the file, without its end
        """
        return self._alike(self.cutter.plain(line)) or (
            '"' in line and self._alike(self.cutter.cells(line) or [])
        )

    def _alike(self, row: Sequence[str]) -> bool:
        return len(row) == self.width and (
            not self.numeric or any(sniff.is_number(row[place]) for place in self.numeric)
        )
