"""Texts as numbers: one rule, whichever way a column takes."""

from __future__ import annotations

import math
import re

import numpy as np
import pyarrow as pa

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)


def number(text: str) -> float:
    """The number that `text` is, NaN where it is none; spaces around it do not matter.

    Stricter than `float`: no underscores, no words, no digits but 0 to 9.

    >>> number(" 4.5 "), number("1_000"), number("0x10")
    (4.5, nan, nan)
    """
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else math.nan


def numbers(column: pa.ChunkedArray) -> np.ndarray:
    """float64[n], what `number` gives for each text; not finite where a text is no finite number."""
    try:
        values: np.ndarray = column.cast(pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        encoded = column.combine_chunks().dictionary_encode()
        distinct = np.array([number(text) for text in encoded.dictionary.to_pylist()], np.float64)
        values = distinct[encoded.indices.to_numpy()]
    return values
