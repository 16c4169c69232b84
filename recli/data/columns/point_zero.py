"""Ids that a program took for numbers with fractions, and wrote with `.0`."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute

WHOLE = r"^((0|-?[1-9][0-9]*)(\.0)?)?$"


def without_point_zero(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Ids, text[n], without the `.0`.

    None where there is no such, or anything but whole numbers without leading zeros beside it; an
    empty text does not matter.

    Args:
        column: the cells, as text

    >>> without_point_zero(pa.chunked_array([["42.0", "7"]])).to_pylist()
    ['42', '7']
    >>> without_point_zero(pa.chunked_array([["42.0", "007"]])) is None
    True
    """
    if not pa.compute.any(pa.compute.ends_with(column, ".0")).as_py():
        return None
    if not pa.compute.all(pa.compute.match_substring_regex(column, WHOLE)).as_py():
        return None
    return pa.compute.replace_substring_regex(column, r"\.0$", "")
