"""Who belongs to which group: by activity, by popularity, by a column of the user or item table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from recli import errors
from recli.data.columns.number import is_gap, number
from recli.data.dataset import Dataset
from recli.data.description import Feature
from recli.data.tables.items import Items
from recli.data.training_statistics import TrainingStatistics
from recli.evaluation.clusters import NONE, Clusters
from recli.evaluation.metrics.long_tail import LongTail

MOST_GROUPS = 30
N_BANDS = 5
OTHER = "(other)"
_KINDS: tuple[Literal["user"], Literal["item"]] = ("user", "item")
_ACTIVITY, _POPULARITY = "activity", "popularity"
_LEVELS = (("cold", 0, 10), ("light", 10, 50), ("heavy", 50, math.inf))


@dataclass(frozen=True)
class Grouping:
    """What users or items are put together by.

    `activity` is by the user's training ratings in the fold: *cold* have fewer than 10, *light*
    fewer than 50, *heavy* 50 or more. The bounds are fixed, where terciles would call a third of
    any users cold: so a group means the same in every dataset and fold.

    `popularity` is by the item's training ratings: the *tail* is that of `LongTail`, the least
    popular items with together a fifth of the ratings at most; *mid* and tail are, likewise, the
    items with four fifths at most; the *head* are the others, which have a fifth or just more
    (Abdollahpouri, Mansoury, Burke and Mobasher, The connection between popularity bias,
    calibration, and fairness in recommendation, RecSys 2020).

    A column makes a group of each of its texts, and "(none)" of the users or items without one, or
    with "unknown" or its like in a column of numbers. An
    item with several categories or flags belongs to several groups. Of more than 30 texts, numbers
    are cut into five bands as equal in size as equal numbers allow, each named by its lowest and
    highest, as in "18–24"; of other texts the 29 of most users or items keep their group and the
    rest are "(other)". Groups by column are over all users or items that the dataset has, so that
    they are the same in every fold.

    `item:cluster:k=8` and `user:cluster:k=8` are clusters, see `Clusters`.

    Attributes:
        by: as the user writes it in full: `activity`, `popularity`, `user:age`, `item:genres`,
            `item:cluster:k=8,by=features`
    """

    by: str

    @classmethod
    def parse(cls, text: str, dataset: Dataset) -> Grouping:
        """The grouping that `text` names; a column without `user:` or `item:` where one table has it.

        Of items there are the declared features and the columns that they are made of. Raises
        UsageError for an unknown name, the nearest spelling first, and for a column of both tables;
        DataError for a column of a table that the dataset does not have.

        Args:
            text: the text to read
            dataset: the ratings, and what is known of items and users
        """
        names, text = _names(dataset), text.strip()
        if text in names:
            return cls(text)
        clusters = _clusters(text, dataset)
        if clusters:
            return cls(str(clusters))
        found = [name for name in names if name.partition(":")[1:] == (":", text)]
        if len(found) == 1:
            return cls(found[0])
        if found:
            raise errors.UsageError(f"'{text}' is a column of both: say {' or '.join(found)}.")
        # Without the table this raises, and says how to describe it.
        if text.startswith("user:") and dataset.users is None:
            dataset.column("user", text)
        if text.startswith("item:") and dataset.items is None:
            dataset.column("item", text)
        raise errors.unknown("grouping", text, [*names, "user:cluster", "item:cluster"])

    @property
    def kind(self) -> Literal["user", "item"]:
        """Whether users or items are put together."""
        return "user" if self.by == _ACTIVITY or self.by.startswith("user:") else "item"

    def groups(self, statistics: TrainingStatistics) -> dict[str, np.ndarray]:
        """The groups in their order: name -> bool[n codes], which users or items belong to it.

        Args:
            statistics: what the training ratings and the item table show
        """
        if self.by == _ACTIVITY:
            n = statistics.activity
            return {name: (n >= low) & (n < high) for name, low, high in _LEVELS}
        if self.by == _POPULARITY:
            tail = LongTail.tail(statistics.popularity)
            rest = LongTail.tail(statistics.popularity, fifths=4)
            return {"head": ~rest, "mid": rest & ~tail, "tail": tail}
        clusters = _clusters(self.by, statistics.dataset)
        if clusters and self.by not in _names(statistics.dataset):
            return clusters.groups(statistics)
        table = statistics.dataset.users if self.kind == "user" else statistics.dataset.items
        assert table is not None
        return by_text(self._texts(statistics.dataset), len(table.ids))

    def _texts(self, dataset: Dataset) -> pd.Series:
        """What is said of each user or item, str by code; a code as often as it has texts."""
        column = self.by.partition(":")[2]
        if self.kind == "item" and dataset.items is not None:
            for feature in dataset.items.features:
                if feature.name == column:
                    return _of_feature(feature, dataset.items)
        return pd.Series(dataset.column(self.kind, column), dtype=object)


def by_text(texts: pd.Series, n: int) -> dict[str, np.ndarray]:
    """The groups of equal texts or of bands of numbers, as `Grouping` says: name -> bool[n].

    Numbers and bands are in their order, other texts in that of the alphabet, "(other)" and "(none)"
    last.

    Args:
        texts: str by row, 0 to n - 1; a row may have several, or none
        n: how many rows there are

    >>> groups = by_text(pd.Series(["b", "a", " ", "a"]), 5)
    >>> {name: rows.nonzero()[0].tolist() for name, rows in groups.items()}
    {'a': [1, 3], 'b': [0], '(none)': [2, 4]}
    """
    texts = texts.str.strip()
    texts = texts[texts != ""]
    sizes = texts.value_counts().sort_index()
    gaps = [text for text in sizes.index if is_gap(text)]
    if all(math.isfinite(number(text)) for text in sizes.index.difference(gaps)):
        texts, sizes = texts[~texts.isin(gaps)], sizes.drop(gaps)
    values = {text: number(text) for text in sizes.index}
    # Of what has several, numbers are keys.
    numeric = texts.index.is_unique and all(map(math.isfinite, values.values()))
    names = {text: text for text in sizes.index}
    if len(sizes) > MOST_GROUPS:
        names = _bands(sizes, values) if numeric else _largest(sizes)
    elif numeric:
        names = {text: text for text in sorted(values, key=values.__getitem__)}
    groups = {name: np.zeros(n, bool) for name in (*names.values(), NONE)}
    for name, rows in texts.groupby(texts.map(names)).groups.items():
        groups[str(name)][rows] = True
    groups[NONE] |= ~np.any([*groups.values()], axis=0)
    return groups


def _clusters(text: str, dataset: Dataset) -> Clusters | None:
    """The clusters that a text names; None for one that names none. Raises as `Clusters.parse` does."""
    for kind in _KINDS:
        if text == f"{kind}:cluster" or text.startswith(f"{kind}:cluster:"):
            return Clusters.parse(
                kind, text.removeprefix(f"{kind}:cluster").removeprefix(":"), dataset
            )
    if text == "cluster" or text.startswith("cluster:"):
        raise errors.UsageError(f"'{text}': of users or of items? Say user:{text} or item:{text}.")
    return None


def _names(dataset: Dataset) -> list[str]:
    """Everything that can be grouped by."""
    users = dataset.users.columns if dataset.users else ()
    items = dataset.items
    columns = dict.fromkeys([*(f.name for f in items.features), *items.columns]) if items else ()
    return [_ACTIVITY, _POPULARITY, *(f"user:{c}" for c in users), *(f"item:{c}" for c in columns)]


def _of_feature(feature: Feature, items: Items) -> pd.Series:
    if feature.kind in ("categories", "flags", "tags"):
        return pd.Series(items.labels_of(feature), dtype=object).explode().dropna()
    return pd.Series(items.texts_of(feature), dtype=object)


def _bands(sizes: pd.Series, values: dict[str, float]) -> dict[str, str]:
    """The name of each number's band, in order; a number is in that of its middle rank.

    sizes: how many have it, by text
    """
    texts = sorted(values, key=values.__getitem__)
    _, which = np.unique([values[text] for text in texts], return_inverse=True)
    n = np.bincount(which, sizes[texts])
    middle = np.cumsum(n) - n / 2
    band = (N_BANDS * middle / n.sum()).astype(int)[which]
    names: dict[str, str] = {}
    for _, own in pd.Series(texts).groupby(band):
        low, high = own.iloc[0], own.iloc[-1]
        name = low if values[low] == values[high] else f"{low}–{high}"
        names |= dict.fromkeys(own, name)
    return names


def _largest(sizes: pd.Series) -> dict[str, str]:
    """The name of each text's group, in order: its own for the most frequent."""
    ordered = sorted(sizes.index, key=lambda text: (-sizes[text], text))
    kept, rest = ordered[: MOST_GROUPS - 1], ordered[MOST_GROUPS - 1 :]
    return {text: text for text in sorted(kept)} | dict.fromkeys(rest, OTHER)
