"""A text as lines, some of which are written anew or left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

_BLANK = re.compile(rb"(?: *\n)*")


@dataclass(frozen=True)
class Edit:
    """Lines that are not rows as they stand.

    Attributes:
        line: the first of them, from 0
        n_lines: how many there are
        start: where their bytes begin and where the next line does
        end: likewise
        row: what stands for them, as a line with its end; nothing where they are left out
    """

    line: int
    n_lines: int
    start: int
    end: int
    row: bytes = b""


@dataclass(frozen=True)
class FileText:
    """UTF-8 whose lines all end with LF.

    Attributes:
        content: the file, or how it begins
        first: the number of the first line
        lines: int64[n], the number in the file of each record, None where that is `first`, first +
            1, …
    """

    content: bytes
    first: int = 1
    lines: np.ndarray | None = None

    def numbers(self, n: int) -> np.ndarray:
        """int64[n], the numbers in the file of all `n` records.

        Args:
            n: how many records there are
        """
        if self.lines is None:
            return np.arange(self.first, self.first + n)
        assert len(self.lines) == n
        return self.lines

    def number(self, record: int) -> int:
        """The number in the file of one record, counted from 0.

        Args:
            record: the place of the record, from 0 on
        """
        return self.first + record if self.lines is None else int(self.lines[record])

    def filled(self) -> FileText:
        """The text from its first line with something on it."""
        blank = _BLANK.match(self.content)
        assert blank
        if not blank.end():
            return self
        n = self.content.count(b"\n", 0, blank.end())
        lines = None if self.lines is None else self.lines[n:]
        return FileText(self.content[blank.end() :], self.first + n, lines)

    def edited(
        self, edits: Iterable[Edit], others: Callable[[bytes], bytes] | None = None
    ) -> FileText:
        """The text with these lines edited, in their order, and `others` done to all the others.

        Args:
            edits: what is written anew, in the order of the text
            others: what is done to the text between the edits
        """
        parts: list[bytes] = []
        dropped: list[int] = []
        place = 0
        for edit in edits:
            parts += [self._part(place, edit.start, others), edit.row]
            place = edit.end
            dropped += range(edit.line + bool(edit.row), edit.line + edit.n_lines)
        if not parts:
            return (
                self if others is None else FileText(others(self.content), self.first, self.lines)
            )
        parts.append(self._part(place, len(self.content), others))
        kept = np.ones(self.content.count(b"\n"), dtype=bool)
        kept[dropped] = False
        return FileText(b"".join(parts), self.first, self.numbers(len(kept))[kept])

    def _part(self, start: int, end: int, others: Callable[[bytes], bytes] | None) -> bytes:
        part = self.content[start:end]
        return others(part) if others and part else part
