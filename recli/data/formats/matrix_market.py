"""Sparse matrices in the coordinate form of Matrix Market."""

from __future__ import annotations

import numpy as np

from recli import errors
from recli.data.columns.numbers import numbers
from recli.data.formats._base import TextTable
from recli.data.formats._text.lines import Recognised, comments, cut, set_aside, spaced
from recli.data.sources.location import Location

_BANNER = "%%matrixmarket"
_FIELDS = ("real", "integer", "pattern")


class MatrixMarket(Recognised):
    """A line an entry: row (the user), column (the item) and value, both counted from 1.

    A matrix that says only where its entries are, a pattern, has interactions instead of ratings.
    https://math.nist.gov/MatrixMarket/formats.html
    """

    suffixes = (".mtx",)
    summary = "Matrix Market, coordinate: a row a user, a column an item"

    def recognises(self, head: bytes, file: Location) -> bool:
        return head[: len(_BANNER)].lower() == _BANNER.encode()

    def table(self, file: Location, text: str) -> TextTable:
        head, text = comments(text)
        banner = head[0].lower().split() if head else []
        if banner[:2] != [_BANNER, "matrix"] or len(banner) != 5:
            raise errors.DataError(
                f"{file}: does not begin as '%%MatrixMarket matrix coordinate real general' does."
            )
        _, _, layout, field, symmetry = banner
        if layout != "coordinate" or field not in _FIELDS or symmetry != "general":
            raise errors.DataError(
                f"{file}: is a matrix '{layout} {field} {symmetry}'. A matrix of users and items is "
                f"coordinate, {' or '.join(_FIELDS)}, and general."
            )
        text = spaced(text)
        blank = len(text) - len(text.lstrip("\n"))
        size, _, text = text[blank:].partition("\n")
        line = len(head) + blank + 1
        sizes = size.split("\t")
        if len(sizes) != 3 or not all(cell.isdecimal() for cell in sizes):
            raise errors.DataError(
                f"{file}: line {line:,} should say the numbers of rows, columns and entries."
            )
        n_rows, n_columns, n_entries = map(int, sizes)
        names = ("user", "item") if field == "pattern" else ("user", "item", "rating")
        table = cut(text, "\t", names, first=line + 1)
        found = len(table) + len(table.malformed)
        if found != n_entries:
            raise errors.DataError(
                f"{file}: line {line:,} says that there are {n_entries:,} entries, and there are "
                f"{found:,}: it may be cut off."
            )
        table = _within(table, "user", "row", n_rows)
        return _within(table, "item", "column", n_columns)


def _within(table: TextTable, role: str, what: str, n: int) -> TextTable:
    places = numbers(table.columns[role])
    off = ~((places >= 1) & (places <= n) & (places == np.floor(places)))
    return set_aside(table, off, lambda _: f"its {what} is not one of 1 to {n:,}")
