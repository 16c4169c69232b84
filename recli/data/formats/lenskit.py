"""LensKit's native datasets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from recli import errors, json_documents
from recli.data.description import (
    Description,
    Feature,
    ItemsSource,
    RatingsSource,
    TableSource,
    UsersSource,
)
from recli.data.formats._arrow import reading, text_table
from recli.data.formats._base import Format, TextTable
from recli.data.formats._choice import chosen
from recli.data.sources.location import Location

FILE_NAME = "schema.json"
_TITLES = ("title", "name")
_WEIGHTS = ("weight", "count")


class LensKit(Format):
    """A folder that LensKit's `Dataset.save` wrote: `schema.json`, and a Parquet file for each class.

    Read are the default interactions, else the only ones, else those that are named. Users and items
    stand in them by their places in the files of users and items, which give them back their ids.
    """

    summary = "a folder of LensKit: schema.json and Parquet files"

    def describe(self, folder: Path) -> Description | None:
        """Lists become categories, numbers numbers or years; other columns describe no item.

        Args:
            folder: the folder of the dataset
        """
        file = Location(folder / FILE_NAME)
        if not file.exists():
            return None
        schema = _schema(file)
        found = _attributes(schema["relationships"][_interactions(file, schema)])
        weight = next((name for name in _WEIGHTS if name in found), None)
        is_rated = "rating" in found
        item, user = (_attributes(schema["entities"].get(what)) for what in ("item", "user"))
        return Description(
            name=folder.resolve().name,
            folder=folder,
            title=str(schema.get("name") or ""),
            ratings=RatingsSource(
                file=FILE_NAME,
                format="lenskit",
                user="user_id",
                item="item_id",
                rating="rating" if is_rated else None,
                weight=None if is_rated else weight,
                implicit=None if is_rated else True,
                time="timestamp" if "timestamp" in found else None,
            ),
            items=_items(folder) if item else None,
            users=UsersSource("user.parquet", format="parquet", id="user_id") if user else None,
        )

    def read(self, file: Location, source: TableSource) -> TextTable:
        schema = _schema(file)
        name = _interactions(file, schema)
        pairs = _table(file, name)
        ids: dict[str, pa.ChunkedArray] = {}
        for alias, of in schema["relationships"][name].get("entities", {}).items():
            entity = of or alias
            places = _column(file, pairs, name, f"{alias}_num")
            with reading(file, "a dataset of LensKit"):
                of_entity = _column(file, _table(file, entity), entity, f"{entity}_id")
                ids[f"{alias}_id"] = of_entity.take(places)
            pairs = pairs.drop_columns([f"{alias}_num"])
        columns = dict(zip(pairs.column_names, pairs.columns, strict=True))
        return text_table(pa.table({**ids, **columns}))


def _schema(file: Location) -> dict[str, Any]:
    """The schema. Raises DataError for what is none."""
    try:
        schema = json_documents.parsed(file.read_bytes())
    except ValueError as error:
        raise errors.DataError(f"{file}: is no JSON: {error}.") from None
    parts = ("entities", "relationships")
    if not isinstance(schema, dict) or not all(isinstance(schema.get(p), dict) for p in parts):
        raise errors.DataError(f"{file}: names no entities or no relationships, as LensKit does.")
    return schema


def _interactions(file: Location, schema: dict[str, Any]) -> str:
    """The name of the interactions that are meant."""
    classes = schema["relationships"]
    default = schema.get("default_interaction")
    if file.table is None and default in classes:
        return str(default)
    names = [name for name, about in classes.items() if about.get("interaction")]
    return chosen(file, names, "relationship")


def _attributes(about: dict[str, Any] | None) -> dict[str, Any]:
    attributes: dict[str, Any] = (about or {}).get("attributes", {})
    return attributes


def _table(file: Location, name: str) -> pa.Table:
    """The Parquet file of a class. Raises DataError."""
    path = file.path.parent / f"{name}.parquet"
    if not re.fullmatch(r"\w+", name) or not path.is_file():
        raise errors.DataError(f"{path}: no such file, although {FILE_NAME} names it.")
    with reading(Location(path), "Parquet"), pq.ParquetFile(path) as content:
        return content.read()


def _column(file: Location, table: pa.Table, name: str, column: str) -> pa.ChunkedArray:
    if column not in table.column_names:
        missing = errors.unknown("column", column, table.column_names)
        raise errors.DataError(f"{file.path.parent / name}.parquet: {missing}")
    return table[column]


def _items(folder: Path) -> ItemsSource:
    """The item table, its features by the types of its columns."""
    path = folder / "item.parquet"
    if not path.is_file():
        raise errors.DataError(f"{path}: no such file, although {FILE_NAME} names it.")
    with reading(Location(path), "Parquet"):
        schema = pq.read_schema(path)
    features = []
    for field in schema:
        if pa.types.is_list(field.type) or pa.types.is_large_list(field.type):
            features.append(Feature(field.name, "categories", field.name))
        elif field.name != "item_id" and _is_number(field.type):
            kind = "year" if "year" in field.name.lower() else "number"
            features.append(Feature(field.name, kind, field.name))
    return ItemsSource(
        file=path.name,
        format="parquet",
        id="item_id",
        title=next((name for name in _TITLES if name in schema.names), None),
        features=tuple(features),
    )


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)
