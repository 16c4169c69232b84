"""From columns of text to ratings, row by row accounted for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from recli import errors
from recli.data import interactions
from recli.data.columns import times
from recli.data.columns.number import POINT, is_gap, number
from recli.data.columns.numbers import NOT_COMPUTABLE, computable, numbers
from recli.data.columns.point_zero import without_point_zero
from recli.data.dataset import BadRow, InteractionKind
from recli.data.description import RatingsSource
from recli.data.formats._base import TextTable
from recli.data.sources.location import Location

_UNIT_NAMES = {
    **{"s": "seconds since 1970", "ms": "milliseconds since 1970", "us": "microseconds since 1970"},
    **{"ns": "nanoseconds since 1970", "date": "an ISO 8601 date (see `time_format`)"},
}
_SHOWN = 40
NUMBERED = r"^\s*(-?[0-9]+(\.0)?)?\s*$"  # or nothing, which is told apart
FEW_GAPS = 20  # there are not so many ways to write that there is none


@dataclass
class RatingRows:
    """The rows that are ratings, in the file's order, and those that are not.

    Attributes:
        users: text[n], each distinct one once
        items: likewise
        values: float64[n]
        times: int64[n] in `time_unit` since 1970 UTC, the coarsest in which all are whole; or None
        lines: int64[n]
        bad: the rows that are no ratings
        time_unit: `s`, `ms`, `us` or `ns`
        notes: what to tell of how ids were read, a sentence each
        places: int64[n], the rows of the table that they are; None where nobody asks, as
            preparation does
    """

    users: pa.DictionaryArray
    items: pa.DictionaryArray
    values: np.ndarray
    times: np.ndarray | None
    lines: np.ndarray
    bad: list[BadRow]
    time_unit: str = "s"
    notes: tuple[str, ...] = ()
    places: np.ndarray | None = None

    def keep(self, rows: np.ndarray) -> RatingRows:
        """Only these rows (positions).

        Args:
            rows: int64[n], places of rows
        """
        chosen = pa.array(rows)
        return RatingRows(
            self.users.take(chosen),
            self.items.take(chosen),
            self.values[rows],
            None if self.times is None else self.times[rows],
            self.lines[rows],
            self.bad,
            self.time_unit,
            self.notes,
            None if self.places is None else self.places[rows],
        )


def parse(
    table: TextTable,
    source: RatingsSource,
    kinds: tuple[InteractionKind, ...] = (),
    whole: bool = True,
) -> RatingRows:
    """The roles' columns as ids, numbers and times; a row that fails is in `bad` with the reason.

    Args:
        table: the columns, as text
        source: how the table is read, and which column is what
        kinds: the kinds of interaction, with what each weighs
        whole: whether these are all rows of the table; of a part, ids stay as they are written, since
            what `.0` and words such as NULL mean depends on all of them
    """
    assert source.user and source.item
    reasons: dict[int, str] = {}
    notes: list[str] = []

    def object_to(failed: np.ndarray, reason: object) -> None:
        for row in np.flatnonzero(failed):
            reasons.setdefault(int(row), reason(row) if callable(reason) else str(reason))

    found = {}
    for role, name in (("user", source.user), ("item", source.item)):
        ids = _encoded(table.columns[name])
        if whole and without_point_zero(ids.dictionary) is not None:
            ids = _encoded(without_point_zero(table.columns[name]))
            notes.append(of_point_zero(role))
        found[role] = ids
        object_to(_having(ids, _empty(ids.dictionary)), f"the {role} is empty")
        if is_none := of_none(ids.dictionary) if whole else set():
            absent = pa.array([text in is_none for text in ids.dictionary.to_pylist()])
            object_to(
                _having(ids, absent),
                lambda row, role=role, ids=ids: stands_for_none(role, ids[int(row)].as_py()),
            )
        broken = _having(ids, pa.compute.match_substring(ids.dictionary, "\n"))
        object_to(broken, f"the {role} goes over several lines: is a quote left open?")
    if source.implicit:
        values, wrong, reason = interactions.weights(table, source, kinds)
        object_to(wrong, lambda row: reason(int(row)))
    else:
        assert source.rating
        texts, decimal = table.columns[source.rating], source.decimal
        values = numbers(texts, decimal)
        object_to(~computable(values), lambda row: _not_a_number(texts[int(row)].as_py(), decimal))
    if source.scale is not None:
        low, high = source.scale
        object_to(
            (values < low) | (values > high),
            lambda row: f"rating {values[row]:g} is off the scale {low:g} to {high:g}",
        )
    rows = RatingRows(
        found["user"], found["item"], values, None, table.lines, [], notes=tuple(notes)
    )
    if source.prepare:
        rows.places = np.arange(len(table))
    if source.time is not None:
        column, unit, form = table.columns[source.time], source.time_unit or "s", source.time_format
        moments = times.parse(column, unit, form)
        wanted = f"a date as '{form}'" if form else _UNIT_NAMES[unit]
        object_to(
            moments.failed,
            lambda row: f"time {_shown(column[int(row)].as_py())} cannot be read as {wanted}",
        )
        rows.times, rows.time_unit = moments.values, moments.unit
    if reasons:
        rows.bad = [
            BadRow(int(table.lines[row]), reason, row_text(table, row))
            for row, reason in reasons.items()
        ]
        good = np.ones(len(table), dtype=bool)
        good[list(reasons)] = False
        rows = rows.keep(np.flatnonzero(good))
    return rows


def merge_duplicates(file: Location, rows: RatingRows, how: str) -> tuple[RatingRows, int]:
    """One rating per pair of user and item, and how many rows were merged away (none for `keep`).

    The `first` and the `last` are by time, and of one time or without times by row; the `mean` has
    the time of the last.

    Args:
        file: where the table is
        rows: the ratings
        how: `error`, `first`, `last`, `mean` or `keep`

    Raises:
        DataError: for `how="error"` when there are any
    """
    if how == "keep":
        return rows, 0
    users, items = rows.users.indices.to_numpy(), rows.items.indices.to_numpy()
    pairs = users.astype(np.int64) * len(rows.items.dictionary) + items
    # With all pairs distinct that is all: to number them takes ten times as long.
    ordered = np.sort(pairs)
    if not (ordered[1:] == ordered[:-1]).any():
        return rows, 0
    del ordered
    pair, distinct = pd.factorize(pairs)
    n_merged = len(pair) - len(distinct)
    repeated = pd.Series(pair).duplicated().to_numpy()
    if how == "error":
        firsts = rows.lines[np.unique(pair, return_index=True)[1]]
        listed = [
            f"{file.place(rows.lines[row])}: user {rows.users[row]}, item {rows.items[row]} "
            f"is on {file.place(firsts[pair[row]])} already"
            for row in np.flatnonzero(repeated)[:10]
        ]
        raise errors.DataError(
            f"{file}: {n_merged:,} ratings repeat a pair of user and item:\n"
            f"{errors.first_ten(listed, n_merged)}\n"
            "Choose with `duplicates=\"first\"`, 'last' or 'mean'."
        )
    kept, values, times = pick(pair, rows.values, rows.times, how)
    merged = rows.keep(kept)
    merged.values, merged.times = values, times
    return merged, n_merged


def pick(
    pairs: np.ndarray, values: np.ndarray, times: np.ndarray | None, how: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """One row of each pair, int64, in the order of the rows, with its rating and its time.

    Args:
        pairs: int64[n], alike for the same user and item
        values: float64[n]
        times: int64[n], when; None where times are not known
        how: `first` or `last`, by time and then by row; or `mean`, on the first row, at the time of
            the last
    """
    order = np.arange(len(pairs)) if times is None else np.argsort(times, kind="stable")
    in_order = pd.Series(pairs[order])
    last = np.sort(order[~in_order.duplicated(keep="last").to_numpy()])
    rows = last
    if how == "first":
        rows = np.sort(order[~in_order.duplicated().to_numpy()])
    if how != "mean":
        return rows, values[rows], None if times is None else times[rows]
    pair, _ = pd.factorize(pairs)
    rows = np.flatnonzero(~pd.Series(pairs).duplicated().to_numpy())
    means = np.bincount(pair, values) / np.bincount(pair)
    if times is None:
        return rows, means, None
    latest = np.empty(len(rows), np.int64)
    latest[pair[last]] = times[last]
    return rows, means, latest


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column with each distinct text once."""
    return column.dictionary_encode().combine_chunks()


def _having(ids: pa.DictionaryArray, chosen: pa.Array) -> np.ndarray:
    """bool[n], the rows whose id is one of those of the dictionary that are chosen."""
    of_id: np.ndarray = chosen.to_numpy(zero_copy_only=False)
    return of_id[ids.indices.to_numpy()] if of_id.any() else np.zeros(len(ids), dtype=bool)


def _empty(texts: pa.Array) -> pa.Array:
    return pa.compute.equal(pa.compute.utf8_trim_whitespace(texts), "")


def of_point_zero(role: str) -> str:
    """What to tell of ids that were read without their `.0`.

    Args:
        role: `user` or `item`
    """
    return f"The {role} ids are whole numbers, some of them written with .0: 42.0 is the {role} 42."


def stands_for_none(role: str, text: str) -> str:
    """Why a row whose id is such a word is no rating.

    Args:
        role: `user` or `item`
        text: the id
    """
    return f"the {role} {text!r} stands for none"


def of_none(texts: pa.Array) -> set[str]:
    """The ids that stand for none, such as NULL or NA, where all others are numbers.

    Args:
        texts: the distinct ids; of those that are numbers, one is enough
    """
    others = texts.filter(pa.compute.invert(pa.compute.match_substring_regex(texts, NUMBERED)))
    if len(others) > FEW_GAPS:
        return set()
    found = set(others.to_pylist())
    return found if len(others) < len(texts) and all(map(is_gap, found)) else set()


def _not_a_number(text: str, decimal: str | None) -> str:
    if not text.strip():
        return "the rating is empty"
    if np.isfinite(number(text, decimal)):
        return f"rating {_shown(text)} {NOT_COMPUTABLE}"
    for other, name in ((",", "comma"), (POINT, "point")):
        if other != (decimal or POINT) and np.isfinite(number(text, other)):
            return f'rating {_shown(text)} has a decimal {name}, which `decimal="{other}"` reads'
    return f"rating {_shown(text)} is not a finite number"


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


def row_text(table: TextTable, row: int) -> str:
    """A row as it may have stood in the file.

    Args:
        table: the columns, as text
        row: the place of the row, from 0 on
    """
    return ",".join(column[row].as_py() for column in table.columns.values())
