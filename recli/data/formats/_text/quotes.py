"""Which quotes enclose cells and which are text; records that go over several lines."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field

import numpy as np

from recli.data.columns.cells import SPACE, Cutter, quoted
from recli.data.formats._base import Malformed
from recli.data.formats._text.shape import Shape
from recli.data.formats._text.text import Edit, FileText

_BLOCK = 1 << 24
_NEWLINE, _QUOTE = b'\n"'


@dataclass
class Quotes:
    """What the quotes of a file are.

    Attributes:
        edits: the records that a parser of CSV would take otherwise, written so that it does not
        malformed: those that are rows in no way
        enclosing: whether quotes enclose any cell
        stray: lines where a quote that begins a cell is text
    """

    edits: list[Edit] = field(default_factory=list)
    malformed: list[Malformed] = field(default_factory=list)
    enclosing: bool = False
    stray: list[int] = field(default_factory=list)


def quotes(
    text: FileText,
    shape: Shape,
    strict: bool,
    delimiter: str,
    comments: Container[int] = (),
    header: int | None = None,
) -> Quotes:
    """What the quotes of a file are, record by record.

    A quote opens a cell at its beginning and closes it at its end. A cell that is closed on a later
    line goes over those lines, unless one of them looks like a row of its own: then the quote is
    text, or, where it cannot be (`strict`), the record is malformed.

    Args:
        text: the text of the file
        shape: what a row of the file looks like
        strict: whether a doubled quote stands for one in every case
        delimiter: what parts the cells of a record that is written anew
        comments: the places where lines begin that are none
        header: the place of the header, which is never set aside
    """
    resolver = _Resolver(text, shape, strict, delimiter)
    done = 0
    for line, start in resolver.doubtful():
        if start == header:
            done = resolver.keep(line, start)
        elif start >= done and start not in comments:
            done = resolver.decide(line, start)
    return resolver.found


@dataclass(frozen=True)
class _Span:
    """The lines that a record goes over if quotes enclose cells; no cells if one is left open.

    Attributes:
        swallows: whether a line within looks like a row
    """

    n_lines: int
    end: int
    cells: list[str] | None
    swallows: bool = False


class _Resolver:
    def __init__(self, text: FileText, shape: Shape, strict: bool, delimiter: str) -> None:
        self.text, self.shape, self.strict = text, shape, strict
        self.delimiter = delimiter
        self.found = Quotes()
        self._unclosed: tuple[int, _Span] | None = None

    def doubtful(self) -> Iterator[tuple[int, int]]:
        """Line (from 0) and place of the records that a parser of CSV might take otherwise."""
        content, start, line = self.text.content, 0, 0
        last = max(content.rfind(sign.encode()) for sign in ('"', self.shape.cutter.escape or '"'))
        while start <= last:
            end = content.index(b"\n", min(start + _BLOCK, last)) + 1
            block = np.frombuffer(content, np.uint8, end - start, start)
            ends = np.flatnonzero(block == _NEWLINE)
            enclosing, lines = _quoted_lines(block, ends, self.shape.cutter)
            self.found.enclosing |= enclosing
            for n in lines.tolist():
                yield line + n, start + (int(ends[n - 1]) + 1 if n else 0)
            start, line = end, line + len(ends)

    def decide(self, line: int, start: int) -> int:
        """Say what the record is that begins here; the place where the next one does.

        Args:
            line: the line of the file, from 1 on
            start: where the line begins, in bytes
        """
        cutter, width = self.shape.cutter, self.shape.width
        end = self._end(start)
        row = self._row(start, end)
        cells, plain = cutter.cells(row), cutter.plain(row)
        span = self._span(line, start, end) if cells is None else _Span(1, end, cells)
        if span.cells is not None and len(span.cells) == width and not span.swallows:
            self.found.enclosing = True
            return self._use(line, start, span, span.cells)
        if not self.strict and len(plain) == width:
            self.found.stray.append(self.text.number(line))
            return self._use(line, start, _Span(1, end, plain), plain)
        reason = self._reason(line, span, plain)
        if not self.strict and (span.cells is None or span.swallows):
            span = _Span(1, end, plain)
        return self._set_aside(line, start, span, reason)

    def keep(self, line: int, start: int) -> int:
        """Take a line for what it is by itself; the place of the next.

        Args:
            line: the line of the file, from 1 on
            start: where the line begins, in bytes
        """
        end = self._end(start)
        cells = self.shape.cutter.either(self._row(start, end))
        return self._use(line, start, _Span(1, end, cells), cells)

    def _span(self, line: int, start: int, end: int) -> _Span:
        """The lines of the record whose quote is open at `end`.

        They end where it closes. Quotes that need not enclose (not `strict`) are given up at the first
        line that looks like a row.
        """
        if self._unclosed and line < self._unclosed[0]:
            known = self._unclosed[1]
            return _Span(self._unclosed[0] - line + 1, known.end, None, known.swallows)
        content, cutter = self.text.content, self.shape.cutter
        begins_alike = self.shape.fits(self._row(start, end))
        n_lines, swallows = 1, False
        while end < len(content):
            place, end = end, self._end(end)
            row = self._row(place, end)
            n_lines += 1
            alike = self.shape.fits(row)
            if '"' in row and cutter.closes(row):
                cells = cutter.cells(self._row(start, end))
                if cells is not None:
                    # A row may end with the end of a cell that began before it, if no other reading is
                    # as good.
                    either = begins_alike or len(cells) != self.shape.width
                    return _Span(n_lines, end, cells, swallows or (alike and either))
            swallows = swallows or alike
            if swallows and not self.strict:
                break
        span = _Span(n_lines, end, None, swallows)
        self._unclosed = line + n_lines - 1, span
        return span

    def _reason(self, line: int, span: _Span, plain: list[str]) -> str:
        width = self.shape.width
        last = f"line {self.text.number(line + span.n_lines - 1):,}"
        if span.cells is not None and (not span.swallows or not self.strict):
            reason = f"{len(span.cells)} columns where {width} are expected"
            closed = f"; a quote that opens there is closed on {last}"
            return reason + closed * (span.n_lines > 1)
        if span.cells is not None:
            return f"a quote that opens there is closed on {last}, over lines that look like rows"
        if self.strict:
            return f"a quote that opens there is never closed, up to {last}"
        reason = f"{len(plain)} columns where {width} are expected; a quote that opens there is "
        return reason + (f"not closed before {last}, a row" if span.swallows else "never closed")

    def _use(self, line: int, start: int, span: _Span, cells: list[str]) -> int:
        row = self.delimiter.join(quoted(cells)) + "\n"
        self.found.edits.append(Edit(line, span.n_lines, start, span.end, row.encode()))
        return span.end

    def _set_aside(self, line: int, start: int, span: _Span, reason: str) -> int:
        row = self._row(start, span.end)
        if not self.shape.cutter.escape and '\\"' in row:
            reason += r"; if \ takes the quote after it literally, say `escape='\\'`"
        self.found.edits.append(Edit(line, span.n_lines, start, span.end))
        self.found.malformed.append(Malformed(self.text.number(line), reason, row))
        return span.end

    def _end(self, start: int) -> int:
        return self.text.content.index(b"\n", start) + 1

    def _row(self, start: int, end: int) -> str:
        return self.text.content[start : end - 1].decode()


def _quoted_lines(block: np.ndarray, ends: np.ndarray, cutter: Cutter) -> tuple[bool, np.ndarray]:
    """Whether a cell is quoted by the book, and which lines have quotes that are not, int64[n].

    By the book, the first, third, … quote of a line begins a cell or follows another quote, and
    the others end a cell or precede another. Nor is there a doubt where no quote begins a cell.

    block: uint8[m], whole lines; ends: int64[l], where each of them ends
    """
    marks = np.flatnonzero(block == _QUOTE)
    counts = np.diff(np.searchsorted(marks, ends), prepend=0)
    of_line = np.repeat(np.arange(len(ends)), counts)
    before, after = (
        block[marks - 1],
        block[marks + 1],
    )  # before the first byte, the last: a line's end
    opens, closes = before == _NEWLINE, after == _NEWLINE
    for sign in _last_bytes(cutter):
        opens |= before == sign
        closes |= after == sign
    opening, irregular = np.zeros((2, len(ends)), dtype=bool)
    opening[of_line[opens]] = True
    if _is_taken_by_parsers(cutter):
        first = np.cumsum(counts) - counts
        odd = (np.arange(len(marks)) - np.repeat(first, counts)) % 2 == 1
        beside = np.diff(marks) == 1
        opens[1:] |= beside
        closes[:-1] |= beside
        irregular[of_line[~np.where(odd, closes, opens)]] = True
        irregular |= counts % 2 == 1
    else:
        irregular = opening
    by_the_book = bool((opening & ~irregular).any())
    doubtful = irregular & opening
    if cutter.escape:
        escapes = np.flatnonzero(block == cutter.escape.encode()[0])
        doubtful[np.searchsorted(ends, escapes)] = True
    return by_the_book, np.flatnonzero(doubtful)


def _is_taken_by_parsers(cutter: Cutter) -> bool:
    return len(cutter.delimiter.encode()) == 1 and cutter.delimiter != SPACE


def _last_bytes(cutter: Cutter) -> bytes:
    return b" \t" if cutter.delimiter == SPACE else cutter.delimiter.encode()[-1:]
