"""Rows of ranked lists as tables of Arrow, which writers take."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from recli.data.ids import Ids
from recli.models.model import FittedModel
from recli.ranking.rows import Rows
from recli.spreadsheet import as_text

_TIME = pa.timestamp("s", tz="UTC")


@dataclass(frozen=True, eq=False)
class RowTables:
    """Makes tables of rows: user, model, rank, item, title, score, rating, deviation, time, and why.

    Users and items are integers where all ids of the ratings are plain integers, otherwise text. The
    rating is the prediction, cut off at the ends of the rating scale, and the deviation how far the
    user's may be from it; each is null where the model does not know it. The title is null where the
    item has none.

    Attributes:
        model: the model that made the lists
        model_name: what is said in the column `model`
        time: when the lists were made; whole seconds are kept
        explain: whether there is a column `why`, with the words of the reasons that the rows then have
        for_spreadsheets: whether texts that a spreadsheet takes for formulas have an apostrophe before
    """

    model: FittedModel
    model_name: str
    time: datetime
    explain: bool = False
    for_spreadsheets: bool = False

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

    def table(self, rows: Rows) -> pa.Table:
        """The rows, in their order.

        Args:
            rows: by the same model
        """
        found, n_rows = rows.predicted, len(rows)
        unknown = pa.nulls(n_rows, pa.float64())
        columns = {
            "user": self._users.of(rows.users),
            "model": self._texts([self.model_name]).of(np.zeros(n_rows, np.int32)),
            "rank": _numbers(rows.ranks),
            "item": self._items.of(rows.items),
            "title": self._titles.of(rows.items),
            "score": _numbers(rows.scores),
            "rating": unknown if found.ratings is None else _numbers(found.ratings),
            "deviation": unknown if found.deviations is None else _numbers(found.deviations),
            "time": _numbers(np.full(n_rows, int(self.time.timestamp())), _TIME),
        }
        if self.explain:
            assert rows.why is not None
            words = self._texts([one.words for one in rows.why])
            columns["why"] = words.of(np.arange(n_rows))
        return pa.table(columns, schema=self.schema)

    @functools.cached_property
    def _users(self) -> _Numbers | _Texts:
        return self._raw(self.model.trainset.ratings.user_ids)

    @functools.cached_property
    def _items(self) -> _Numbers | _Texts:
        return self._raw(self.model.trainset.ratings.item_ids)

    @functools.cached_property
    def _titles(self) -> _Texts:
        titles = self.model.titles
        known = [""] * self.model.trainset.n_catalogue if titles is None else titles.tolist()
        return self._texts(known, null_if_empty=True)

    def _raw(self, ids: Ids) -> _Numbers | _Texts:
        """Every id by code."""
        if ids.integers:
            return _Numbers(ids.text.astype(np.int64))
        return self._texts(ids.text.tolist())

    def _texts(self, values: Sequence[str], null_if_empty: bool = False) -> _Texts:
        if self.for_spreadsheets:
            values = list(map(as_text, values))
        return _Texts(values, null_if_empty)


# Arrow's own `take` imports pyarrow.compute, and pa.array and pa.repeat import pandas to look at what
# they are given: each takes as long as to recommend to one user.


class _Numbers:
    """Numbers by code, of which columns are made."""

    type = pa.int64()

    def __init__(self, values: np.ndarray) -> None:
        self._values = values

    def of(self, codes: np.ndarray) -> pa.Array:
        return _numbers(self._values[codes])


class _Texts:
    """Texts by code, of which columns are made."""

    type = pa.string()

    def __init__(self, values: Sequence[str], null_if_empty: bool = False) -> None:
        self._encoded = np.array([value.encode() for value in values], object)
        self._lengths = np.fromiter(map(len, self._encoded), np.int64, len(self._encoded))
        self._null_if_empty = null_if_empty

    def of(self, codes: np.ndarray) -> pa.Array:
        lengths = self._lengths[codes]
        ends = np.zeros(len(codes) + 1, np.int32)
        np.cumsum(lengths, out=ends[1:])
        parts = [pa.py_buffer(ends), pa.py_buffer(b"".join(self._encoded[codes].tolist()))]
        if self._null_if_empty:
            parts.append(pa.py_buffer(np.packbits(lengths > 0, bitorder="little")))
        return pa.StringArray.from_buffers(len(codes), *parts)


def _numbers(values: np.ndarray, kind: pa.DataType | None = None) -> pa.Array:
    """`values` as Arrow has them, without a copy; `kind` is their type if it is not numpy's."""
    held = pa.py_buffer(np.ascontiguousarray(values))
    kind = kind or pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [None, held])
