"""A dataset as tables with types, which the forms have in common."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute

from recli.data.columns.number import number
from recli.data.dataset import Dataset
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.tables.items import Items
from recli.data.tables.table import Table

USER, ITEM, TIME, TITLE = "user_id", "item_id", "timestamp", "title"


@dataclass(frozen=True)
class Attribute:
    """What a table says of users or items.

    Attributes:
        name: the name
        kind: `labels` for several of a set, `number`, `text`, or `value` for a column that is no
            feature
        values: list[n] by row; None where nothing is known
    """

    name: str
    kind: Literal["labels", "number", "text", "value"]
    values: list[list[str] | float | str | None]


def value_name(ratings: Ratings) -> str:
    """What the column of values is called.

    Args:
        ratings: the ratings or interactions
    """
    return "weight" if ratings.implicit else "rating"


def ratings_table(ratings: Ratings) -> pa.Table:
    """`user_id`, `item_id`, `rating` or of interactions `weight`, and, if there are times, `timestamp`.

    In the order of the dataset. Ids are int64 where all are plain integers, else texts; values
    float64; times in their unit, UTC.

    Args:
        ratings: the ratings or interactions
    """
    columns = {
        USER: id_array(ratings.user_ids).take(pa.array(ratings.users)),
        ITEM: id_array(ratings.item_ids).take(pa.array(ratings.items)),
        value_name(ratings): pa.array(ratings.values),
    }
    if ratings.times is not None:
        kind = pa.timestamp(ratings.time_unit, "UTC")
        columns[TIME] = pa.array(ratings.times).cast(kind)
    return pa.table(columns)


def seconds(ratings: Ratings) -> pa.Array:
    """Seconds since 1970 UTC as decimal numbers, text[n], with as many digits as the unit needs.

    Args:
        ratings: the ratings or interactions
    """
    assert ratings.times is not None
    digits = len(str(ratings.per_second)) - 1
    if not digits:
        return pa.array(ratings.times).cast(pa.string())
    whole, rest = np.divmod(np.abs(ratings.times), ratings.per_second)
    sign = np.where(ratings.times < 0, "-", "")
    fraction = pa.compute.utf8_lpad(pa.array(rest).cast(pa.string()), digits, "0")
    before = pa.compute.binary_join_element_wise(
        pa.array(sign, pa.string()), pa.array(whole).cast(pa.string()), ""
    )
    return pa.compute.binary_join_element_wise(before, fraction, ".")


def id_array(ids: Ids) -> pa.Array:
    """All ids by their codes, int64 where all are plain integers, else texts.

    Args:
        ids: raw ids and their codes
    """
    texts = pa.array(ids.text, pa.string())
    return texts.cast(pa.int64()) if ids.integers else texts


def rows(table: Table) -> np.ndarray:
    """int64[n], the codes of those who have a row in the table.

    Args:
        table: the table of items or of users
    """
    return np.flatnonzero(table.in_table)


def attributes(table: Table) -> Iterator[Attribute]:
    """What the table says of those who have a row in it: features first, then the other columns.

    A feature of numbers of which one is none is text, and so are tags with their counts.

    Args:
        table: the table of items or of users
    """
    of_rows = rows(table)
    used: set[str] = set()
    for feature in table.features if isinstance(table, Items) else ():
        assert isinstance(table, Items)
        used |= set(feature.columns or (feature.column,))
        if feature.kind in ("categories", "flags"):
            labels = table.labels_of(feature)
            yield Attribute(feature.name, "labels", [labels[row] or None for row in of_rows])
        else:
            texts = table.texts_of(feature)[of_rows]
            is_number = feature.kind in ("number", "year")
            yield (_numbers if is_number else _texts)(feature.name, texts)
    for name, column in table.columns.items():
        if name not in used:
            yield dataclasses.replace(_texts(name, column[of_rows]), kind="value")


def named(names: Iterable[str], taken: set[str]) -> list[str]:
    """The names in letters, digits and underscores, different from one another and from those `taken`.

    Args:
        names: the names
        taken: names that are used already
    """
    found: list[str] = []
    for name in names:
        plain = re.sub(r"\W", "_", name.strip()) or "column"
        while plain in taken or plain in found:
            plain += "_"
        found.append(plain)
    return found


def notes(dataset: Dataset) -> tuple[str, ...]:
    """What of the dataset no form has a place for, a sentence each.

    Args:
        dataset: the ratings, and what is known of items and users
    """
    ratings, users = dataset.ratings, dataset.users
    said = []
    if ratings.first_times is not None and (ratings.first_times != ratings.times).any():
        said.append("When a pair of user and item was first seen is left out.")
    if users is not None and users.n_unrated:
        said.append(f"Users without a rating are left out: {users.n_unrated:,}.")
    return tuple(said)


def _numbers(name: str, texts: np.ndarray) -> Attribute:
    numbers = [number(text) if text.strip() else None for text in texts]
    if not all(value is None or np.isfinite(value) for value in numbers):
        return _texts(name, texts)
    return Attribute(name, "number", list(numbers))


def _texts(name: str, texts: np.ndarray) -> Attribute:
    return Attribute(name, "text", [text or None for text in texts])
