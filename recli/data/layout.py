"""Whether rows that cannot be used are some mistakes, or the file is of another layout than thought."""

from __future__ import annotations

from collections.abc import Sequence

from recli.data.dataset import BadRow
from recli.data.formats._base import TextTable

_SOME = 10  # of fewer bad rows, shares say nothing
_MANY = 0.2
_NEARLY_ALL = 0.8
# What to say where nearly all rows have one fault in common, which has nothing to do with the layout.
_SAID_OF = {
    "(see `time_format`)": 'Say how times are written, for 12/31/2019 with `time_format="%m/%d/%Y"`, for '
    '31.12.2019 18:30 with `time_format="%d.%m.%Y %H:%M"`, or which column has the time',
    "is not a finite number": "Ratings and weights are numbers: write stars, words, fractions and per "
    "cent as such, as 4 for 4/5, and thousands without a mark, or name another column with `rating`",
}


def advice(table: TextTable, bad: Sequence[BadRow], header: bool) -> str:
    """What to do about bad rows: to set them aside is no advice where they show another layout.

    Args:
        table: the columns, as text
        bad: the rows that are no ratings
        header: whether the first row names the columns
    """
    if mostly_bad(table, bad):
        least = _NEARLY_ALL * _n_rows(table)
        to_say = (said for ending, said in _SAID_OF.items() if _saying(bad, ending) > least)
        said = next(to_say, _another())
        return f'{said}, or mend the file: `on_bad="skip"` never sets most of the rows aside.'
    if _of_another_shape(table, header):
        return f"{_another()}, or mend the file."
    return 'Mend the file, or set such rows aside with `on_bad="skip"`.'


def mostly_bad(table: TextTable, bad: Sequence[BadRow]) -> bool:
    """Whether more than half of the rows are bad, and not just a few.

    Args:
        table: the columns, as text
        bad: the rows that are no ratings
    """
    return len(bad) >= _SOME and 2 * len(bad) > _n_rows(table)


def refusal() -> str:
    """What to say where most rows would be set aside."""
    return f"These are more than half of the rows, too many to set aside. {_another()}."


def _of_another_shape(table: TextTable, header: bool) -> bool:
    """Whether the rows that could not be cut are many, or those with which the file begins."""
    lines = [row.line for row in table.malformed]
    first = int(table.lines[0]) if len(table) else 0
    n_before = sum(line < first for line in lines)
    many = len(lines) >= _SOME and len(lines) > _MANY * _n_rows(table)
    return many or n_before > int(header)


def _saying(bad: Sequence[BadRow], ending: str) -> int:
    return sum(ending in row.reason for row in bad)


def _n_rows(table: TextTable) -> int:
    return len(table) + len(table.malformed)


def _another() -> str:
    return (
        "The file may have another layout than it was read with: say which with `format` "
        "('recli list formats' has them), or how rows are cut and columns are used with `delimiter` "
        "and `user`, `item`, `rating`"
    )
