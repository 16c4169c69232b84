"""RecBole's atomic files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from recli import files
from recli.data.converters._base import FolderConverter, Written
from recli.data.converters._tables import (
    ITEM,
    TIME,
    TITLE,
    USER,
    Attribute,
    attributes,
    named,
    notes,
    rows,
    seconds,
    value_name,
)
from recli.data.dataset import Dataset
from recli.data.ratings import Ratings
from recli.data.tables.items import Items
from recli.data.tables.table import Table

_KINDS = {"labels": "token_seq", "number": "float", "text": "token_seq", "value": "token"}
_CUTS = r"[\s,]+"  # where RecBole cuts a sequence, or is told to by some of its datasets
_SPACES = (
    "Categories with spaces or commas in them have underscores instead: sequences are cut there."
)

Columns = dict[str, Sequence[object]]


class RecBole(FolderConverter):
    """`NAME.inter`, `NAME.item` and `NAME.user` in a folder that is called NAME, as RecBole has it.

    Tabs between columns, quotes where a text needs them. The header says the type of each column: ids
    are tokens, ratings and numbers floats, times floats in seconds since 1970 UTC, categories and texts
    sequences of tokens with spaces between them.
    """

    summary = "a folder of RecBole's atomic files: .inter, .item, .user with typed headers"
    own = ("*.inter", "*.item", "*.user")

    def _into(self, dataset: Dataset, folder: Path, name: str) -> Written:
        counts = {f"{name}.inter": _write(folder / f"{name}.inter", _ratings(dataset.ratings))}
        said = list(notes(dataset))
        for key, suffix, table in ((ITEM, "item", dataset.items), (USER, "user", dataset.users)):
            if table is not None:
                found = list(attributes(table))
                file = f"{name}.{suffix}"
                counts[file] = _write(folder / file, _described(key, table, found))
                if any(map(_is_cut, found)):
                    said.append(_SPACES)
        return Written(counts, tuple(said))


def _ratings(ratings: Ratings) -> Columns:
    columns: Columns = {
        f"{USER}:token": ratings.user_ids.text[ratings.users],
        f"{ITEM}:token": ratings.item_ids.text[ratings.items],
        f"{value_name(ratings)}:float": pa.array(ratings.values).cast(pa.string()).to_pylist(),
    }
    if ratings.times is not None:
        columns[f"{TIME}:float"] = seconds(ratings).to_pylist()
    return columns


def _described(key: str, table: Table, found: list[Attribute]) -> Columns:
    of_rows = rows(table)
    columns: Columns = {f"{key}:token": table.ids.text[of_rows]}
    taken = {key}
    if isinstance(table, Items) and table.titles is not None:
        columns[f"{TITLE}:token_seq"] = list(map(_cell, table.titles[of_rows]))
        taken.add(TITLE)
    names = named((attribute.name for attribute in found), taken)
    for name, attribute in zip(names, found, strict=True):
        columns[f"{name}:{_KINDS[attribute.kind]}"] = list(map(_cell, attribute.values))
    return columns


def _cell(value: list[str] | float | str | None) -> object:
    """A value as it is written; a text is on one line, which is all that a sequence of tokens says."""
    if isinstance(value, list):
        return " ".join(re.sub(_CUTS, "_", label) for label in value)
    if isinstance(value, str):
        return re.sub(r"[\t\n\r]+", " ", value)
    return f"{value:g}" if value is not None and value.is_integer() else value


def _is_cut(attribute: Attribute) -> bool:
    cells = (value for value in attribute.values if isinstance(value, list))
    return any(re.search(_CUTS, label) for labels in cells for label in labels)


def _write(path: Path, columns: Columns) -> int:
    """Write the columns under their typed names; how many rows they have."""
    with files.new_file(path) as file:
        text = io.TextIOWrapper(file, "utf-8", newline="")
        table = csv.writer(text, delimiter="\t", lineterminator="\n")
        table.writerow(columns)
        table.writerows(zip(*columns.values(), strict=True))
        text.flush()
        text.detach()
    return len(next(iter(columns.values())))
