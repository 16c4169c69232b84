"""The item table: titles and features."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from recli.data.description import Feature
from recli.data.ids import Ids
from recli.data.numbers import number
from recli.data.table import Table


@dataclass(frozen=True, eq=False)
class Items(Table):
    """What is known about items besides ratings, a row for each item of the catalogue.

    columns: all but the id and, unless a feature is made of it, the title
    titles: object[n] of str, empty where unknown; None where the table has no titles
    features: which columns describe an item, and how
    """

    titles: np.ndarray | None = None
    features: tuple[Feature, ...] = ()

    def title(self, code: int) -> str:
        """The title of one item, or nothing."""
        return "" if self.titles is None else str(self.titles[code])

    def texts_of(self, feature: Feature) -> np.ndarray:
        """What the column of a feature says of each item, object[n_catalogue] of str, "" for nothing.

        With a pattern, only what its first group holds; flags have no one column.
        """
        column = self.columns[feature.column]
        if feature.pattern is None:
            return column
        found = [re.search(feature.pattern, text) for text in column]
        return np.array([(match and match[1]) or "" for match in found], object)

    def labels_of(self, feature: Feature) -> list[list[str]]:
        """The categories, flags or tags of each item, in their order and each once; no counts."""
        if feature.kind == "flags":
            flags = [(label, self.columns[label] == "1") for label in feature.columns]
            return [[label for label, flag in flags if flag[row]] for row in range(len(self.ids))]
        cells = (parts(text, feature) for text in self.texts_of(feature))
        if feature.kind == "tags":
            cells = ([tag(part)[0] for part in cell] for cell in cells)
        return [list(dict.fromkeys(cell)) for cell in cells]

    def first_labels(self) -> list[str] | None:
        """The first category of each item, "" where it has none.

        That of the first feature of the kind categories or flags; None where there is no such.
        """
        for feature in self.features:
            if feature.kind in ("categories", "flags"):
                return [labels[0] if labels else "" for labels in self.labels_of(feature)]
        return None

    def only(self, ids: Ids) -> Self:
        titles = None if self.titles is None else self.titles[self.ids.codes(ids.text)]
        return replace(super().only(ids), titles=titles)

    @property
    def _learned_from(self) -> Iterable[str]:
        return {name for one in self.features for name in one.columns or (one.column,)}

    def _declares(self) -> bytes:
        titles = b"" if self.titles is None else "\x1f".join(self.titles).encode() + b"\x1e"
        return titles + repr(self.features).encode()


def parts(text: str, feature: Feature) -> list[str]:
    """The categories or tags in a text, as often as they stand there."""
    return [part for part in map(str.strip, text.split(feature.separator)) if part]


def tag(part: str) -> tuple[str, int | None]:
    """A tag in lower case and how often it was given; None for a count that is not a whole number.

    >>> tag("Funny:3"), tag("dark"), tag("alien: the film"), tag("dark:-1")
    (('funny', 3), ('dark', 1), ('alien: the film', 1), ('dark', None))
    """
    name, _, count = (text.strip() for text in part.lower().rpartition(":"))
    if np.isnan(number(count)) or not name:
        return part.lower(), 1
    return name, int(count) if re.fullmatch(r"\d+", count, re.ASCII) else None
