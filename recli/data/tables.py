"""The item and the user table: read, checked, and laid along the ids of the ratings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recli import errors
from recli.data.description import Description, ItemsSource, UsersSource
from recli.data.formats._base import TextTable, reader
from recli.data.ids import Ids, without_point_zero
from recli.data.items import Items
from recli.data.users import Users


@dataclass(frozen=True)
class Described:
    """A file with a row for each id.

    ids: object[n] of str, none of them empty and no two the same
    """

    ids: np.ndarray
    text: TextTable

    def along(self, ids: Ids, names: Iterable[str]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """The columns `names` as object[len(ids)] of str, and bool[len(ids)]: who has a row.

        Ids without a row have empty texts; rows whose id is not in `ids` are left out.
        """
        codes = ids.codes(self.ids)
        known = codes >= 0
        in_table = np.zeros(len(ids), dtype=bool)
        in_table[codes[known]] = True
        columns = {}
        for name in names:
            columns[name] = np.full(len(ids), "", dtype=object)
            columns[name][codes[known]] = self.text.columns[name].to_numpy()[known]
        return columns, in_table


def describe_items(about: Description) -> Described | None:
    """The file of the item table, or None where the dataset has none.

    Raises DataError for a file that is absent, has rows that cannot be cut, lacks a column, or has
    rows without an id or with that of another.
    """
    return None if about.items is None else _described(about, about.items, "items")


def items(described: Described, source: ItemsSource, ids: Ids) -> Items:
    """The item table along the catalogue."""
    of_features = {name for one in source.features for name in one.columns or (one.column,)}
    first, *_ = described.text.names
    columns, in_table = described.along(ids, described.text.names)
    apart = {source.id or first, source.title} - of_features
    return Items(
        ids=ids,
        columns={name: columns[name] for name in sorted(columns.keys() - apart)},
        in_table=in_table,
        titles=columns[source.title] if source.title else None,
        features=source.features,
    )


def users(about: Description, ids: Ids) -> Users | None:
    """The user table along the users who rated, or None where the dataset has none.

    A download that lacks the file has none either, because it may be older than the entry; the
    check of a dataset says so. Raises DataError as `describe_items` does.
    """
    source = about.users
    if source is None or (about.download and not about.location(source).exists()):
        return None
    described = _described(about, source, "users")
    first, *_ = described.text.names
    names = [name for name in described.text.names if name != (source.id or first)]
    columns, in_table = described.along(ids, names)
    n_unrated = len(described.ids) - int(np.count_nonzero(in_table))
    return Users(ids, columns, in_table, n_unrated)


def _described(about: Description, source: ItemsSource | UsersSource, what: str) -> Described:
    file = about.location(source)
    if not file.exists():
        raise errors.DataError(f"{file}: no such file, although the dataset.toml names it.")
    table = reader(file, source).read(file, source)
    if table.malformed:
        bad = [f"{file.place(row.line)}: {row.reason}" for row in table.malformed]
        raise errors.DataError(f"{table.complaint(file, bad)}\nMend the file.")
    for name in source.used:
        if name not in table.columns:
            raise errors.DataError(f"{file}: {errors.unknown('column', name, table.names)}")
    column = table.columns[source.id or table.names[0]]
    whole = without_point_zero(column)
    ids = (column if whole is None else whole).to_numpy()
    without = [file.place(table.lines[row]) for row in np.flatnonzero(ids == "")]
    if without:
        raise errors.DataError(f"{file}: {what} without an id:\n{errors.first_ten(without)}")
    repeated = pd.Series(ids).duplicated().to_numpy()
    if repeated.any():
        rows = [f"{file.place(table.lines[row])}: {ids[row]}" for row in np.flatnonzero(repeated)]
        raise errors.DataError(f"{file}: {what} that have a row already:\n{errors.first_ten(rows)}")
    return Described(ids, table)
