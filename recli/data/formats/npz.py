"""NumPy's and SciPy's .npz."""

from __future__ import annotations

import zipfile
import zlib
from typing import BinaryIO

import numpy as np
import pyarrow as pa

from recli import errors
from recli.data.description import TableSource
from recli.data.formats._arrow import reading, text_table
from recli.data.formats._base import Format, TextTable
from recli.data.sources.location import Location

_DAMAGED = (
    *(ValueError, EOFError, LookupError, TypeError, NotImplementedError),
    *(MemoryError, zipfile.BadZipFile, zlib.error),
)


class NPZ(Format):
    """A sparse matrix of SciPy, users × items; or arrays of one length, a column each.

    Users and items of a matrix are numbered from 0, as its rows and columns are. Every value that is
    stored is a row, a stored 0 too. Arrays of Python objects are pickled, and not read.
    """

    suffixes = (".npz",)
    summary = "a sparse matrix of SciPy, users × items, or arrays of one length"

    def read(self, file: Location, source: TableSource) -> TextTable:
        with reading(file, "npz"), file.local() as path, path.open("rb") as content:
            if not zipfile.is_zipfile(content):  # of anything else numpy advises to unpickle it
                raise errors.DataError(
                    f"{file}: cannot be read as npz: it is no archive of arrays."
                )
            content.seek(0)
            try:
                columns = _columns(content)
            except _DAMAGED as error:
                raise errors.DataError(f"{file}: cannot be read as npz: {error}") from None
        shapes = {name: array.shape for name, array in columns.items()}
        if len(set(shapes.values())) != 1 or len(next(iter(shapes.values()))) != 1:
            shown = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
            raise errors.DataError(
                f"{file}: is neither a sparse matrix, as scipy.sparse.save_npz writes it, nor "
                f"arrays of one length. It holds: {shown or 'no array with a name'}."
            )
        return text_table(pa.table(columns))


def _columns(content: BinaryIO) -> dict[str, np.ndarray]:
    with np.load(content, allow_pickle=False) as arrays:
        columns = dict(arrays)
    if "format" in columns:
        content.seek(0)
        return _matrix(content)
    return columns


def _matrix(content: BinaryIO) -> dict[str, np.ndarray]:
    import scipy.sparse

    matrix = scipy.sparse.load_npz(content)
    if matrix.format == "csc":
        matrix = matrix.tocsr()
    cells = matrix.tocoo()
    rows, columns = cells.coords if hasattr(cells, "coords") else (cells.row, cells.col)
    return {"user": rows, "item": columns, "value": cells.data}
