"""Guesses about a bare file. Every guess is shown to the user, with the option that overrules it."""

from __future__ import annotations

import codecs
import csv
import math
from collections.abc import Iterable, Sequence

from recli.data.numbers import number
from recli.data.roles import plain, role_of

DELIMITERS = ("::", "\t", ",", ";", "|")
_TABLE_WORDS = (
    *("id", "title", "name", "genre", "genres", "category", "categories", "year", "tags"),
    *("age", "gender", "sex", "occupation", "country", "zip", "zipcode"),
)
_SNIFFED_LINES = 200


def encoding(head: bytes, cut: bool = False) -> str:
    """`utf-8`, `utf-16`, or `latin-1` for bytes that are neither; `cut` if more bytes follow."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=not cut)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def filled(lines: Iterable[str]) -> list[str]:
    """The lines with something on them."""
    return [line for line in lines if line.strip(" ")]


def delimiter(lines: Sequence[str]) -> str:
    """The delimiter that cuts most of the lines into the same number of cells.

    One that gives the three cells of a rating goes before one that gives two, as a comma in every
    title does.
    """

    def consistency(candidate: str) -> tuple[int, float, int]:
        widths = [len(row) for row in cells(lines[:_SNIFFED_LINES], candidate)]
        common = _most_common(widths)
        return min(common, 3), widths.count(common) / len(widths), -DELIMITERS.index(candidate)

    return max(DELIMITERS, key=consistency)


def cells(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The lines cut into cells."""
    if len(delimiter) > 1:
        return [line.split(delimiter) for line in lines]
    return list(csv.reader(lines, delimiter=delimiter))


def header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names columns.

    It does if it has a known name and no number, or no number where all others have one.
    """
    first = rows[0]
    if any(role_of(n) or plain(n) in _TABLE_WORDS for n in first) and not any(
        _is_number(name) for name in first
    ):
        return True
    below = rows[1:50]
    return bool(below) and any(
        not _is_number(name) and all(_is_number(row[column]) for row in below if column < len(row))
        for column, name in enumerate(first)
    )


def names(rows: Sequence[Sequence[str]], header: bool) -> tuple[str, ...]:
    """Column names from the header, made unique; `column1`, … where there is none."""
    width = len(rows[0]) if header else _most_common([len(row) for row in rows])
    found = [f"column{position}" for position in range(1, width + 1)]
    if header:
        for position, name in enumerate(map(str.strip, rows[0])):
            found[position] = name if name and name not in found else found[position]
    return tuple(found)


def _most_common(widths: list[int]) -> int:
    return max(set(widths), key=widths.count)


def _is_number(text: str) -> bool:
    return math.isfinite(number(text))
