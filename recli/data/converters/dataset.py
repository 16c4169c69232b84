"""A dataset of recli."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from recli import files
from recli.data import description_text
from recli.data.converters._base import FolderConverter, Written
from recli.data.converters._tables import (
    ITEM,
    TIME,
    TITLE,
    USER,
    id_array,
    notes,
    ratings_table,
    rows,
)
from recli.data.dataset import Dataset
from recli.data.description import FILE_NAME, Description, ItemsSource, RatingsSource, UsersSource
from recli.data.tables.items import Items
from recli.data.tables.table import Table

_RATINGS, _ITEMS, _USERS = "ratings.parquet", "items.parquet", "users.parquet"


class DatasetFolder(FolderConverter):
    """A `dataset.toml` and Parquet files; what is read from it is the dataset, its fingerprint too."""

    summary = "a folder of recli: dataset.toml, and Parquet files of ratings, items and users"
    own = (FILE_NAME, _RATINGS, _ITEMS, _USERS)

    def _into(self, dataset: Dataset, folder: Path, name: str) -> Written:
        tables = {_RATINGS: ratings_table(dataset.ratings)}
        about = Description(
            name=name,
            folder=folder,
            ratings=_ratings_source(dataset),
            **{
                key: getattr(dataset.description, key)
                for key in ("title", "homepage", "licence", "citation")
            },
        )
        if dataset.items is not None:
            key = _apart((dataset.description.items or ItemsSource()).id or ITEM, dataset.items)
            title = None
            if dataset.items.titles is not None:
                title = (dataset.description.items or ItemsSource()).title or TITLE
            tables[_ITEMS] = _table(dataset.items, key, title)
            source = ItemsSource(_ITEMS, id=key, title=title, features=dataset.items.features)
            about = dataclasses.replace(about, items=source)
        if dataset.users is not None:
            key = _apart((dataset.description.users or UsersSource()).id or USER, dataset.users)
            tables[_USERS] = _table(dataset.users, key)
            about = dataclasses.replace(about, users=UsersSource(_USERS, id=key))
        for file, table in tables.items():
            pq.write_table(table, folder / file)
        files.write_text(folder / FILE_NAME, description_text.text(about))
        counts = {file: table.num_rows for file, table in tables.items()}
        return Written(counts, notes(dataset))


def _ratings_source(dataset: Dataset) -> RatingsSource:
    ratings = dataset.ratings
    has_times = ratings.times is not None
    value: dict[str, Any] = (
        {"weight": "weight", "implicit": True} if ratings.implicit else {"rating": "rating"}
    )
    return RatingsSource(
        file=_RATINGS,
        user=USER,
        item=ITEM,
        time=TIME if has_times else None,
        time_unit="date" if has_times else None,
        scale=ratings.scale,
        **value,
    )


def _apart(key: str, table: Table) -> str:
    """A name for the column of ids that no other column has."""
    while key in table.columns:
        key += "_"
    return key


def _table(table: Table, key: str, title: str | None = None) -> pa.Table:
    """Ids, titles and the other columns of those who have a row, as they were read."""
    of_rows = rows(table)
    columns = {key: id_array(table.ids).take(pa.array(of_rows))}
    if title is not None and isinstance(table, Items) and table.titles is not None:
        columns[title] = pa.array(table.titles[of_rows], pa.string())
    for name, column in table.columns.items():
        columns[name] = pa.array(column[of_rows], pa.string())
    return pa.table(columns)
