"""HDF5: arrays, tables, sparse matrices, and what pandas stores."""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from recli import errors, registry
from recli.data.description import TableSource
from recli.data.formats._arrow import reading, text_table
from recli.data.formats._base import Format, TextTable
from recli.data.formats._choice import chosen
from recli.data.sources.location import Location

_DAMAGED = (
    *(OSError, RuntimeError, ValueError, LookupError, TypeError),
    *(AttributeError, MemoryError),
)
_MATRIX = {"data", "indices", "indptr"}
_USER = "user"
_RUNS = {"GLOBAL", "STACK_GLOBAL", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "REDUCE", "BUILD"}
_ABSENT = "nan"  # how pandas stores a text that is not there

Columns = dict[str, Any]
Reader = Callable[[Any], Columns]


class HDF5(Format):
    """A table in HDF5, by the path of its group or dataset; the only one or the one that is named.

    Tables are:

    - a group with arrays of one length, a column each, as Spotlight's datasets are,
    - a dataset of records, as PyTables writes its tables,
    - a data frame that pandas stored, as `table` or as `fixed`,
    - a sparse matrix by rows: a group with `data`, `indices` and `indptr`. A name such as
      `artist_user_plays` says what rows and columns are, and datasets `artist` and `user` beside it name
      them if names are distinct, as in implicit's datasets; without, they are numbered from 0, and
      rows are users.

    What is pickled in such a file is not opened: texts that pandas stored as `fixed` among it.
    """

    suffixes = (".h5", ".hdf5", ".hdf")
    summary = "HDF5: arrays, records, sparse matrices, pandas' stores"

    def recognises(self, head: bytes, file: Location) -> bool:
        return head.startswith(b"\x89HDF\r\n\x1a\n")

    def read(self, file: Location, source: TableSource) -> TextTable:
        with registry.importing(f"{file}: HDF5", "'recli[hdf5]'"):
            import h5py
        with reading(file, "HDF5"), file.local() as path:
            try:
                with h5py.File(path) as content:
                    tables = _tables(h5py, content)
                    read, node = tables[chosen(file, sorted(tables), "table")]
                    columns = read(node)
            except _Pickled:
                raise errors.DataError(
                    f"{file}: holds texts that are pickled, as pandas stores them without "
                    "format='table'. A pickle can run any program when it is opened, so recli does not "
                    "open it. Store it as a table, or save it as Parquet."
                ) from None
            except _DAMAGED as error:
                raise errors.DataError(f"{file}: cannot be read as HDF5: {error}") from None
            return text_table(pa.table(columns))


class _Pickled(Exception):
    """Something that only an unpickler could open."""


def _tables(h5py: Any, group: Any) -> dict[str, tuple[Reader, Any]]:
    """What reads each table, and the group or dataset that it is, by its path."""
    if (reader := _reader(h5py, group)) is not None:
        return {_path(group): (reader, group)}
    found: dict[str, tuple[Reader, Any]] = {}
    for child in group.values():
        if isinstance(child, h5py.Group):
            found |= _tables(h5py, child)
        elif child.dtype.names and child.ndim == 1:
            found[_path(child)] = (_records, child)
    return found


def _path(node: Any) -> str:
    path: str = node.name
    return path.strip("/") or path


def _reader(h5py: Any, group: Any) -> Reader | None:
    """How a group is one table, or None."""
    stored = _plain(group.attrs.get("pandas_type", ""))
    if stored == "frame_table":
        return _pandas_table
    if stored == "frame":
        return _pandas_fixed
    members = dict(group.items())
    if set(members) >= _MATRIX:
        return _matrix
    arrays = [child for child in members.values() if isinstance(child, h5py.Dataset)]
    lengths = {child.shape for child in arrays}
    one_length = len(lengths) == 1 and len(next(iter(lengths))) == 1
    if len(arrays) == len(members) > 1 and one_length and not any(a.dtype.names for a in arrays):
        return _arrays
    return None


def _arrays(group: Any) -> Columns:
    return {name: _values(child) for name, child in group.items()}


def _records(dataset: Any) -> Columns:
    records = dataset[()]
    return {name: _values(records[name]) for name in records.dtype.names}


def _matrix(group: Any) -> Columns:
    """A row for each value that is stored; see `HDF5` for what names say."""
    start = group["indptr"][()]
    rows = np.repeat(np.arange(len(start) - 1), np.diff(start))
    row, column, value, *_ = f"{group.name.rpartition('/')[2]}___".split("_")
    if _USER not in (row, column):
        row, column, value = _USER, "item", ""
    return {
        row: _named(rows, group.parent.get(row)),
        column: _named(group["indices"][()], group.parent.get(column)),
        value or "value": group["data"][()],
    }


def _named(codes: np.ndarray, labels: Any) -> np.ndarray:
    """The label of each code, if there are such and they tell the codes apart; else the codes."""
    if labels is None or len(labels.shape) != 1 or len(labels) <= codes.max(initial=-1):
        return codes
    used = np.unique(codes)
    names = _values(labels)
    distinct = {str(name) for name in names[used]} - {""}
    return names[codes] if len(distinct) == len(used) else codes


def _pandas_table(group: Any) -> Columns:
    """A frame with `format="table"`: columns of one type lie together in a block."""
    records = group["table"]
    data = records[()]
    columns: Columns = {}
    for name in data.dtype.names:
        if name == "index":
            continue
        kinds = records.attrs.get(f"{name}_kind")
        dtype = _plain(records.attrs.get(f"{name}_dtype", ""))
        labels = [name] if kinds is None else _names(kinds)
        if _plain(records.attrs.get(f"{name}_meta", "")) == "category":
            raise ValueError(f"column '{labels[0]}' is categorical; store it as text")
        block = data[name].reshape(len(data), -1)
        for place, label in enumerate(labels):
            columns[label] = _typed(block[:, place], dtype)
    return {name: columns[name] for name in _names(group.attrs["non_index_axes"])}


def _pandas_fixed(group: Any) -> Columns:
    """A frame without `format="table"`: blocks of one type, pickled where they hold texts."""
    columns: Columns = {}
    for number in range(int(group.attrs["nblocks"])):
        values = group[f"block{number}_values"]
        if _plain(values.attrs.get("CLASS", "")) == "VLARRAY":
            raise _Pickled
        block = values[()]
        dtype = _plain(values.attrs.get("value_type", ""))
        for place, label in enumerate(_values(group[f"block{number}_items"])):
            columns[str(label)] = _typed(block[:, place], dtype)
    return {str(name): columns[str(name)] for name in _values(group["axis0"])}


def _typed(values: np.ndarray, dtype: str) -> np.ndarray:
    if dtype.startswith("datetime64"):
        unit = dtype.partition("[")[2].partition(",")[0].rstrip("]") or "ns"
        return values.astype(np.int64).astype(f"M8[{unit}]")
    texts = _values(values)
    if texts.dtype == object:
        texts[texts == _ABSENT] = None
    return texts


def _values(array: Any) -> np.ndarray:
    """The values, texts as Python's."""
    values = np.asarray(array[()])
    if values.dtype.kind == "S" or values.dtype == object:
        texts = [_plain(value) for value in values]
        return np.array(texts, dtype=object)
    return values


def _plain(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


def _names(pickled: Any) -> list[str]:
    """The texts in a list of names that PyTables pickled, without running it."""
    content = pickled.tobytes() if isinstance(pickled, np.ndarray | np.void) else bytes(pickled)
    names = []
    for operation, argument, _ in pickletools.genops(content):
        if operation.name in _RUNS:
            raise _Pickled
        if isinstance(argument, str):
            names.append(argument)
    return names
