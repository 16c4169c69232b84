"""LensKit's native datasets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from recli import files
from recli.data.converters._base import FolderConverter, Written
from recli.data.converters._tables import (
    ITEM,
    TIME,
    TITLE,
    USER,
    attributes,
    id_array,
    named,
    notes,
    rows,
    value_name,
)
from recli.data.dataset import Dataset
from recli.data.formats.lenskit import FILE_NAME
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.tables.items import Items
from recli.data.tables.table import Table

_VERSION = "2025.3"  # of the layout, from which on pairs are sorted
_TYPES = {"labels": pa.list_(pa.string()), "number": pa.float64(), "text": pa.string()}


class LensKitConverter(FolderConverter):
    """`schema.json` and a Parquet file for users, items and ratings, as `Dataset.load` reads them.

    Ids are integers where all are plain integers, else texts. Ratings are sorted by user and item, as
    the layout asks; the order of the file is not kept.
    """

    summary = "a folder of LensKit: schema.json, and Parquet files of ratings, items and users"
    own = (FILE_NAME, "user.parquet", "item.parquet", "rating.parquet", "interaction.parquet")

    def _into(self, dataset: Dataset, folder: Path, name: str) -> Written:
        ratings = dataset.ratings
        of_pairs = "interaction" if ratings.implicit else "rating"
        tables = {
            of_pairs: _pairs(ratings),
            "item": _entities(ITEM, ratings.item_ids, dataset.items),
            "user": _entities(USER, ratings.user_ids, dataset.users),
        }
        schema = {
            "version": _VERSION,
            "name": dataset.name,
            "default_interaction": of_pairs,
            "entities": {
                what: {
                    "id_type": "int" if ids.integers else "str",
                    "attributes": _specs(tables[what], f"{what}_id"),
                }
                for what, ids in (("item", ratings.item_ids), ("user", ratings.user_ids))
            },
            "relationships": {
                of_pairs: {
                    "entities": {"user": None, "item": None},
                    "interaction": True,
                    "repeats": "forbidden",
                    "attributes": _specs(tables[of_pairs], "user_num", "item_num"),
                }
            },
        }
        files.write_json(folder / FILE_NAME, schema)
        for what, table in tables.items():
            pq.write_table(table, folder / f"{what}.parquet", compression="zstd")
        counts = {f"{what}.parquet": table.num_rows for what, table in tables.items()}
        return Written(counts, notes(dataset))


def _pairs(ratings: Ratings) -> pa.Table:
    order = np.lexsort((ratings.items, ratings.users))
    columns = {
        "user_num": pa.array(ratings.users[order]),
        "item_num": pa.array(ratings.items[order]),
        value_name(ratings): pa.array(ratings.values[order]),
    }
    if ratings.times is not None:
        columns[TIME] = pa.array(ratings.times[order]).cast(pa.timestamp(ratings.time_unit))
    return pa.table(columns)


def _entities(key: str, ids: Ids, table: Table | None) -> pa.Table:
    """All ids, and what the table says of those who have a row in it."""
    columns: dict[str, pa.Array] = {key: id_array(ids)}
    if table is None:
        return pa.table(columns)
    place = np.full(len(ids), -1)
    of_rows = rows(table)
    place[of_rows] = np.arange(len(of_rows))
    taking = pa.array(place, mask=place < 0)
    if isinstance(table, Items) and table.titles is not None:
        titles = [title or None for title in table.titles]
        columns[TITLE] = pa.array(titles, pa.string())
    found = list(attributes(table))
    names = named((attribute.name for attribute in found), set(columns))
    for name, attribute in zip(names, found, strict=True):
        kind = _TYPES.get(attribute.kind, pa.string())
        columns[name] = pa.array(attribute.values, kind).take(taking)
    return pa.table(columns)


def _specs(table: pa.Table, *keys: str) -> dict[str, Any]:
    return {
        field.name: {
            "layout": "list" if pa.types.is_list(field.type) else "scalar",
            "vector_size": None,
        }
        for field in table.schema
        if field.name not in keys
    }
