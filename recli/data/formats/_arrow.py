"""From typed columns to text: what Parquet, Feather, ORC and the other binary tables share."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from recli import errors
from recli.data.columns import sniff
from recli.data.formats._base import TextTable
from recli.data.ratings import PER_SECOND
from recli.data.sources.location import Location


@contextlib.contextmanager
def reading(file: Location, kind: str) -> Iterator[None]:
    """Turns what pyarrow raises about a file into a DataError that names it and its `kind`.

    Args:
        file: where the table is
        kind: of which kind it is

    Raises:
        DataError: for a file with nothing in it as well
    """
    file.read_bytes(1)
    try:
        yield
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise errors.DataError(f"{file}: cannot be read as {kind}: {error}") from None
    except OSError as error:
        raise errors.DataError(f"{file}: cannot be read: {error.strerror or error}") from None


def text_table(table: pa.Table) -> TextTable:
    """The table as columns of text, its rows numbered from 1.

    Raises ArrowInvalid for texts that are no UTF-8 and whatever else is damaged in it.

    Args:
        table: a table of Arrow
    """
    table.validate(full=True)
    return TextTable(text_columns(table), np.arange(1, table.num_rows + 1))


def text_columns(table: pa.Table) -> dict[str, pa.ChunkedArray]:
    """The columns as text; nulls and NaN become the empty text.

    - Whole numbers have no point, also where a gap made floats of them: `42`, never `42.0`.
    - Truth values are `1` and `0`, as the kind of feature `flags` reads them.
    - Times are ISO 8601 in UTC, as fine as the column needs: fractions of a second stay.
    - Lists of texts, whole numbers or dates are JSON, from which a feature of the kind `categories`
      takes its values; an empty list is the empty text.
    - Bytes are taken for UTF-8, or in hexadecimal where some in the column are not.
    - Structures, maps and lists of other things can be no id, rating or category: left out.

    Args:
        table: a table of Arrow
    """
    names = sniff.names([table.column_names], header=True)
    columns = zip(names, map(_text, table.columns), strict=True)
    return {name: column for name, column in columns if column is not None}


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    kind: Any = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _text(column.cast(kind.storage_type))
    if pa.types.is_dictionary(kind):
        return _text(column.cast(kind.value_type))
    if pa.types.is_nested(kind):
        return _lists(column) if _is_list(kind) and _is_label(kind.value_type) else None
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        column = _numbers(column)
    elif pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    elif pa.types.is_timestamp(kind):
        column = _moments(column)
    elif pa.types.is_date64(kind):
        column = column.cast(pa.date32())
    elif pa.types.is_duration(kind):
        column = column.cast(pa.int64())
    elif _is_binary(kind):
        column = _decoded(column)
    return pa.compute.fill_null(column.cast(pa.string()), "")


def _numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column as integers where every number in it is whole, else as it is; NaN becomes null."""
    if pa.types.is_float16(column.type):
        column = column.cast(pa.float32())
    if pa.types.is_floating(column.type):
        absent = pa.compute.is_nan(column)
        column = pa.compute.if_else(absent, pa.scalar(None, column.type), column)
    with contextlib.suppress(pa.ArrowInvalid):  # a fraction, an infinity, more than 64 bits
        return column.cast(pa.int64())
    return column


def _moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times without their zone, in the coarsest unit in which all are whole."""
    unit = column.type.unit
    units = list(PER_SECOND)
    for coarser in units[: units.index(unit)]:
        with contextlib.suppress(pa.ArrowInvalid):
            return column.cast(pa.timestamp(coarser))
    return column.cast(pa.timestamp(unit))


def _is_binary(kind: pa.DataType) -> bool:
    return (
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
    )


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    column = column.cast(pa.binary())
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        texts = [None if cell is None else cell.hex() for cell in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, pa.string())])


def _is_list(kind: pa.DataType) -> bool:
    return (
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def _is_label(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_label(kind.value_type)
    return (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_date32(kind)
    )


def _lists(column: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = []
    for cell in column.to_pylist():
        labels = [label for label in cell or () if label is not None]
        texts.append(json.dumps(labels, ensure_ascii=False, default=str) if labels else "")
    return pa.chunked_array([pa.array(texts, pa.string())])
