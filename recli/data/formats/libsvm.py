"""One-hot rows as libSVM, libFM and their like read them."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute

from recli import errors
from recli.data.columns.numbers import numbers
from recli.data.formats._base import TextTable
from recli.data.formats._text.lines import Recognised, cut, nothing_fits, set_aside, spaced
from recli.data.sources.location import Location

_ROW = re.compile(
    rb"[-+]?[\d.]+(e[-+]?\d+)?([ \t]+\d+:[-+]?[\d.]+(e[-+]?\d+)?)+\s*(#.*)?", re.IGNORECASE
)


class Libsvm(Recognised):
    """Lines `rating user:1 item:1`, where user and item are the indices of two features that are 1.

    That is one block of features for users and one for items, neither of them shared. Rows of another
    shape, with other values or more features, are malformed; what comes after # is left out.
    """

    suffixes = (".libsvm", ".svmlight", ".libfm")
    summary = "libSVM and libFM: rating, then the features of user and item, as '5 0:1 943:1'"

    def recognises(self, head: bytes, file: Location) -> bool:
        rows = [row for row in head.splitlines()[:6] if row.strip() and not row.startswith(b"#")]
        complete = rows[:5]
        return bool(complete) and all(_ROW.fullmatch(row.strip()) for row in complete)

    def table(self, file: Location, text: str) -> TextTable:
        text = re.sub("#.*", "", text)
        table = cut(spaced(text), "\t", ("rating", "user", "item"))
        nothing_fits(file, table, "a rating and the features of a user and an item")
        users, of_user = _pairs(table.columns["user"])
        items, of_item = _pairs(table.columns["item"])
        failed = ~((numbers(of_user) == 1) & (numbers(of_item) == 1))
        table = set_aside(
            table,
            failed,
            lambda _: "user and item should be two features that are 1, as in '5 0:1 943:1'",
        )
        good = pa.array(~failed)
        table.columns |= {"user": users.filter(good), "item": items.filter(good)}
        both = np.intersect1d(
            *(table.columns[role].unique().to_pylist() for role in ("user", "item"))
        )
        if len(both):
            raise errors.DataError(
                f"{file}: feature {both[0]} comes first on one line and second on another, so that it "
                "cannot be told whether it is a user or an item."
            )
        table.notes.append(
            "The first feature of a line was taken for the user, the second for the item, and what "
            "stands before them for the rating."
        )
        return table


def _pairs(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """The indices and the values of features; empty where a text is no pair of them."""
    found = pa.compute.extract_regex(column, r"^(?P<index>\d+):(?P<value>.+)$")
    index, value = (pa.compute.struct_field(found, name) for name in ("index", "value"))
    return pa.compute.fill_null(index, ""), pa.compute.fill_null(value, "")
