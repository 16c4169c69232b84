"""From columns of text to ratings, row by row accounted for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from recli import errors
from recli.data.dataset import BadRow
from recli.data.description import RatingsSource
from recli.data.formats._base import TextTable
from recli.data.location import Location
from recli.data.numbers import POINT, number, numbers

_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000}
_UNIT_NAMES = {"s": "seconds", "ms": "milliseconds", "us": "microseconds"}
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799  # of the years 1 and 9999
_SHOWN = 40


@dataclass
class Rows:
    """The rows that are ratings, in the file's order, and those that are not.

    users, items: text[n], each distinct one once
    values: float64[n]; times: int64[n] seconds or None; lines: int64[n]
    """

    users: pa.DictionaryArray
    items: pa.DictionaryArray
    values: np.ndarray
    times: np.ndarray | None
    lines: np.ndarray
    bad: list[BadRow]

    def keep(self, rows: np.ndarray) -> Rows:
        """Only these rows (positions)."""
        chosen = pa.array(rows)
        return Rows(
            self.users.take(chosen),
            self.items.take(chosen),
            self.values[rows],
            None if self.times is None else self.times[rows],
            self.lines[rows],
            self.bad,
        )


def parse(table: TextTable, source: RatingsSource) -> Rows:
    """The roles' columns as ids, numbers and seconds; a row that fails is in `bad` with the reason."""
    assert source.user and source.item and source.rating
    users, items = (_encoded(table.columns[name]) for name in (source.user, source.item))
    texts = table.columns[source.rating]
    values = numbers(texts, source.decimal)
    reasons: dict[int, str] = {}

    def object_to(failed: np.ndarray, reason: object) -> None:
        for row in np.flatnonzero(failed):
            reasons.setdefault(int(row), reason(row) if callable(reason) else str(reason))

    for role, ids in (("user", users), ("item", items)):
        object_to(_having(ids, _empty(ids.dictionary)), f"the {role} is empty")
        broken = _having(ids, pa.compute.match_substring(ids.dictionary, "\n"))
        object_to(broken, f"the {role} goes over several lines: is a quote left open?")
    object_to(
        ~np.isfinite(values), lambda row: _not_a_number(texts[int(row)].as_py(), source.decimal)
    )
    if source.scale is not None:
        low, high = source.scale
        object_to(
            (values < low) | (values > high),
            lambda row: f"rating {values[row]:g} is off the scale {low:g} to {high:g}",
        )
    times = None
    if source.time is not None:
        column, unit = table.columns[source.time], source.time_unit or "s"
        times, failed = _seconds(column, unit)
        wanted = f"{_UNIT_NAMES[unit]} since 1970" if unit in _UNIT_NAMES else "an ISO 8601 date"
        object_to(
            failed,
            lambda row: f"time {_shown(column[int(row)].as_py())} cannot be read as {wanted}",
        )
    rows = Rows(users, items, values, times, table.lines, [])
    if reasons:
        rows.bad = [
            BadRow(int(table.lines[row]), reason, _row_text(table, row))
            for row, reason in reasons.items()
        ]
        good = np.ones(len(table), dtype=bool)
        good[list(reasons)] = False
        rows = rows.keep(np.flatnonzero(good))
    return rows


def merge_duplicates(file: Location, rows: Rows, how: str) -> tuple[Rows, int]:
    """One rating per pair of user and item, and how many rows were merged away (none for `keep`).

    Raises DataError for `how="error"` when there are any.
    """
    users, items = rows.users.indices.to_numpy(), rows.items.indices.to_numpy()
    pairs = users.astype(np.int64) * len(rows.items.dictionary) + items
    ordered = np.sort(
        pairs
    )  # with all pairs distinct that is all: to number them takes ten times as long
    if how == "keep" or not (ordered[1:] == ordered[:-1]).any():
        return rows, 0
    del ordered
    pair, distinct = pd.factorize(pairs)
    n_merged = len(pair) - len(distinct)
    repeated = pd.Series(pair).duplicated().to_numpy()
    if how == "error":
        firsts = rows.lines[np.unique(pair, return_index=True)[1]]
        listed = [
            f"line {rows.lines[row]:,}: user {rows.users[row]}, item {rows.items[row]} "
            f"is on line {firsts[pair[row]]:,} already"
            for row in np.flatnonzero(repeated)[:10]
        ]
        raise errors.DataError(
            f"{file}: {n_merged:,} ratings repeat a pair of user and item:\n"
            f"{errors.first_ten(listed, n_merged)}\n"
            "Choose with '--duplicates first', 'last' or 'mean'."
        )
    if how == "last":
        kept = np.flatnonzero(~pd.Series(pair).duplicated(keep="last").to_numpy())
        return rows.keep(kept), n_merged
    merged = rows.keep(np.flatnonzero(~repeated))
    if how == "mean":
        merged.values = np.bincount(pair, rows.values) / np.bincount(pair)
    return merged, n_merged


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """A column with each distinct text once."""
    return column.dictionary_encode().combine_chunks()


def _having(ids: pa.DictionaryArray, chosen: pa.Array) -> np.ndarray:
    """bool[n], the rows whose id is one of those of the dictionary that are chosen."""
    of_id: np.ndarray = chosen.to_numpy(zero_copy_only=False)
    return of_id[ids.indices.to_numpy()] if of_id.any() else np.zeros(len(ids), dtype=bool)


def _seconds(column: pa.ChunkedArray, unit: str) -> tuple[np.ndarray, np.ndarray]:
    """int64[n] seconds since 1970 UTC, and bool[n] where a text cannot be read."""
    if unit == "date":
        texts = pd.Series(column.to_numpy(), dtype=object)
        dates = pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=True)
        failed = dates.isna().to_numpy()
        return dates.astype("datetime64[s, UTC]").astype("int64").to_numpy(), failed
    seconds = np.floor(numbers(column) / _PER_SECOND[unit])
    failed = ~((seconds >= _FIRST_SECOND) & (seconds <= _LAST_SECOND))
    return np.where(failed, 0, seconds).astype(np.int64), failed


def _empty(texts: pa.Array) -> pa.Array:
    return pa.compute.equal(pa.compute.utf8_trim_whitespace(texts), "")


def _not_a_number(text: str, decimal: str | None) -> str:
    if not text.strip():
        return "the rating is empty"
    for other, name in ((",", "comma"), (POINT, "point")):
        if other != (decimal or POINT) and np.isfinite(number(text, other)):
            return f"rating {_shown(text)} has a decimal {name}, which '--decimal {other}' reads"
    return f"rating {_shown(text)} is not a finite number"


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


def _row_text(table: TextTable, row: int) -> str:
    return ",".join(column[row].as_py() for column in table.columns.values())
