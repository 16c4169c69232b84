"""Guesses about columns: which is the user, the item, the rating, the time.

Every guess is shown to the user, with the option that overrules it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from recli.data.numbers import number

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
_FIRST_PLAUSIBLE_SECOND = 1e8  # March 1973: smaller numbers are rather ids or counts
_RUN_TOGETHER = re.compile(
    r"(?:1[89]|20)\d\d(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:(?:[01]\d|2[0-3])(?:[0-5]\d){1,2})?)?",
    re.ASCII,
)  # 1999, 20100131, 201001311230, 20100131123000
_WIDE = 10  # a table of ratings with more columns has names for them
_MANY_RATINGS = 200  # more distinct whole numbers than that are rather ids


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


def time_unit(column: np.ndarray) -> str:
    """`s`, `ms`, `us` or `ns` since 1970, or `date` for other texts and for dates run together.

    The digits of 20100131 and of 20100131123000 are a date, and 1999 alone is a year: as seconds all
    of them would be of 1970, or beyond any calendar.
    """
    numbers = pd.to_numeric(pd.Series(column), errors="coerce")
    if numbers.isna().mean() > 0.5 or _is_run_together(pd.Series(column)[numbers.notna()]):
        return "date"
    typical = numbers.median()
    return "ns" if typical > 1e17 else "us" if typical > 1e14 else "ms" if typical > 1e11 else "s"


def _is_run_together(texts: pd.Series) -> bool:
    """Whether all are a year, or a date and maybe a time of day, in nothing but digits."""
    texts = texts.str.strip()
    return bool(texts.str.fullmatch(_RUN_TOGETHER).all())


def role_of(name: str) -> str | None:
    """The role that a column of this name plays: `user`, `item`, `rating`, `time`, or none known."""
    return next((role for role, words in _HEADER_WORDS.items() if plain(name) in words), None)


def plain(name: str) -> str:
    """A column's name without case and punctuation."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _take(role: str, candidates: Sequence[str]) -> dict[str, str]:
    return {role: candidates[0]} if candidates else {}


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


def _is_number(text: str) -> bool:
    return math.isfinite(number(text))
