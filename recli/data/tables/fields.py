"""What is known of things, users or items or ratings, to choose them by and to count them by."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from recli import errors
from recli.data.columns.number import number
from recli.data.description import Feature
from recli.data.tables.items import Items

Value = str | float
_ORDER: Mapping[str, Callable] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class UnfitError(Exception):
    """A comparison that a field does not have; the message says which it has."""


class Field(Protocol):
    """What is known of each of several things."""

    @property
    def empty(self) -> np.ndarray:
        """bool[n], where nothing is known."""

    def compare(self, op: str, value: Value) -> np.ndarray:
        """bool[n], `field op value`.

        Args:
            op: how to compare: `=`, `!=`, `<`, `<=`, `>`, `>=` or `contains`
            value: what to compare with

        Raises:
            UnfitError: where the field has no such comparison
        """


@dataclass(frozen=True, eq=False)
class TextField:
    """A text for each thing, object[n] of str, empty where unknown.

    Attributes:
        name: the name
        texts: object[n] of str
    """

    name: str
    texts: np.ndarray

    @property
    def empty(self) -> np.ndarray:
        """bool[n], where nothing is known."""
        return self._folded == ""

    def compare(self, op: str, value: Value) -> np.ndarray:
        """bool[n], `field op value`, case ignored; by number if the value is one.

        Args:
            op: how to compare: `=`, `!=`, `<`, `<=`, `>`, `>=` or `contains`
            value: what to compare with
        """
        if isinstance(value, float):
            as_number = Number(self.name, np.array([number(text) for text in self.texts]))
            if as_number.empty.all():
                raise UnfitError(f"no item has a number in '{self.name}': put the value in quotes")
            return as_number.compare(op, value)
        if op == "contains":
            wanted = value.casefold()
            return np.array([wanted in text for text in self._folded], bool)
        found = _ORDER[op](self._folded, value.casefold())
        return np.asarray(found, bool) & ~self.empty

    def groups(self) -> Categories:
        """Each text that occurs as a category of its own."""
        held = [[text] if text else [] for text in self.texts]
        return Categories.of(self.name, held)

    @functools.cached_property
    def _folded(self) -> np.ndarray:
        return np.array([text.strip().casefold() for text in self.texts], object)


@dataclass(frozen=True, eq=False)
class Number:
    """A number for each thing, float64[n], NaN where unknown.

    Attributes:
        name: the name
        numbers: float64[n], NaN where there is none
    """

    name: str
    numbers: np.ndarray

    @property
    def empty(self) -> np.ndarray:
        """bool[n], where nothing is known."""
        return np.isnan(self.numbers)

    def compare(self, op: str, value: Value) -> np.ndarray:
        """bool[n], `field op value`.

        Args:
            op: how to compare: `=`, `!=`, `<`, `<=`, `>`, `>=` or `contains`
            value: what to compare with
        """
        if op == "contains":
            raise UnfitError(f"'{self.name}' is a number: compare it with {' '.join(_ORDER)}")
        as_number = number(value) if isinstance(value, str) else value
        if np.isnan(as_number):
            raise UnfitError(f"'{self.name}' is a number, and '{value}' is none")
        return np.asarray(_ORDER[op](self.numbers, as_number), bool) & ~self.empty

    def groups(self) -> Categories:
        """Each number that occurs as a category of its own."""
        return Categories.of(self.name, [[] if math.isnan(x) else [f"{x:g}"] for x in self.numbers])


@dataclass(frozen=True, eq=False)
class Categories:
    """Some categories for each thing, as CSR: `labels[indices[indptr[i] : indptr[i + 1]]]`.

    Attributes:
        name: the name
        labels: the categories
        indptr: int64[n + 1], where the categories of each item begin
        indices: int32[m], places in `labels`
    """

    name: str
    labels: list[str]
    indptr: np.ndarray
    indices: np.ndarray

    @classmethod
    def of(cls, name: str, held: list[list[str]]) -> Categories:
        """The categories that each item holds.

        Args:
            name: the name
            held: the categories of each item
        """
        labels = sorted({label for of_item in held for label in of_item})
        codes = {label: code for code, label in enumerate(labels)}
        indices = [codes[label] for of_item in held for label in of_item]
        indptr = np.cumsum([0, *map(len, held)])
        return cls(name, labels, indptr, np.array(indices, np.int64))

    def codes(self, item: int) -> np.ndarray:
        """The codes of an item's categories, int[n].

        Args:
            item: the code of an item
        """
        return self.indices[self.indptr[item] : self.indptr[item + 1]]

    @property
    def empty(self) -> np.ndarray:
        """bool[n], where nothing is known."""
        return np.diff(self.indptr) == 0

    def compare(self, op: str, value: Value) -> np.ndarray:
        """bool[n], whether an item holds the category; case ignored.

        Args:
            op: how to compare: `=`, `!=`, `<`, `<=`, `>`, `>=` or `contains`
            value: what to compare with
        """
        if op != "contains" or isinstance(value, float):
            raise UnfitError(
                f"an item has several '{self.name}': write {self.name} contains 'Name'"
            )
        wanted = value.strip().casefold()
        codes = [code for code, label in enumerate(self.labels) if label.casefold() == wanted]
        found = np.zeros(len(self.indptr) - 1, bool)
        items = np.repeat(np.arange(len(found)), np.diff(self.indptr))
        found[items[np.isin(self.indices, codes)]] = True
        return found

    def groups(self) -> Categories:
        """The categories themselves."""
        return self


Known = TextField | Number | Categories


def of_items(items: Items, name: str) -> Known:
    """What an item table says under a name: a feature, a column, or the title; case does not matter.

    Args:
        items: the item table
        name: the name

    Raises:
        UsageError: for a name that it lacks
    """
    for feature in items.features:
        if feature.name.casefold() == name.casefold():
            return _of_feature(items, feature)
    by_name = {known.casefold(): known for known in names(items)}
    known = by_name.get(name.casefold())
    if known is None:
        raise errors.unknown("item column", name, names(items))
    if known not in items.columns:
        assert items.titles is not None
        return TextField(known, items.titles)
    return TextField(known, items.columns[known])


def names(items: Items) -> list[str]:
    """The names of all fields.

    Args:
        items: the item table
    """
    titled = ["title"] if items.titles is not None else []
    features = [feature.name for feature in items.features]
    return list(dict.fromkeys([*titled, *features, *items.columns]))


def _of_feature(items: Items, feature: Feature) -> Known:
    if feature.kind in ("categories", "flags", "tags"):
        return Categories.of(feature.name, items.labels_of(feature))
    texts = items.texts_of(feature)
    if feature.kind in ("number", "year"):
        return Number(feature.name, np.array([number(text) for text in texts]))
    return TextField(feature.name, texts)
