"""Guesses about a bare file. Every guess is shown to the user, with the option that overrules it."""

from __future__ import annotations

import codecs
import csv
import math
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from recli.data.numbers import number

DELIMITERS = ("::", "\t", ",", ";", "|")
_HEADER_WORDS = {
    "user": ("user", "userid", "uid", "reviewer", "reviewerid", "customer", "customerid", "member"),
    "item": (
        *("item", "itemid", "iid", "movie", "movieid", "film", "filmid", "book", "bookid", "isbn"),
        *("product", "productid", "asin", "joke", "jokeid", "song", "songid", "track", "artist"),
        *("business", "businessid", "anime", "animeid", "game", "gameid", "recipe", "recipeid"),
    ),
    "rating": ("rating", "ratings", "score", "stars", "star", "overall", "value", "bookrating"),
    "time": (
        *("timestamp", "time", "date", "datetime", "ts", "unixreviewtime", "reviewtime", "created"),
        *("createdat", "ratedat"),
    ),
}
_TABLE_WORDS = (
    *("id", "title", "name", "genre", "genres", "category", "categories", "year", "tags"),
    *("age", "gender", "sex", "occupation", "country", "zip", "zipcode"),
)
_FIRST_PLAUSIBLE_SECOND = 1e8  # March 1973: smaller numbers are rather ids or counts
_SNIFFED_LINES = 200
_WIDE = 10  # a table of ratings with more columns has names for them
_MANY_RATINGS = 200  # more distinct whole numbers than that are rather ids


def encoding(head: bytes, cut: bool = False) -> str:
    """`utf-8`, `utf-16`, or `latin-1` for bytes that are neither; `cut` if more bytes follow."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=not cut)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def filled(lines: Iterable[str]) -> list[str]:
    """The lines with something on them."""
    return [line for line in lines if line.strip(" ")]


def delimiter(lines: Sequence[str]) -> str:
    """The delimiter that cuts most of the lines into the same number of cells.

    One that gives the three cells of a rating goes before one that gives two, as a comma in every
    title does.
    """

    def consistency(candidate: str) -> tuple[int, float, int]:
        widths = [len(row) for row in cells(lines[:_SNIFFED_LINES], candidate)]
        common = _most_common(widths)
        return min(common, 3), widths.count(common) / len(widths), -DELIMITERS.index(candidate)

    return max(DELIMITERS, key=consistency)


def cells(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The lines cut into cells."""
    if len(delimiter) > 1:
        return [line.split(delimiter) for line in lines]
    return list(csv.reader(lines, delimiter=delimiter))


def header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names columns.

    It does if it has a known name and no number, or no number where all others have one.
    """
    first = rows[0]
    if any(role_of(n) or _plain(n) in _TABLE_WORDS for n in first) and not any(
        _is_number(name) for name in first
    ):
        return True
    below = rows[1:50]
    return bool(below) and any(
        not _is_number(name) and all(_is_number(row[column]) for row in below if column < len(row))
        for column, name in enumerate(first)
    )


def names(rows: Sequence[Sequence[str]], header: bool) -> tuple[str, ...]:
    """Column names from the header, made unique; `column1`, … where there is none."""
    width = len(rows[0]) if header else _most_common([len(row) for row in rows])
    found = [f"column{position}" for position in range(1, width + 1)]
    if header:
        for position, name in enumerate(map(str.strip, rows[0])):
            found[position] = name if name and name not in found else found[position]
    return tuple(found)


def wide(columns: dict[str, np.ndarray]) -> bool:
    """Whether the columns look like a matrix with a row a user and a column an item.

    Then there are many, none of them called rating, and all but the first are numbers or empty.
    columns: name -> object[n] of str, some rows of the file
    """
    if len(columns) < _WIDE or any(role_of(name) == "rating" for name in columns):
        return False
    return all(
        _is_number(text) or not text.strip()
        for column in list(columns.values())[1:]
        for text in column[:50]
    )


def roles(columns: dict[str, np.ndarray]) -> dict[str, str]:
    """Which column is `user`, `item`, `rating` and, if there is one, `time`.

    Known header names decide first, then values: a time is a large number or a date, a rating is a
    number with few distinct values, and of what remains the first is the user, the second the item.
    columns: name -> object[n] of str, some rows of the file
    """
    found: dict[str, str] = {}
    for name in columns:
        role = role_of(name)
        if role and role not in found:
            found[role] = name
    rest = [name for name in columns if name not in found.values()]
    if "time" not in found:
        found |= _take("time", [name for name in reversed(rest) if _is_time(columns[name])])
    rest = [name for name in rest if name not in found.values()]
    if "rating" not in found:
        # An id column may have few distinct values as well; the rating usually stands last.
        found |= _take("rating", [name for name in reversed(rest) if _is_rating(columns[name])])
    rest = [name for name in rest if name not in found.values()]
    for role in ("user", "item"):
        if role not in found and rest:
            found[role] = rest.pop(0)
    return found


def time_unit(column: np.ndarray) -> str:
    """`s`, `ms` or `us` since 1970, or `date` for text that is no number."""
    numbers = pd.to_numeric(pd.Series(column), errors="coerce")
    if numbers.isna().mean() > 0.5:
        return "date"
    typical = numbers.median()
    return "us" if typical > 1e14 else "ms" if typical > 1e11 else "s"


def _take(role: str, candidates: Sequence[str]) -> dict[str, str]:
    return {role: candidates[0]} if candidates else {}


def role_of(name: str) -> str | None:
    """The role that a column of this name plays: `user`, `item`, `rating`, `time`, or none known."""
    return next((role for role, words in _HEADER_WORDS.items() if _plain(name) in words), None)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _most_common(widths: list[int]) -> int:
    return max(set(widths), key=widths.count)


def _is_number(text: str) -> bool:
    return math.isfinite(number(text))


def _is_time(column: np.ndarray) -> bool:
    numbers = pd.to_numeric(pd.Series(column), errors="coerce")
    if numbers.notna().mean() > 0.5:
        return bool(numbers.median() > _FIRST_PLAUSIBLE_SECOND)
    dates = pd.to_datetime(pd.Series(column), errors="coerce", format="ISO8601", utc=True)
    return bool(dates.notna().mean() > 0.5)


def _is_rating(column: np.ndarray) -> bool:
    numbers = pd.to_numeric(pd.Series(column), errors="coerce").dropna()
    if len(numbers) < 0.5 * len(column):
        return False
    continuous = bool((numbers % 1 != 0).any())
    return continuous or numbers.nunique() <= min(_MANY_RATINGS, max(20, len(numbers) // 2))
