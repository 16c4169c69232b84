"""The blocks of Yahoo! Music in the KDD Cup 2011."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute

from recli.data.columns.numbers import numbers
from recli.data.formats._base import Malformed, TextTable
from recli.data.formats._text.lines import Recognised, blocks, cut, nothing_fits, set_aside
from recli.data.sources.location import Location

_USER = re.compile(r"(\d+)\|(\d+)")
_CLOCK = re.compile(r"(\d\d?):(\d\d):(\d\d)")


class KddCup(Recognised):
    """Lines of item and score below the line `user|n` that they belong to, `n` lines each.

    Track 1 has a day and a clock time after the score; the day is counted from one that was never
    published, and so are the seconds that are the time here. A block with more or fewer lines than its
    first line says is malformed as a whole.
    """

    summary = "KDD Cup 2011: 'user|n', then n lines of item, score, day, time"

    def recognises(self, head: bytes, file: Location) -> bool:
        return bool(re.match(rb"\s*\d+\|\d+[ \t]*\r?\n\s*\d+\t", head))

    def table(self, file: Location, text: str) -> TextTable:
        row = re.search(r"^\d+\t.*$", text, re.MULTILINE)
        with_time = row is not None and row[0].count("\t") == 3
        names = ("item", "rating", "day", "clock") if with_time else ("item", "rating")
        table, users, which = blocks(cut(text, "\t", names, threads=False), _USER)
        nothing_fits(file, table, "a rating: an item, a tab and a score")
        broken = _broken_blocks(table, users)
        names_of_users = pa.array(
            [user.text.partition("|")[0].strip() for user in users], pa.string()
        )
        columns = {
            "user": pa.chunked_array([names_of_users.take(pa.array(which))]),
            "item": table.columns["item"],
            "rating": table.columns["rating"],
        }
        if with_time:
            columns["time"] = _seconds(table.columns["day"], table.columns["clock"])
        table = TextTable(columns, table.lines, table.malformed)
        failed = np.isin(which, list(broken))
        return set_aside(table, failed, lambda row: broken[int(which[row])])


def _broken_blocks(table: TextTable, users: list[Malformed]) -> dict[int, str]:
    """The blocks that have more or fewer lines than they say, and what to say of them."""
    said = np.array([int(user.text.partition("|")[2]) for user in users], dtype=np.int64)
    starts = np.array([user.line for user in users], dtype=np.int64)
    lines = np.concatenate([table.lines, [row.line for row in table.malformed]])
    which = np.searchsorted(starts, lines) - 1
    found = np.bincount(which[which >= 0], minlength=len(users))
    return {
        int(
            block
        ): f"the block of line {starts[block]:,} should have {said[block]:,} lines, and has "
        f"{found[block]:,}"
        for block in np.flatnonzero(found != said)
    }


def _seconds(days: pa.ChunkedArray, clocks: pa.ChunkedArray) -> pa.ChunkedArray:
    """Seconds since the first day; what is no day or clock time stays as it is."""
    encoded = clocks.combine_chunks().dictionary_encode()
    of_day = [_of_day(clock) for clock in encoded.dictionary.to_pylist()]
    seconds = numbers(days) * 86_400 + np.array(of_day, np.float64)[encoded.indices.to_numpy()]
    whole = np.isfinite(seconds)
    texts = pa.array(np.where(whole, seconds, 0).astype(np.int64)).cast(pa.string())
    as_it_is = pa.compute.binary_join_element_wise(days, clocks, " ")
    return pa.compute.if_else(pa.array(whole), pa.chunked_array([texts]), as_it_is)


def _of_day(clock: str) -> float:
    found = _CLOCK.fullmatch(clock.strip())
    if not found:
        return np.nan
    hours, minutes, seconds = map(int, found.groups())
    return hours * 3600 + minutes * 60 + seconds
