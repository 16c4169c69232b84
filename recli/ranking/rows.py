"""Ranked lists as a table, a row for each place: what is written and shown."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from recli.data.ids import Ids
from recli.models.model import Model
from recli.ranking.explanation import explained
from recli.ranking.lists import RankedLists
from recli.ranking.lower_bound import Sort, predicted

_TIME = pa.timestamp("s", tz="UTC")


@dataclass(frozen=True, eq=False)
class ListRows:
    """Makes tables of lists: user, model, rank, item, title, score, rating, deviation, time, and why.

    model_name: what is said in the column `model`
    time: when the lists were made; whole seconds are kept
    sort: what the lists are sorted by
    user_ids: the ids that the codes in `RankedLists.users` stand for; by default those of the model
    explain: whether there is a column `why` with the words of `explained`; then `table` raises as that

    Users and items are integers where all ids of the ratings are plain integers, otherwise text.
    rating is the prediction, cut off at the ends of the rating scale, and deviation how far hers may be
    from it; each is null where the model does not know it. title is null where the item has none.
    """

    model: Model
    model_name: str
    time: datetime
    sort: Sort = "score"
    user_ids: Ids | None = None
    explain: bool = False

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns, the same for all tables."""
        return pa.schema(
            {
                "user": self._users.type,
                "model": pa.string(),
                "rank": pa.int32(),
                "item": self._items.type,
                "title": pa.string(),
                "score": pa.float64(),
                "rating": pa.float64(),
                "deviation": pa.float64(),
                "time": _TIME,
                **({"why": pa.string()} if self.explain else {}),
            }
        )

    def table(self, lists: RankedLists) -> pa.Table:
        """A row for each place that has an item, in the order of the lists."""
        rows, places = np.nonzero(lists.items >= 0)
        items, scores = lists.items[rows, places], lists.scores[rows, places]
        users = lists.users[rows]
        found = predicted(self.model, users, items, scores, self.sort)
        same = _numbers(np.zeros(len(rows), np.int32))
        stamp = int(self.time.timestamp())
        unknown = pa.nulls(len(rows), pa.float64())
        columns = {
            "user": self._users.take(_numbers(users)),
            "model": _texts([self.model_name]).take(same),
            "rank": _numbers((places + 1).astype(np.int32)),
            "item": self._items.take(_numbers(items)),
            "title": self._titles.take(_numbers(items)),
            "score": _numbers(scores),
            "rating": unknown if found.ratings is None else _numbers(found.ratings),
            "deviation": unknown if found.deviations is None else _numbers(found.deviations),
            "time": _numbers(np.full(len(rows), stamp), _TIME),
        }
        if self.explain:
            pairs = zip(users.tolist(), items.tolist(), strict=True)
            columns["why"] = _texts([explained(self.model, *pair).words for pair in pairs])
        return pa.table(columns, schema=self.schema)

    @functools.cached_property
    def _users(self) -> pa.Array:
        return _raw(self.user_ids or self.model.trainset.ratings.user_ids)

    @functools.cached_property
    def _items(self) -> pa.Array:
        return _raw(self.model.trainset.ratings.item_ids)

    @functools.cached_property
    def _titles(self) -> pa.Array:
        titles = self.model.titles
        if titles is None:
            return pa.nulls(self.model.trainset.n_catalogue, pa.string())
        return _texts(titles.tolist(), null_if_empty=True)


def _raw(ids: Ids) -> pa.Array:
    """Every id by code."""
    return _numbers(ids.text.astype(np.int64)) if ids.integers else _texts(ids.text.tolist())


# pa.array and pa.repeat import pandas to look at what they are given, and that takes longer than to
# recommend to one user.


def _numbers(values: np.ndarray, kind: pa.DataType | None = None) -> pa.Array:
    """`values` as Arrow has them, without a copy; `kind` is their type if it is not numpy's."""
    held = pa.py_buffer(np.ascontiguousarray(values))
    kind = kind or pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [None, held])


def _texts(values: Sequence[str], null_if_empty: bool = False) -> pa.Array:
    """`values` as Arrow has them."""
    encoded = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    parts = [pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    if null_if_empty:
        parts.append(pa.py_buffer(np.packbits(np.diff(ends) > 0, bitorder="little")))
    return pa.StringArray.from_buffers(len(values), *parts)
