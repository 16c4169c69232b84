"""What the names of columns say: which is the user, the item, the rating, the time.

`assign` makes a guess of it, which is shown to the user with the parameter that overrules it.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from recli.data.columns import vocabulary as known
from recli.data.columns.number import is_gap, number

USER, ITEM, RATING, WEIGHT, EVENT, TIME = "user", "item", "rating", "weight", "event", "time"

# How strongly a name claims to be the user or the item.
ID, NOUN, CALLED, WEAK_ID, WEAK_NOUN, ANY_ID, ANY_NAME = 7, 6, 5, 4, 3, 2, 1
# And a rating or a time: my_score goes before score, that before food_score.
OWN, BARE, PART = 3, 2, 1

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_]+")
_SECOND_PARTS = ("id", "name", "rating", "ratings", "score", "review", "time", "title", "count")
_RUN_TOGETHER = re.compile(
    r"(?:1[89]|20)\d\d(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:(?:[01]\d|2[0-3])(?:[0-5]\d){1,2})?)?",
    re.ASCII,
)  # 1999, 20100131, 201001311230, 20100131123000
_WIDE = 10  # a table of ratings with more columns has names for them


@functools.cache
def words(name: str) -> tuple[str, ...]:
    """The words in a column's name, in lower case and singular where they mean a user or an item.

    Args:
        name: the name

    >>> words("review/userId"), words("visitorid"), words("Book-Rating"), words("n_votes")
    (('review', 'user', 'id'), ('visitor', 'id'), ('book', 'rating'), ('n', 'votes'))
    """
    found: list[str] = []
    for word in (word.lower() for word in _WORD.findall(name)):
        found += _parted(word)
    return tuple(found)


def claims(name: str) -> dict[str, int]:
    """The roles that a column of this name may play, and how strongly it claims each.

    Args:
        name: the name
    """
    said = words(name)
    if not said:
        return {}
    found = {
        RATING: _rating(said),
        WEIGHT: _weight(said),
        EVENT: _event(said),
        TIME: _time(said),
        **_who_or_what(said),
    }
    return {role: strength for role, strength in found.items() if strength}


def role_of(name: str) -> str | None:
    """The role that a column of this name plays beyond doubt, None where there is doubt or none.

    Args:
        name: the name

    >>> role_of("movieId"), role_of("stars"), role_of("avg_rating"), role_of("Animal House")
    ('item', 'rating', None, None)
    """
    said = words(name)
    found = claims(name)
    if not set(said) <= known.BEYOND_DOUBT:
        return None
    if found.get(RATING, 0) >= BARE or said == ("value",):
        return RATING
    if TIME in found:
        return TIME
    is_noun = len(said) == 1 and said[0] in known.HEADER_NOUNS
    return next((r for r in (USER, ITEM) if found.get(r) == ID or (r in found and is_noun)), None)


def name_both(cells: Sequence[str]) -> bool:
    """Whether one of the cells is called like a user and another like an item, in no other words.

    Args:
        cells: the first row of the file

    >>> name_both(["customer_name", "product_name"]), name_both(["Animal House", "The Reader"])
    (True, False)
    """
    plain = known.NOUNS | known.ID_WORDS | known.NAME_WORDS
    claimed = [claims(cell).keys() & {USER, ITEM} for cell in cells if set(words(cell)) <= plain]
    return {USER} in claimed and {ITEM} in claimed


def is_about_all(name: str) -> bool:
    """Whether the name is that of an average, a number of votes and their like.

    Args:
        name: the name
    """
    return not known.ABOUT_ALL.isdisjoint(words(name)) and RATING not in claims(name)


def is_attribute(name: str) -> bool:
    """Whether the name is that of something known about users, items or ratings: price, age, text.

    Args:
        name: the name
    """
    said = words(name)
    if not said or not claims(name).keys().isdisjoint((USER, ITEM)):
        return False
    of_rows = said[-1] in known.ROWS | known.ID_WORDS and not known.ROWS.isdisjoint(said)
    others = is_about_all(name) or not known.OTHER_TIMES.isdisjoint(said)
    return of_rows or others or said[-1] in known.ATTRIBUTES


def wide(columns: dict[str, np.ndarray]) -> bool:
    """Whether the columns look like a matrix with a row a user and a column an item.

    Then there are many, none of them called rating, and all but the first are numbers or gaps.

    Args:
        columns: name -> object[n] of str, some rows of the file
    """
    roles = {role_of(name) for name in columns}
    if len(columns) < _WIDE or RATING in roles or {USER, ITEM} <= roles:
        return False
    return all(
        _is_number(text) or is_gap(text)
        for column in list(columns.values())[1:]
        for text in column[:50]
    )


def time_unit(column: np.ndarray) -> str:
    """`s`, `ms`, `us` or `ns` since 1970, or `date` for other texts and for dates run together.

    The digits of 20100131 and of 20100131123000 are a date, and 1999 alone is a year: as seconds all
    of them would be of 1970, or beyond any calendar.

    Args:
        column: float64[n], numbers
    """
    numbers = pd.to_numeric(pd.Series(column), errors="coerce")
    if numbers.isna().mean() > 0.5 or is_run_together(pd.Series(column)[numbers.notna()]):
        return "date"
    typical = numbers.median()
    return "ns" if typical > 1e17 else "us" if typical > 1e14 else "ms" if typical > 1e11 else "s"


def is_run_together(texts: pd.Series) -> bool:
    """Whether all are a year, or a date and maybe a time of day, in nothing but digits.

    Args:
        texts: the cells
    """
    texts = texts.str.strip()
    return bool(texts.str.fullmatch(_RUN_TOGETHER).all())


def plain(name: str) -> str:
    """A column's name without case and punctuation.

    Args:
        name: the name
    """
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _parted(word: str) -> list[str]:
    for part in _SECOND_PARTS:
        stem = _singular(word.removesuffix(part))
        if word != stem and word.endswith(part) and stem in known.NOUNS | {"unix"}:
            return [stem, part]
    return [_singular(word)]


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and word[:-1] in known.NOUNS else word


def _who_or_what(said: tuple[str, ...]) -> dict[str, int]:
    """The claim on user or item: by the last noun before words such as id or name."""
    end = len(said)
    while end and said[end - 1] in known.ID_WORDS | known.NAME_WORDS:
        end -= 1
    suffix = said[end:]
    is_id = not known.ID_WORDS.isdisjoint(suffix)
    if not end:
        strength = ANY_ID if is_id else ANY_NAME
        return {ITEM: strength} if suffix == ("title",) else {USER: strength, ITEM: strength}
    head = said[end - 1]
    strong = CALLED if suffix else NOUN
    if is_id or (head in known.IDS_THEMSELVES and not suffix):
        strong = ID
    weak = WEAK_ID if is_id else WEAK_NOUN
    found = {}
    if head in known.USERS or head in known.WEAK_USERS:
        found[USER] = strong if head in known.USERS else weak
    if head in known.ITEMS or head in known.WEAK_ITEMS:
        found[ITEM] = strong if head in known.ITEMS else weak
    if not found and is_id and head not in known.ROWS:
        return {USER: ANY_ID, ITEM: ANY_ID}
    return found


def _rating(said: tuple[str, ...]) -> int:
    if not known.ABOUT_ALL.isdisjoint(said):
        return 0
    if said == ("value",):
        return PART
    if said[-1] == "value":
        said = said[:-1]
    if said[-1] not in known.RATINGS:
        return 0
    if said[0] in known.OWN and len(said) > 1:
        return OWN
    return BARE if set(said) <= known.RATINGS | known.ITEMS | {"review", "given"} else PART


def _weight(said: tuple[str, ...]) -> int:
    if said == ("value",):
        return PART
    if known.WEIGHTS.isdisjoint(said) or not set(said) <= known.WEIGHTS | known.OF_WEIGHTS:
        return 0
    return BARE


def _event(said: tuple[str, ...]) -> int:
    if said[-1] in known.EVENTS or (
        len(said) > 1 and said[-2] in known.EVENTS and said[-1] in known.KINDS
    ):
        return BARE
    return PART if said in (("type",), ("kind",)) else 0


def _time(said: tuple[str, ...]) -> int:
    if not known.OTHER_TIMES.isdisjoint(said):
        return 0
    if not known.MOMENTS.isdisjoint(said):
        return OWN
    if len(said) == 1:
        return PART if said == ("t",) else BARE if said[0] in known.TIMES else 0
    return PART if said[-1] in known.AFTER_TIMES or not known.TIMES.isdisjoint(said) else 0


def _is_number(text: str) -> bool:
    return math.isfinite(number(text))
