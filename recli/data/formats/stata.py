"""Stata's .dta."""

from __future__ import annotations

import struct
import warnings

import pyarrow as pa

from recli import errors
from recli.data.description import TableSource
from recli.data.formats._arrow import reading, text_table
from recli.data.formats._base import Format, TextTable
from recli.data.sources.location import Location

_DAMAGED = (
    *(ValueError, LookupError, TypeError, OverflowError),
    *(AssertionError, MemoryError, struct.error),
)


class Stata(Format):
    """Columns by name; a value that has a label is the number, not the label; dates are dates."""

    suffixes = (".dta",)
    summary = "Stata, columns by name"

    def read(self, file: Location, source: TableSource) -> TextTable:
        import pandas as pd

        with reading(file, "Stata"), file.local() as path:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter(
                        "ignore"
                    )  # of labels and dates that pandas leaves as they are
                    frame = pd.read_stata(path, convert_categoricals=False)
            # pandas checks little: in a damaged file it takes bytes for sizes, types and dates.
            except _DAMAGED as error:
                raise errors.DataError(
                    f"{file}: cannot be read as Stata, it may be damaged or cut off: {error}"
                ) from None
            return text_table(pa.Table.from_pandas(frame, preserve_index=False))
