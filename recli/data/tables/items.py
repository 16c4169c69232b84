"""The item table: titles and features."""

from __future__ import annotations

import ast
import contextlib
import json
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from recli.data.columns.number import is_gap, number
from recli.data.description import Feature
from recli.data.ids import Ids
from recli.data.tables.table import Table

_SEPARATORS = ("|", ";", " / ", ",")
_BETWEEN_QUOTES = re.compile(r"""(?<=['"])\s+(?=['"])""")


@dataclass(frozen=True, eq=False)
class Items(Table):
    """What is known about items besides ratings, a row for each item of the catalogue.

    columns: all but the id and, unless a feature is made of it, the title

    Attributes:
        titles: object[n] of str, empty where unknown; None where the table has no titles
        features: which columns describe an item, and how
    """

    titles: np.ndarray | None = None
    features: tuple[Feature, ...] = ()

    def title(self, code: int) -> str:
        """The title of one item, or nothing.

        Args:
            code: the code of an item
        """
        return "" if self.titles is None else str(self.titles[code])

    def texts_of(self, feature: Feature) -> np.ndarray:
        """What the column of a feature says of each item, object[n_catalogue] of str, "" for nothing.

        With a pattern, only what its first group holds; flags have no one column.

        Args:
            feature: how the feature is described
        """
        column = self.columns[feature.column]
        if feature.pattern is None:
            return column
        found = [re.search(feature.pattern, text) for text in column]
        return np.array([(match and match[1]) or "" for match in found], object)

    def labels_of(self, feature: Feature) -> list[list[str]]:
        """The categories, flags or tags of each item, in their order and each once; no counts.

        Args:
            feature: how the feature is described
        """
        if feature.kind == "flags":
            flags = [(label, self.columns[label] == "1") for label in feature.columns]
            return [[label for label, flag in flags if flag[row]] for row in range(len(self.ids))]
        return [_labels(text, feature) for text in self.texts_of(feature)]

    def first_labels(self) -> list[str] | None:
        """The first category of each item, "" where it has none.

        That of the first feature of the kind categories or flags; None where there is no such.
        """
        for feature in self.features:
            if feature.kind in ("categories", "flags"):
                return [labels[0] if labels else "" for labels in self.labels_of(feature)]
        return None

    def notes(self) -> tuple[str, ...]:
        """What to tell of the features: numbers with gaps, and what is the same for every item."""
        found = []
        for feature in self.features:
            if feature.kind in ("number", "year"):
                said = Counter(self.texts_of(feature))
                gaps = {text: n for text, n in said.items() if text.strip() and is_gap(text)}
                if gaps and len(gaps) < len(said):
                    n, words = sum(gaps.values()), ", ".join(f"'{text}'" for text in [*gaps][:3])
                    found.append(
                        f"Item feature '{feature.name}': {n:,} without a number ({words})."
                    )
            if self._is_constant(feature):
                found.append(
                    f"Item feature '{feature.name}' is the same for every item: nothing is learned of it."
                )
        return tuple(found)

    def _is_constant(self, feature: Feature) -> bool:
        """Whether a feature plainly tells no two items apart, of several; found out or not at once."""
        if len(self.ids) < 2:
            return False
        if feature.kind == "flags":
            flags = np.stack([self.columns[label] == "1" for label in feature.columns])
            return bool(flags.any() and (flags == flags[:, :1]).all())
        texts = iter(self.texts_of(feature))
        of_items: Iterator[object] = texts
        if feature.kind == "number":  # an absent one is taken for the mean
            of_items = (number(text) for text in texts if not is_gap(text))
        elif feature.kind == "year":
            of_items = (number(text) for text in texts)
        elif feature.kind != "text":
            of_items = (frozenset(_labels(text, feature)) for text in texts)
        first = next(of_items, None)
        return first not in (None, "", frozenset()) and all(other == first for other in of_items)

    def only(self, ids: Ids) -> Self:
        titles = None if self.titles is None else self.titles[self.ids.codes(ids.text)]
        return replace(super().only(ids), titles=titles)

    @property
    def _learned_from(self) -> Iterable[str]:
        return {name for one in self.features for name in one.columns or (one.column,)}

    def _declares(self) -> bytes:
        titles = b"" if self.titles is None else "\x1f".join(self.titles).encode() + b"\x1e"
        scaled = {one.name: one.scaling for one in self.features if one.scaling}
        return titles + repr(self.features).encode() + (repr(scaled).encode() if scaled else b"")


def _labels(text: str, feature: Feature) -> list[str]:
    """The categories or tags in a text, in their order and each once."""
    found = parts(text, feature)
    if feature.kind == "tags":
        found = [tag(part)[0] for part in found]
    return list(dict.fromkeys(found))


def parts(text: str, feature: Feature) -> list[str]:
    """The categories or tags in a text, as often as they stand there.

    A list of JSON or Python goes before the feature's separator.

    Args:
        text: the text to read
        feature: how the feature is described
    """
    listed = _listed(text)
    found = text.split(feature.separator) if listed is None else listed
    return [part for part in map(str.strip, found) if part]


def separator(texts: Iterable[str]) -> str:
    """What stands between the categories in texts, `|` where nothing does.

    Args:
        texts: the cells

    >>> separator(["Crime", "Crime, Drama"]), separator(["Sci-Fi / War", "Love, Actually"])
    (',', ' / ')
    """
    plain = [text for text in texts if _listed(text) is None]
    return next((one for one in _SEPARATORS if any(one in text for text in plain)), "|")


def _listed(text: str) -> list[str] | None:
    """The elements of a text that is a list of JSON or Python, None for another text.

    Of elements that are dictionaries the name counts; lists in lists are one list.

    >>> _listed('["Crime", "War"]'), _listed("[{'id': 18, 'name': 'Drama'}]"), _listed("['War' 'Love']")
    (['Crime', 'War'], ['Drama'], ['War', 'Love'])
    """
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")):
        return None
    if "," not in text:  # NumPy writes none, and Python would glue the texts together
        text = _BETWEEN_QUOTES.sub(", ", text)
    for parse in (json.loads, ast.literal_eval):
        with (
            contextlib.suppress(ValueError, SyntaxError, RecursionError, MemoryError),
            warnings.catch_warnings(action="ignore"),  # about backslashes in texts
        ):
            return list(_elements(parse(text)))
    return None


def _elements(value: object) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for element in value:
            yield from _elements(element)
    elif isinstance(value, dict):
        yield str(value.get("name", value))
    elif value is not None:
        yield str(value)


def tag(part: str) -> tuple[str, int | None]:
    """A tag in lower case and how often it was given; None for a count that is not a whole number.

    Args:
        part: one label of a cell

    >>> tag("Funny:3"), tag("dark"), tag("alien: the film"), tag("dark:-1")
    (('funny', 3), ('dark', 1), ('alien: the film', 1), ('dark', None))
    """
    name, _, count = (text.strip() for text in part.lower().rpartition(":"))
    if np.isnan(number(count)) or not name:
        return part.lower(), 1
    return name, int(count) if re.fullmatch(r"\d+", count, re.ASCII) else None
