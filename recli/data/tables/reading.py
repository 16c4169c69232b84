"""The item and the user table: read, checked, and laid along the ids of the ratings."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from recli import errors
from recli.data.columns.parsing import row_text
from recli.data.columns.table_ids import Known, id_column, ids_of, share
from recli.data.dataset import BadRow
from recli.data.description import Description, ItemsSource, UsersSource
from recli.data.formats._base import TextTable
from recli.data.formats._reader import reader
from recli.data.ids import Ids
from recli.data.sources.location import Location
from recli.data.tables.items import Items
from recli.data.tables.users import Users

_MEND = 'Mend the file, or set such rows aside with `on_bad="skip"`.'


@dataclass(frozen=True)
class DescribedTable:
    """A file with a row for each id.

    Attributes:
        ids: object[n] of str, none of them empty and no two the same
        text: the columns, as text
        id: the column that they stand in
        file: what the file is called
        told: (what, value, where it is overruled) if the column was found by looking
        bad: rows that were set aside, malformed, without an id or with that of another
    """

    ids: np.ndarray
    text: TextTable
    id: str
    file: str
    told: tuple[tuple[str, str, str], ...] = ()
    bad: tuple[BadRow, ...] = ()

    def along(self, ids: Ids, names: Iterable[str]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """The columns `names` as object[len(ids)] of str, and bool[len(ids)]: who has a row.

        Ids without a row have empty texts; rows whose id is not in `ids` are left out.

        Args:
            ids: raw ids and their codes
            names: the names
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


def describe_items(
    about: Description, known: Known, on_bad: str = "error"
) -> DescribedTable | None:
    """The file of the item table, or None where the dataset has none.

    Args:
        about: what the dataset's `dataset.toml` says
        known: the ids of the ratings' items, by which the column of ids is found if none is named
        on_bad: `error` stops at rows that cannot be used, `skip` sets them aside

    Raises:
        DataError: for a file that is absent, lacks a column or has no column of ids, and for rows
            that cannot be cut, are without an id or have that of another
    """
    source = about.items
    return None if source is None else describe(about.location(source), source, known, on_bad)


def describe_users(
    about: Description, known: Known, on_bad: str = "error"
) -> DescribedTable | None:
    """The file of the user table, or None where the dataset has none.

    A download that lacks the file has none either, because it may be older than the entry; the
    check of a dataset says so.

    Args:
        about: what the dataset's `dataset.toml` says
        known: the ids that the ratings have
        on_bad: `error`, or `skip` to set bad rows aside

    Raises:
        DataError: as `describe_items` does
    """
    source = about.users
    if source is None or (about.download and not about.location(source).exists()):
        return None
    return describe(about.location(source), source, known, on_bad)


def items(described: DescribedTable, source: ItemsSource, ids: Ids) -> Items:
    """The item table along the catalogue.

    Args:
        described: the table, and which of its columns say something
        source: where the item table is, and how it is read
        ids: raw ids and their codes
    """
    of_features = {name for one in source.features for name in one.columns or (one.column,)}
    columns, in_table = described.along(ids, described.text.names)
    apart = {described.id, source.title} - of_features
    return Items(
        ids=ids,
        columns={name: columns[name] for name in sorted(columns.keys() - apart)},
        in_table=in_table,
        titles=columns[source.title] if source.title else None,
        features=source.features,
    )


def users(described: DescribedTable, ids: Ids) -> Users:
    """The user table along the users who rated.

    Args:
        described: the table, and which of its columns say something
        ids: raw ids and their codes
    """
    names = [name for name in described.text.names if name != described.id]
    columns, in_table = described.along(ids, names)
    n_unrated = len(described.ids) - int(np.count_nonzero(in_table))
    return Users(ids, columns, in_table, n_unrated)


def describe(
    file: Location, source: ItemsSource | UsersSource, known: Known, on_bad: str = "error"
) -> DescribedTable:
    """A file of items or users.

    Args:
        file: where the table is
        source: where the table is, and how it is read
        known: the ids that the ratings have
        on_bad: `error`, or `skip` to set bad rows aside

    Raises:
        DataError: as `describe_items` does
    """
    if not file.exists():
        raise errors.DataError(f"{file}: no such file, although the dataset.toml names it.")
    table = reader(file, source).read(file, source)
    if table.malformed and on_bad == "error":
        uncut = [f"{file.place(row.line)}: {row.reason}" for row in table.malformed]
        raise errors.DataError(f"{table.complaint(file, uncut)}\n{_MEND}")
    bad = [_bad(file, row.line, row.reason, row.text) for row in table.malformed]
    column, told = source.id or None, list[tuple[str, str, str]]()
    if column not in table.columns and column and column.isdigit():
        column = dict(enumerate(table.names, start=1)).get(int(column), column)
    for name in source.used:
        if name not in table.columns and (name != source.id or column not in table.columns):
            raise errors.DataError(f"{file}: {errors.unknown('column', name, table.names)}")
    if column is None:
        column, found = id_column(file, table, known)
        told.append(_told(known, column, found))
    ids = ids_of(table.columns[column])
    wrong = _wrong(file, table, ids, known, on_bad)
    bad += [
        _bad(file, int(table.lines[row]), reason, row_text(table, row))
        for row, reason in wrong.items()
    ]
    if wrong:
        good = np.ones(len(table), dtype=bool)
        good[list(wrong)] = False
        kept = {name: texts.filter(pa.array(good)) for name, texts in table.columns.items()}
        ids = ids[good]
        table = dataclasses.replace(table, columns=kept, lines=table.lines[good])
    bad.sort(key=lambda row: (row.part, row.line))
    return DescribedTable(ids, table, column, file.name, tuple(told), tuple(bad))


def _bad(file: Location, line: int, reason: str, text: str) -> BadRow:
    part, line = file.part_of(line)
    return BadRow(line, reason, text, part or file.name, file.row_noun)


def _told(known: Known, column: str, found: float) -> tuple[str, str, str]:
    what = f"{known.role}s' id"
    where = f"id under [{known.role}s] in the dataset.toml"
    return what, f"{column} (has {share(found)} of the {known.whose})", where


def _wrong(
    file: Location, table: TextTable, ids: np.ndarray, known: Known, on_bad: str
) -> dict[int, str]:
    """The rows without an id or with that of another, and why.

    Raises DataError for them unless they are to be skipped.
    """
    what = f"{known.role}s"
    without = np.flatnonzero(ids == "")
    if len(without) and on_bad == "error":
        lines = [file.place(table.lines[row]) for row in without]
        raise errors.DataError(f"{file}: {what} without an id:\n{errors.first_ten(lines)}\n{_MEND}")
    repeated = np.flatnonzero(pd.Series(ids).duplicated().to_numpy() & (ids != ""))
    if len(repeated) and on_bad == "error":
        lines = [f"{file.place(table.lines[row])}: {ids[row]}" for row in repeated]
        raise errors.DataError(
            f"{file}: {what} that have a row already:\n{errors.first_ten(lines)}\n{_MEND}"
        )
    reasons = {int(row): f"the {known.role} is empty" for row in without}
    return reasons | {int(row): f"{known.role} {ids[row]} has a row already" for row in repeated}
