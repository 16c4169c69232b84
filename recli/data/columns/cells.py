"""A line of text cut into cells."""

from __future__ import annotations

import re
from collections.abc import Callable

SPACE = " "  # as a delimiter: any run of spaces and tabs
_QUOTE = '"'


class Cutter:
    """Cuts a line at a delimiter; a quote encloses a cell where it stands at both of its ends.

    Args:
        delimiter: some characters, of which a space means any run of spaces and tabs
        escape: the character that takes the next one literally, or empty

    >>> Cutter(",").cells('1,"a, b",6" nails')
    ['1', 'a, b', '6" nails']
    >>> Cutter(",").cells('1,"left open') is None, Cutter(",").plain('1,"left open')
    (True, ['1', '"left open'])
    """

    def __init__(self, delimiter: str, escape: str | None = None) -> None:
        self.delimiter = delimiter
        self.escape = escape or ""
        end = "[ \t]" if delimiter == SPACE else re.escape(delimiter)
        escaped = f"{re.escape(self.escape)}(?s:.)" if self.escape else "(?!)"
        inner = f'(?:{escaped}|""|[^"]|"(?!"|{end}|\n|\\Z))*+'
        self._quoted = re.compile(f'"({inner})"(?={end}|\n|\\Z)')
        self._closing = re.compile(f'{inner}"(?={end}|\n|\\Z)')
        self._bare = re.compile(f"((?:{escaped}|(?!{end})[^\n])*+)")
        self._end = re.compile(f"{end}+" if delimiter == SPACE else end)
        self._unescaped = re.compile(f"{re.escape(self.escape)}((?s:.))") if self.escape else None

    def cells(self, line: str) -> list[str] | None:
        """The cells of a record, which may go over several lines; None if a quote is left open.

        Args:
            line: a line of the file, without its end
        """
        return self._cut(line, self._cell)

    def plain(self, line: str) -> list[str]:
        """The cells where quotes are text.

        Args:
            line: a line of the file, without its end
        """
        if not self.escape:
            return line.split() if self.delimiter == SPACE else line.split(self.delimiter)
        cells = self._cut(line, self._text)
        assert cells is not None
        return cells

    def either(self, line: str) -> list[str]:
        """The cells, quotes being text if one is left open.

        Args:
            line: a line of the file, without its end
        """
        return (self.cells(line) if _QUOTE in line or self.escape else None) or self.plain(line)

    def closes(self, line: str) -> bool:
        """Whether a cell that was opened on an earlier line ends on this one.

        Args:
            line: a line of the file, without its end
        """
        return self._closing.match(line) is not None

    def _cut(
        self, line: str, cell: Callable[[str, int], tuple[str, int] | None]
    ) -> list[str] | None:
        line = line.strip(" \t") if self.delimiter == SPACE else line
        cells, place = [], 0
        while (found := cell(line, place)) is not None:
            cells.append(found[0])
            end = self._end.match(line, found[1])
            if end is None:
                return cells if found[1] == len(line) else None
            place = end.end()
        return None

    def _cell(self, line: str, place: int) -> tuple[str, int] | None:
        if not line.startswith(_QUOTE, place):
            return self._text(line, place)
        found = self._quoted.match(line, place)
        if found is None:
            return None
        # An escaped quote is no half of a doubled one.
        parts = (
            re.split(f"({re.escape(self.escape)}(?s:.))", found[1]) if self.escape else [found[1]]
        )
        text = "".join(
            part.replace('""', '"') if n % 2 == 0 else part[1:] for n, part in enumerate(parts)
        )
        return text, found.end()

    def _text(self, line: str, place: int) -> tuple[str, int]:
        found = self._bare.match(line, place)
        assert found
        text = self._unescaped.sub(r"\1", found[1]) if self._unescaped else found[1]
        return text, found.end()


def quoted(cells: list[str]) -> list[str]:
    """The cells as they stand in a file, quotes around all and those inside doubled.

    Args:
        cells: the cells of a row
    """
    return [f'"{cell.replace(_QUOTE, _QUOTE * 2)}"' for cell in cells]
