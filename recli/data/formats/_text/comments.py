"""Lines that say something about a file and are no rows of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from recli.data.columns import sniff
from recli.data.columns.cells import SPACE, Cutter
from recli.data.formats._text.shape import Shape
from recli.data.formats._text.text import Edit, FileText

MARKS = "%#@"
_HEAD = re.compile(rb"(?:[%#@][^\n]*\n|[ \t]*\n)*")  # what stands before the first row

_FORMATS = {
    "matrix-market": re.compile(rb"%%MatrixMarket\s"),
    "arff": re.compile(rb"(?i)@relation\s"),
}


def other_format(text: FileText) -> str | None:
    """The format whose first line a file has; what stands below its comments is no mere row.

    Args:
        text: the text of the file
    """
    begin = _HEAD.match(text.content)
    assert begin
    lines = begin[0].split(b"\n")
    return next((name for name, sign in _FORMATS.items() if any(map(sign.match, lines))), None)


def rows(lines: Sequence[str], cutter: Cutter) -> list[list[str]]:
    """The rows among the lines of a file's head, cut into cells.

    Args:
        lines: lines of the file, without their ends
        cutter: how a line is cut into cells
    """
    widths = [len(cutter.either(line)) for line in unmarked(lines)]
    width = sniff.most_common(widths)
    head = next((n for n, line in enumerate(lines) if line[0] not in MARKS), 0)
    return [
        cutter.either(line)
        for n, line in enumerate(lines)
        if line[0] not in MARKS or not _is_comment(line, cutter, width, n < head)
    ] or [cutter.either(line) for line in lines]


def unmarked(lines: Sequence[str]) -> list[str]:
    """The lines that begin with no mark of a comment; all of them if there are none.

    Args:
        lines: lines of the file, without their ends
    """
    return [line for line in lines if line[0] not in MARKS] or list(lines)


def edits(text: FileText, shape: Shape) -> list[Edit]:
    """The comments of a file.

    They are lines that begin with a mark and do not have the cells of a row; before the first row, also
    those with a blank after the mark and no number. Where an id begins with the mark, no line with it
    is a comment.

    Args:
        text: the text of the file
        shape: what a row of the file looks like
    """
    found: list[Edit] = []
    for mark in MARKS:
        if mark.encode() in text.content:
            found += _of_mark(text, shape, mark)
    return sorted(found, key=lambda edit: edit.line)


def _of_mark(text: FileText, shape: Shape, mark: str) -> list[Edit]:
    content, comments = text.content, []
    begin = _HEAD.match(content)
    assert begin
    line, place = 0, 0
    for start in _places(content, mark.encode()):
        line, place = line + content.count(b"\n", place, start), start
        end = content.index(b"\n", start) + 1
        row = content[start : end - 1].decode()
        if row[1:2] not in ("", " ", "\t") and shape.numeric and shape.fits(row):
            return []
        if _is_comment(row, shape.cutter, shape.width, start < begin.end()):
            comments.append(Edit(line, 1, start, end))
    return comments


def _places(content: bytes, mark: bytes) -> Iterator[int]:
    if content.startswith(mark):
        yield 0
    place = content.find(b"\n" + mark)
    while place >= 0:
        yield place + 1
        place = content.find(b"\n" + mark, place + 1)


def _is_comment(line: str, cutter: Cutter, width: int, in_head: bool) -> bool:
    first, *others = cutter.either(line)
    if 1 + len(others) != width:
        return True
    if cutter.delimiter == SPACE:
        return not first.strip(MARKS)
    blank = line.lstrip(MARKS)[:1] in ("", " ", "\t")
    return in_head and blank and not any(map(sniff.is_number, others))
