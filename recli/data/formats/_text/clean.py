"""A text with delimiters as a parser of CSV takes it: comments out, doubtful quotes decided."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field

from recli.data.columns import sniff
from recli.data.columns.cells import SPACE, Cutter
from recli.data.description import TableSource
from recli.data.formats._base import Malformed
from recli.data.formats._text import comments
from recli.data.formats._text.quotes import Quotes, quotes
from recli.data.formats._text.shape import Shape
from recli.data.formats._text.text import Edit, FileText

_SNIFFED_BYTES = 1 << 16
_SNIFFED_LINES = 200
_SHOWN = 60
_UNIT_SEPARATOR = "\x1f"  # stands in for a delimiter that the parser cannot take


@dataclass
class Clean:
    """A text whose records differ from its lines only where a quoted cell goes over several.

    Attributes:
        text: the text of the file
        delimiter: one ASCII character
        quoted: whether quotes enclose cells
        longest: bytes of the longest record that goes over several lines, 0 if there are none
        malformed: the rows that are none
        found: fields of the source that the text tells
        notes: what the user should know
    """

    text: FileText
    delimiter: str
    quoted: bool = False
    longest: int = 0
    malformed: list[Malformed] = field(default_factory=list)
    found: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def clean(text: FileText, source: TableSource) -> Clean:
    """The text of a file that is read as `source` says, complete but for the quotes.

    Args:
        text: the text of the file
        source: how the table is read
    """
    assert source.columns and source.delimiter
    cutter = Cutter(source.delimiter, source.escape)
    rows = comments.rows(first_lines(text), cutter)
    shape = Shape.of(rows[int(bool(source.header)) :], cutter, len(source.columns))
    left_out = comments.edits(text, shape)
    made = Clean(text, _one_character(source.delimiter))
    edits: list[Edit] = []
    if source.quote != "none" and _signs(text, source):
        starts = {edit.start for edit in left_out}
        header = _first_row(text, starts) if source.header else None
        meant = quotes(text, shape, source.quote == "double", made.delimiter, starts, header)
        edits, made.malformed, made.quoted = meant.edits, meant.malformed, True
        made.longest = max((len(e.row) for e in edits if e.n_lines > 1), default=0)
        if source.quote in (None, "auto") and b'"' in text.content:
            _tell(made, meant)
    left_out = _outside(left_out, edits)
    if left_out:
        first = min(left_out, key=lambda edit: edit.line)
        shown = text.content[first.start : first.end - 1].decode()[:_SHOWN]
        made.notes.append(
            f"{len(left_out):,} comment{'s' * (len(left_out) > 1)} left out, "
            f"the first on line {text.number(first.line):,}: {shown!r}."
        )
    if bool(source.header):
        made.notes += _repeated(rows[0], source.columns)
    edits = sorted([*left_out, *edits], key=lambda edit: edit.start)
    made.text = text.edited(edits, _others(source.delimiter)).filled()
    return made


def first_lines(text: FileText) -> list[str]:
    """The first lines with something on them.

    Args:
        text: the text of the file
    """
    head = text.content[:_SNIFFED_BYTES]
    lines = head[: head.rfind(b"\n") + 1 or None].decode(errors="ignore").split("\n")
    return sniff.filled(lines)[:_SNIFFED_LINES]


def _first_row(text: FileText, comments: Container[int]) -> int:
    """Where the first line begins that has something on it and is no comment."""
    lines = re.finditer(rb"[^\n]*\n", text.content)
    places = (line.start() for line in lines if line[0].strip(b" \n"))
    return next((place for place in places if place not in comments), 0)


def _signs(text: FileText, source: TableSource) -> bool:
    return b'"' in text.content or (source.escape or '"').encode() in text.content


def _tell(made: Clean, meant: Quotes) -> None:
    """Say what the quotes of a file were taken for."""
    if not meant.enclosing:
        made.found["quote"] = "none"
    elif not meant.stray:
        made.found["quote"] = "double"
    else:
        made.found["quote"] = "auto"
        n = len(meant.stray)
        made.notes.append(
            f"Quotes enclose cells; on {n:,} line{'s' * (n > 1)} (the first: {meant.stray[0]:,}) a quote "
            'begins a cell and does not end one, and is text. `quote="double"` sets such lines aside, '
            '`quote="none"` takes all quotes as text.'
        )


def _repeated(header: Sequence[str], columns: Sequence[str]) -> list[str]:
    """What to say of names that a header has twice."""
    names = [name.strip() for name in header]
    return [
        f"The header has {name!r} twice; the second is called {columns[place]!r}."
        for place, name in enumerate(names[: len(columns)])
        if name in names[:place] and name and columns[place] != name
    ]


def _outside(comments: list[Edit], records: list[Edit]) -> list[Edit]:
    """The comments that stand within none of the records."""
    starts = [edit.start for edit in records]
    return [
        comment
        for comment in comments
        if not (place := bisect.bisect(starts, comment.start))
        or comment.start >= records[place - 1].end
    ]


def _one_character(delimiter: str) -> str:
    return delimiter if len(delimiter.encode()) == 1 else _UNIT_SEPARATOR


def _others(delimiter: str) -> Callable[[bytes], bytes] | None:
    """What is done to the lines that need no other edit, so that one character is the delimiter."""
    if delimiter == SPACE:
        return _single_spaces
    one = _one_character(delimiter)
    if one == delimiter:
        return None
    return lambda lines: lines.replace(delimiter.encode(), one.encode())


def _single_spaces(lines: bytes) -> bytes:
    lines = lines.replace(b"\t", b" ")
    while b"  " in lines:
        lines = lines.replace(b"  ", b" ")
    return lines.replace(b" \n", b"\n").replace(b"\n ", b"\n").removeprefix(b" ")
