"""The rows of a file of predictions or of ranked lists: whose, of what, in which fold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recli import errors
from recli.data.columns.number import is_gap
from recli.data.columns.numbers import numbers
from recli.data.columns.roles import plain
from recli.data.columns.table_ids import ids_of
from recli.data.dataset import Dataset
from recli.data.description import TableSource
from recli.data.formats._base import TextTable
from recli.data.formats._reader import reader
from recli.data.ids import Ids
from recli.data.sources.location import Location

SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "user": ("user", "user_id", "uid"),
    "item": ("item", "item_id", "iid"),
    "rating": ("rating", "r_ui"),
    "prediction": ("prediction", "est", "estimate"),
    "rank": ("rank",),
    "score": ("score",),
    "fold": ("fold",),
}
"""How the column of each role may be called; case and punctuation do not matter.

The first is ours; `uid`, `iid`, `r_ui` and `est` are those of a `surprise.Prediction`.
"""


@dataclass(frozen=True, eq=False)
class FileRows:
    """The rows of a file; what each role's column is called is found.

    Attributes:
        file: where they stand
        table: the columns, as text
        columns: role -> name of its column, of the roles that have one
        folds: int64[n], the number of the fold, from 0 on
        users: int32[n], codes of the dataset
        items: int32[n], likewise
    """

    file: Location
    table: TextTable
    columns: Mapping[str, str]
    folds: np.ndarray
    users: np.ndarray
    items: np.ndarray

    def numbers(self, role: str, gaps: bool = False) -> np.ndarray:
        """The numbers of a column, float64[n].

        Args:
            role: one that has a column
            gaps: whether nothing, or `nan`, may stand for NaN

        Raises:
            DataError: for what is no finite number
        """
        return _numbers(self.file, self.table, self.columns[role], gaps)

    def refuse(self, wrong: np.ndarray, what: str, advice: str) -> None:
        """Raise DataError if any of the rows is `wrong`, bool[n], naming the first ten.

        Args:
            wrong: which rows
            what: what they do, to follow how many of all rows they are
            advice: what to do
        """
        if not wrong.any():
            return
        n, user, item = int(wrong.sum()), self.columns["user"], self.columns["item"]
        listed = [
            f"{self.file.place(self.table.lines[row])}: user {self.table.columns[user][row]}, "
            f"item {self.table.columns[item][row]}"
            + (f", fold {self.folds[row] + 1}" if "fold" in self.columns else "")
            for row in np.flatnonzero(wrong)[:10].tolist()
        ]
        raise errors.DataError(
            f"{self.file}: {n:,} of {len(wrong):,} rows {what}:\n{errors.first_ten(listed, n)}\n{advice}"
        )


def counted(n: int, noun: str) -> str:
    """A number of things, in words.

    Args:
        n: how many
        noun: one of them

    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{n:,} {noun}{'s' * (n != 1)}"


def read(file: Location, dataset: Dataset, n_folds: int, needed: str, others: str) -> FileRows:
    """The rows of a file in any format that ratings may have; text needs a header.

    Ids are those of the data. Folds count from 1 on in the file; where there is one, the column may be
    absent. Columns without a role are left alone.

    Args:
        file: where they stand
        dataset: what the program learned from
        n_folds: how many folds there are
        needed: roles that need a column besides user and item, with spaces between them
        others: roles that may have one

    Raises:
        NotFoundError: for a file that is not there
        DataError: for one that cannot be read, lacks a column or has two for one role, for an id
            that the data has not, and for a fold that there is not
    """
    if not file.exists():
        raise errors.NotFoundError(f"{file}: no such file.")
    source = TableSource(header=True)
    of_format = reader(file, source)
    table = of_format.read(file, of_format.complete(file, source)[0])
    if table.malformed:
        bad = [f"{file.place(row.line)}: {row.reason}" for row in table.malformed]
        raise errors.DataError(f"{table.complaint(file, bad)}\nMend the file.")
    if not len(table):
        raise errors.DataError(f"{file}: has no row.")
    required = ["user", "item", *needed.split(), *(["fold"] if n_folds > 1 else [])]
    columns = _columns(file, table, dataset, [*required, *others.split(), "fold"])
    if lacking := [role for role in required if role not in columns]:
        raise _lacking(file, table, lacking, n_folds)
    ratings = dataset.ratings
    codes = {
        role: _codes(file, table, columns[role], role, ids, dataset.name)
        for role, ids in (("user", ratings.user_ids), ("item", ratings.item_ids))
    }
    folds = np.zeros(len(table), np.int64)
    if "fold" in columns:
        folds = _folds(file, table, columns["fold"], n_folds)
    return FileRows(file, table, columns, folds, codes["user"], codes["item"])


def _columns(
    file: Location, table: TextTable, dataset: Dataset, roles: list[str]
) -> dict[str, str]:
    """The column of each role, of the roles that have one. Raises DataError where one has two."""
    found = {}
    for role in roles:
        own = getattr(dataset.description.ratings, role, None) or role
        known = {plain(name) for name in (*SPELLINGS[role], own)}
        called = [name for name in table.names if plain(name) in known]
        if len(called) > 1:
            raise errors.DataError(
                f"{file}: which column is the {role}: {' or '.join(called)}? Leave one of them, or call "
                "the other something else."
            )
        if called:
            found[role] = called[0]
    return found


def _lacking(
    file: Location, table: TextTable, lacking: list[str], n_folds: int
) -> errors.DataError:
    because = f" There are {n_folds} folds: the column says of which a row is, from 1 on."
    called = "; ".join(" or ".join(SPELLINGS[role]) for role in lacking)
    return errors.DataError(
        f"{file}: no column for {' and '.join(lacking)}. It has {', '.join(table.names)}. The first row "
        f"names the columns; call it {called}.{because if 'fold' in lacking else ''}"
    )


def _codes(
    file: Location, table: TextTable, column: str, role: str, ids: Ids, dataset: str
) -> np.ndarray:
    texts = ids_of(table.columns[column])
    codes = ids.codes(texts)
    unknown = np.flatnonzero(codes < 0)
    if len(unknown):
        distinct, first = np.unique(texts[unknown].astype(str), return_index=True)
        listed = [
            f"{file.place(table.lines[unknown[row]])}: {role} {raw}, nearest {nearest}"
            for raw, row, nearest in zip(
                distinct[:10],
                first[:10],
                (", ".join(ids.nearest(raw, 2)) for raw in distinct[:10]),
                strict=True,
            )
        ]
        raise errors.DataError(
            f"{file}: {counted(len(distinct), role)} that {dataset} does not have, in "
            f"{counted(len(unknown), 'row')}:\n{errors.first_ten(listed, len(distinct))}\n"
            "Ids have to be those of the data, not numbers that the program gave them."
        )
    return codes


def _folds(file: Location, table: TextTable, column: str, n_folds: int) -> np.ndarray:
    folds = _numbers(file, table, column, gaps=False)
    wrong = np.flatnonzero((folds != np.round(folds)) | (folds < 1) | (folds > n_folds))
    if len(wrong):
        row = int(wrong[0])
        span = (
            f"there are {n_folds}, counted from 1 on" if n_folds > 1 else "there is one, called 1"
        )
        raise errors.DataError(
            f"{file}, {file.place(table.lines[row])}, column {column}: there is no fold "
            f"{table.columns[column][row]}; {span}."
        )
    folds = folds.astype(np.int64) - 1
    for absent in np.setdiff1d(np.arange(n_folds), folds):
        raise errors.DataError(
            f"{file}: has no row of fold {absent + 1}; there are {n_folds}. Every fold has to be there."
        )
    return folds


def _numbers(file: Location, table: TextTable, column: str, gaps: bool) -> np.ndarray:
    texts = table.columns[column]
    found = numbers(texts)
    for row in np.flatnonzero(~np.isfinite(found)).tolist():
        text = texts[row].as_py()
        if not (gaps and is_gap(text)):
            raise errors.DataError(
                f"{file}, {file.place(table.lines[row])}, column {column}: {text!r} is not a finite "
                "number."
            )
        found[row] = np.nan
    return found
