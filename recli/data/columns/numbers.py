"""Columns of text as numbers, by the rule for a single text."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute

from recli.data.columns.number import NO_POINT, POINT, number

_SMALLEST, _LARGEST = 1e-100, 1e100  # what is squared and added up neither vanishes nor overflows
NOT_COMPUTABLE = (
    f"is too small or too large to compute with: from {_SMALLEST:g} to {_LARGEST:g} can be"
)


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
    column = pa.compute.replace_substring(column, POINT, NO_POINT)
    return pa.compute.replace_substring(column, decimal, POINT)


def computable(values: np.ndarray) -> np.ndarray:
    """Whether numbers are finite, and 0 or of a size that can be squared and added up, bool[n].

    Args:
        values: ratings or weights, float64[n]
    """
    sizes = np.abs(values)
    return (values == 0) | ((sizes >= _SMALLEST) & (sizes <= _LARGEST))
