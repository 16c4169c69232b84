"""Texts as numbers: one rule, whichever way a column takes."""

from __future__ import annotations

import math
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute

POINT = "."
GAPS = frozenset(
    (
        *("unknown", "n/a", "#n/a", "na", "nan", "null", "none", "nil", "missing", "undefined"),
        *("not available", "not applicable", "tba", "tbd", "?", "-", "--", "\\n"),
    )
)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_NO_POINT = "\x00"  # what stands for a point where that is no decimal point


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
        text = text.replace(POINT, _NO_POINT).replace(decimal, POINT)
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


def numbers(column: pa.ChunkedArray, decimal: str | None = None) -> np.ndarray:
    """float64[n], what `number` gives for each text; not finite where a text is no finite number.

    Args:
        column: the cells, as text
        decimal: the decimal point; None is a point
    """
    column = pointed(column, decimal)
    try:
        values: np.ndarray = column.cast(pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        encoded = column.combine_chunks().dictionary_encode()
        distinct = np.array([number(text) for text in encoded.dictionary.to_pylist()], np.float64)
        values = distinct[encoded.indices.to_numpy()]
    return values


def pointed(column: pa.ChunkedArray, decimal: str | None) -> pa.ChunkedArray:
    """Texts whose decimal point is `decimal`, with a point instead; what was one is none then.

    Args:
        column: the cells, as text
        decimal: the decimal point; None is a point
    """
    if decimal in (None, POINT):
        return column
    column = pa.compute.replace_substring(column, POINT, _NO_POINT)
    return pa.compute.replace_substring(column, decimal, POINT)
