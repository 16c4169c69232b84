"""A moment whose day, month, year, … stand in columns of their own, as in the datasets of HetRec 2011."""

from __future__ import annotations

import dataclasses
import re

import pyarrow as pa
import pyarrow.compute

from recli.data.formats._base import TextTable

_PART = re.compile(r"(?:(.*)_)?(year|month|day|hour|minute|second)", re.IGNORECASE)
_DAY = ("year", "month", "day")
_CLOCK = ("hour", "minute", "second")


def joined(table: TextTable, used: tuple[str, ...] = ()) -> TextTable:
    """The table with one column in ISO 8601 for the columns of a year, a month and a day.

    `date_year`, `date_month` and `date_day` become `date`, with the hour, minute and second if there
    are such; plain `year`, `month` and `day` likewise. That it was done is in the notes.

    Args:
        table: the columns, as text
        used: columns that are called by name, which stay
    """
    found: dict[str, dict[str, str]] = {}
    for name in table.names:
        if part := _PART.fullmatch(name):
            found.setdefault(part[1] or "date", {})[part[2].lower()] = name
    for name, parts in found.items():
        called = not set(used).isdisjoint(parts.values())
        if set(_DAY) <= set(parts) and not called and name not in table.columns:
            return _with(table, name, parts)
    return table


def _with(table: TextTable, name: str, parts: dict[str, str]) -> TextTable:
    """The table with the column `name` where the first of its parts stood, and without these."""
    written = _padded(table, parts, _DAY, "-")
    if set(_CLOCK) <= set(parts):
        clock = _padded(table, parts, _CLOCK, ":")
        written = pa.compute.binary_join_element_wise(written, clock, "T")
    columns = {}
    for column, texts in table.columns.items():
        if column not in parts.values():
            columns[column] = texts
        elif name not in columns:
            columns[name] = written
    note = f"'{name}' was put together from {', '.join(parts.values())}."
    return dataclasses.replace(table, columns=columns, notes=[*table.notes, note])


def _padded(
    table: TextTable, parts: dict[str, str], units: tuple[str, ...], separator: str
) -> pa.ChunkedArray:
    texts = [
        pa.compute.utf8_lpad(
            pa.compute.utf8_trim_whitespace(table.columns[parts[unit]]),
            4 if unit == "year" else 2,
            "0",
        )
        for unit in units
    ]
    return pa.compute.binary_join_element_wise(*texts, separator)
