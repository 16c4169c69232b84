"""The files `out.*` of KONECT, the Koblenz Network Collection."""

from __future__ import annotations

import re

from recli import errors
from recli.data.columns.numbers import numbers
from recli.data.formats._base import TextTable
from recli.data.formats._text.lines import Recognised, comments, cut, nothing_fits, spaced
from recli.data.sources.location import Location

_KIND = re.compile(r"%\s*(bip|asym|sym)\s+(\w+)")
_RATINGS = ("weighted", "multiweighted", "signed", "multisigned")


class Konect(Recognised):
    """Lines `user item`, with a weight and a time, below comments on the kind of network.

    The weights of a network called weighted or signed are ratings, those of others say how often. In a
    directed network who links is the user. http://konect.cc/networks describes the kinds.
    """

    summary = "KONECT's out.* files: '% bip weighted', then user, item, weight, time"

    def recognises(self, head: bytes, file: Location) -> bool:
        named = file.name.startswith("out.") and file.suffix not in (".csv", ".tsv", ".txt")
        return bool((named and head.startswith(b"%")) or _KIND.match(head[:80].decode("latin-1")))

    def table(self, file: Location, text: str) -> TextTable:
        head, text = comments(text)
        kind = _KIND.match(head[0]) if head else None
        if kind is None:
            raise errors.DataError(
                f"{file}: its first line should say the kind of network, as '% bip weighted' does."
            )
        shape, weights = kind.groups()
        if shape == "sym" or weights == "dynamic":
            raise errors.DataError(
                f"{file}: is a network of the kind '{shape} {weights}', where "
                f"{'neither end of a line is the item' if shape == 'sym' else 'lines take back others'}."
            )
        text = spaced(text)
        width = text.lstrip("\n").partition("\n")[0].count("\t") + 1
        third = "rating" if weights in _RATINGS else "weight"
        table = cut(text, "\t", ("user", "item", third, "time")[: max(width, 2)], 1 + len(head))
        nothing_fits(file, table, "of a network")
        if shape == "asym":
            table.notes.append("A directed network: who links is the user, who is linked the item.")
        _compare(table, head, third)
        return table


def _compare(table: TextTable, head: list[str], weights: str) -> None:
    """Say so where the second comment counts other lines than there are."""
    said = re.match(r"%\s*(\d+)", head[1]) if len(head) > 1 else None
    n_lines = len(table) + len(table.malformed)
    if said is None or int(said[1]) == n_lines:
        return
    if weights in table.columns and int(said[1]) == numbers(table.columns[weights]).sum():
        return
    table.notes.append(
        f"The file says that it has {int(said[1]):,} lines, and has {n_lines:,}: is it cut off?"
    )
