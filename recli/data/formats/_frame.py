"""A pandas DataFrame as text."""

from __future__ import annotations

from collections.abc import Hashable

import pandas as pd
import pyarrow as pa

from recli import errors
from recli.data.description import TableSource
from recli.data.formats._arrow import text_table
from recli.data.formats._base import Format, TextTable
from recli.data.formats._objects import cell_text
from recli.data.sources.frame import Frame
from recli.data.sources.location import Location


class FrameTable(Format):
    """The columns of a DataFrame; an index with names counts as columns."""

    def read(self, file: Location, source: TableSource) -> TextTable:
        assert isinstance(file, Frame)
        frame = file.frame
        if any(name is not None for name in frame.index.names):
            frame = frame.reset_index()
        if not len(frame.columns):
            raise errors.DataError(f"{file}: has no column. It should have a row per rating.")
        columns = [_column(frame.iloc[:, place]) for place in range(frame.shape[1])]
        return text_table(pa.Table.from_arrays(columns, [_name(name) for name in frame.columns]))


def _name(name: Hashable) -> str:
    """A column's name; none for the numbers that pandas gives where there are no names."""
    return "" if isinstance(name, int) else str(name)


def _column(column: pd.Series) -> pa.ChunkedArray | pa.Array:
    """A column as Arrow has it; objects of several types as text."""
    try:
        return pa.Array.from_pandas(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        absent = column.isna()
        texts = [None if gap else cell_text(v) for v, gap in zip(column, absent, strict=True)]
        return pa.array(texts, pa.string())
