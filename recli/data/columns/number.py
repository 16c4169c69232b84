"""A text as a number: one rule, whichever way a column takes."""

from __future__ import annotations

import math
import re

POINT = "."
GAPS = frozenset(
    (
        *("unknown", "n/a", "#n/a", "na", "nan", "null", "none", "nil", "missing", "undefined"),
        *("not available", "not applicable", "tba", "tbd", "?", "-", "--", "\\n"),
    )
)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
NO_POINT = "\x00"  # what stands for a point where that is no decimal point


def number(text: str, decimal: str | None = None) -> float:
    """The number that `text` is, NaN where it is none; spaces around it do not matter.

    Stricter than `float`: no underscores, no words, no digits but 0 to 9.

    Args:
        text: the text to read
        decimal: the decimal point where it is none

    >>> number(" 4.5 "), number("1_000"), number("0x10"), number("4,5", ",")
    (4.5, nan, nan, 4.5)
    """
    text = text.strip()
    if decimal not in (None, POINT):
        text = text.replace(POINT, NO_POINT).replace(decimal, POINT)
    return float(text) if _NUMBER.fullmatch(text) else math.nan


def is_gap(text: str) -> bool:
    """Whether a text stands for a number that is not known: nothing, or a word that says so.

    Args:
        text: the text to read

    >>> is_gap(" Unknown "), is_gap(""), is_gap("0"), is_gap("many")
    (True, True, False, False)
    """
    text = text.strip()
    return not text or text.casefold() in GAPS
