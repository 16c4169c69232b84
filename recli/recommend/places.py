"""Ranked lists as a table, a row for each place: what is written and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from recli.data.ids import Ids
from recli.recommend.lists import Lists
from recli.recommend.model import Model


@dataclass(frozen=True, eq=False)
class Places:
    """Makes tables of lists: user, model, rank, item, title, score, rating, time.

    model_name: what is said in the column `model`
    time: when the lists were made, in UTC and whole seconds
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
    def _users(self) -> Ids:
        return self.user_ids or self.model.trainset.ratings.user_ids

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns, the same for all tables."""
        ratings = self.model.trainset.ratings
        return pa.schema(
            {
                "user": _type(self._users),
                "model": pa.string(),
                "rank": pa.int32(),
                "item": _type(ratings.item_ids),
                "title": pa.string(),
                "score": pa.float64(),
                "rating": pa.float64(),
                "time": pa.timestamp("s", tz="UTC"),
            }
        )

    def table(self, lists: Lists) -> pa.Table:
        """A row for each place that has an item, in the order of the lists."""
        ratings = self.model.trainset.ratings
        rows, places = np.nonzero(lists.items >= 0)
        items, scores = lists.items[rows, places], lists.scores[rows, places]
        n = len(rows)
        stars = pa.nulls(n, pa.float64())
        if self.model.algorithm.predicts == "ratings":
            stars = pa.array(np.clip(scores, *ratings.scale))
        columns = {
            "user": _raw(self._users, lists.users[rows]),
            "model": pa.repeat(self.model_name, n),
            "rank": (places + 1).astype(np.int32),
            "item": _raw(ratings.item_ids, items),
            "title": self._titles(items),
            "score": scores,
            "rating": stars,
            "time": pa.repeat(pa.scalar(self.time, pa.timestamp("s", tz="UTC")), n),
        }
        return pa.table(columns, schema=self.schema)

    def _titles(self, items: np.ndarray) -> pa.Array:
        titles = self.model.titles
        if titles is None:
            return pa.nulls(len(items), pa.string())
        return pa.array([title or None for title in titles[items]], pa.string())


def _type(ids: Ids) -> pa.DataType:
    return pa.int64() if ids.integers else pa.string()


def _raw(ids: Ids, codes: np.ndarray) -> pa.Array:
    raw = ids.text[codes]
    return pa.array([int(text) for text in raw] if ids.integers else raw, _type(ids))
