"""A matrix with a row a user and a column an item."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyarrow as pa

from recli import errors
from recli.data.columns.number import number
from recli.data.columns.roles import plain, role_of
from recli.data.description import RatingsSource, TableSource
from recli.data.formats._base import Format, TextTable
from recli.data.formats._matrix import Matrix, is_absent, numbered, ranks
from recli.data.formats.delimited import Delimited as _Delimited
from recli.data.sources.location import Location

_USERS = ("id", "name", "index")  # and what names a column of users: what stands above their ids


class Wide(Format):
    """A row a user, a column an item; each cell that is not blank is a rating.

    Blank are NaN and its like too, and the value `missing`. Names of items stand in the first row, names
    of users in the first column; without, they are numbered from 1. Where numbers could be ratings as
    well as ids of items, it asks.
    """

    summary = "wide matrix, a row a user, a column an item, blank for no rating"

    def read(self, file: Location, source: TableSource) -> TextTable:
        ratings = source if isinstance(source, RatingsSource) else RatingsSource()
        plain_source = dataclasses.replace(source, header=False, columns=None)
        wide = _Delimited().read(file, plain_source)
        columns = list(wide.columns.values())
        first = [column[0].as_py() for column in columns] if len(wide) else []
        if len(first) < 2:
            raise errors.DataError(f"{file}: has no column for an item after that of the users.")
        below = [text for text in columns[0].slice(1).to_pylist() if text.strip()]
        header = _names_items(file, first, below, ratings)
        columns = [column.slice(int(header)) for column in columns]
        ids, rest = columns[0].combine_chunks(), Matrix(columns[1:], ratings.missing)
        named = _names_users(first[0] if header else None, ids, rest, ratings)
        matrix = rest if named else Matrix(columns, ratings.missing)
        items = pa.array(first[named:]) if header else numbered(np.arange(len(columns) - named))
        users = ids if named else numbered(ranks(wide)[header:] - header)
        found = matrix.ratings(users, items, wide.lines[header:])
        found.malformed = wide.malformed
        told = f"{_told('users', 'column', named)}, {_told('items', 'row', header)}"
        found.notes = [*wide.notes, f"A matrix: {told}.", *_frequent(matrix, ratings.missing)]
        found.found = wide.found
        return found


def _names_items(file: Location, first: list[str], below: list[str], source: RatingsSource) -> bool:
    """Whether the first row names items; `below` is what stands below its first cell.

    It does where it holds texts, and where a text stands above numbers in the first column. Raises
    DataError where it could be both.
    """
    if source.header is not None:
        return source.header
    rest = first[1:]
    if any(np.isnan(number(text)) and not is_absent(text, source.missing) for text in rest):
        return True
    corner = first[0].strip() and np.isnan(number(first[0]))
    if _is_label(first[0]) or (corner and not np.isnan([number(text) for text in below]).any()):
        return True
    distinct = _are_ids(rest if np.isnan(number(first[0])) else first)
    if not first[0].strip() or not distinct:
        return distinct
    raise errors.DataError(
        f"{file}: its first row could name items or hold ratings: {', '.join(first[:6])}"
        f"{', …' * (len(first) > 6)}. Say which with `header=True` or `header=False`."
    )


def _names_users(corner: str | None, ids: pa.Array, rest: Matrix, source: RatingsSource) -> bool:
    """Whether the first column names users.

    It does below a corner that says so and not below a number; else where it holds texts, or whole
    numbers, each once, of which most are no ratings in the other columns.
    corner: what stands above the column, in a first row of names
    """
    if source.user == "1" or (corner is not None and (not corner.strip() or _is_label(corner))):
        return True
    if corner is not None and not np.isnan(number(corner)):
        return False
    texts = ids.to_pylist()
    numbers = [number(text) for text in texts if not is_absent(text, source.missing)]
    if np.isnan(numbers).any():
        return True
    if len(numbers) < len(texts) or not _are_ids(texts) or any(n % 1 for n in numbers):
        return False
    elsewhere = {number(text) for text in rest.cells.unique().to_pylist()}
    return sum(n in elsewhere for n in numbers) < len(numbers) / 2


def _frequent(matrix: Matrix, missing: float | None) -> list[str]:
    """What to say where most ratings are one number, which may mean that there is no rating."""
    values, counts = np.unique(
        matrix.cells.filter(pa.array(matrix.rated.T.ravel())), return_counts=True
    )
    if missing is not None or not len(counts) or 2 * counts.max() <= counts.sum():
        return []
    value = values[counts.argmax()]
    share = counts.max() / counts.sum()
    return [f"{share:.0%} of the ratings are {value}. If that is no rating, say `missing={value}`."]


def _is_label(text: str) -> bool:
    return role_of(text) == "user" or plain(text) in _USERS


def _are_ids(texts: list[str]) -> bool:
    """Whether none is blank and none stands there twice."""
    return all(text.strip() for text in texts) and len(set(texts)) == len(texts) > 1


def _told(what: str, where: str, named: bool) -> str:
    return f"{what} named by the first {where}" if named else f"{what} numbered from 1"
