"""Ranked lists as a table, a row for each place: what is written and shown."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from recli.data.ids import Ids
from recli.recommend.lists import Lists
from recli.recommend.model import Model

_TIME = pa.timestamp("s", tz="UTC")


@dataclass(frozen=True, eq=False)
class Places:
    """Makes tables of lists: user, model, rank, item, title, score, rating, time.

    model_name: what is said in the column `model`
    time: when the lists were made; whole seconds are kept
    user_ids: the ids that the codes in `Lists.users` stand for; by default those of the model

    Users and items are integers where all ids of the ratings are plain integers, otherwise text.
    rating is the score cut off at the ends of the rating scale, null where the model's scores are no
    ratings; title is null where the item has none.
    """

    model: Model
    model_name: str
    time: datetime
    user_ids: Ids | None = None

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
                "time": _TIME,
            }
        )

    def table(self, lists: Lists) -> pa.Table:
        """A row for each place that has an item, in the order of the lists."""
        rows, places = np.nonzero(lists.items >= 0)
        items, scores = lists.items[rows, places], lists.scores[rows, places]
        ratings = pa.nulls(len(rows), pa.float64())
        if self.model.algorithm.predicts == "ratings":
            ratings = pa.array(np.clip(scores, *self.model.trainset.rating_scale))
        columns = {
            "user": self._users.take(pa.array(lists.users[rows])),
            "model": pa.repeat(self.model_name, len(rows)),
            "rank": (places + 1).astype(np.int32),
            "item": self._items.take(pa.array(items)),
            "title": self._titles.take(pa.array(items)),
            "score": scores,
            "rating": ratings,
            "time": pa.repeat(pa.scalar(self.time, _TIME), len(rows)),
        }
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
        return pa.array([title or None for title in titles], pa.string())


def _raw(ids: Ids) -> pa.Array:
    """Every id by code."""
    if ids.integers:
        return pa.array(ids.text.astype(np.int64))
    return pa.array(ids.text, pa.string())
