"""Outcomes of finished cells on disk, named by everything that they depend on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from recli import errors, files, json_documents
from recli.evaluation.fold_outcome import FoldOutcome, Listed, PredictedRatings

SCHEMA = 4
"""The format of a cell's file: 1 had metrics instead of what they are computed from, 2 did not tell
which places ties decided, 3 what each epoch lost."""
_DOCUMENT, _DIGEST = b"recli", b"sha256"
_NUMBERS = ("fit_seconds", "test_seconds", "rank_seconds", "peak_mb")
_SPLIT_BYTES = "estimates"  # no two are alike, and their bytes compress better place by place


@dataclass(frozen=True)
class StoredCell:
    """A file of the store.

    Attributes:
        key: the name of the cell
        n_bytes: what it takes on disk
        used: when it was last written or read, seconds since 1970
    """

    key: str
    n_bytes: int
    used: float


class CellStore:
    """The folder `results/cells`: one file a cell, written whole or not at all.

    A cell is a Parquet file of one row: a column for each array of its outcome, the rest as JSON in the
    file's metadata, and a SHA-256 over both.

    Args:
        results: the results folder
    """

    def __init__(self, results: Path) -> None:
        self.folder = results / "cells"

    def read(self, key: str) -> FoldOutcome | None:
        """The outcome of a cell; None if there is none. It counts as used now.

        Args:
            key: the name of the cell

        Raises:
            DataError: for a file that is not what was written
        """
        path = self._path(key)
        if not path.is_file():
            return None
        try:
            table = pq.read_table(pa.BufferReader(path.read_bytes()))
            arrays = {name: _array(table[name]) for name in table.column_names}
        except (ValueError, OSError, pa.ArrowException) as error:
            raise errors.DataError(f"{path}: is damaged: {error}") from None
        metadata = table.schema.metadata or {}
        document = metadata.get(_DOCUMENT, b"")
        if metadata.get(_DIGEST) != _digest(document, arrays):
            raise errors.DataError(f"{path}: is not what was written (SHA-256 differs).")
        with contextlib.suppress(
            OSError
        ):  # it may be somebody else's, or on a disk that is only read
            os.utime(path)
        try:
            return _outcome(json_documents.parsed(document, nan=True), arrays)
        except (ValueError, KeyError, TypeError) as error:
            raise errors.DataError(f"{path}: is damaged: {error}") from None

    def write(self, key: str, outcome: FoldOutcome) -> None:
        """Keep an outcome, in place of what was there.

        Args:
            key: the name of the cell
            outcome: what is kept

        Raises:
            UsageError: when the folder cannot be written
        """
        document = json.dumps(_document(outcome)).encode()
        arrays = _arrays(outcome)
        metadata = {_DOCUMENT: document, _DIGEST: _digest(document, arrays)}
        columns = {name: _in_one_row(array) for name, array in arrays.items()}
        table = pa.table(columns).replace_schema_metadata(metadata)
        sink = pa.BufferOutputStream()
        pq.write_table(
            table,
            sink,
            compression="zstd",
            use_dictionary=[f"{name}.list.element" for name in arrays if name != _SPLIT_BYTES],
            use_byte_stream_split=[f"{_SPLIT_BYTES}.list.element"] if outcome.estimated else False,
        )
        files.write_bytes(self._path(key), sink.getvalue().to_pybytes())

    def keys(self) -> Iterator[str]:
        """The names of all cells."""
        return (cell.key for cell in self.cells())

    def cells(self) -> Iterator[StoredCell]:
        """All cells, in no particular order."""
        for path in self.folder.glob("??/*.parquet"):
            with contextlib.suppress(FileNotFoundError):  # another process may be tidying up
                about = path.stat()
                yield StoredCell(path.stem, about.st_size, about.st_mtime)

    def size(self, key: str) -> int:
        """What a cell takes on disk, bytes; 0 if there is none.

        Args:
            key: the name of the cell
        """
        path = self._path(key)
        return path.stat().st_size if path.is_file() else 0

    def is_readable(self, key: str) -> bool:
        """Whether a cell has the format that this recli reads.

        Args:
            key: the name of the cell
        """
        try:
            metadata = pq.read_schema(self._path(key)).metadata or {}
            document = json_documents.parsed(metadata.get(_DOCUMENT, b"null"), nan=True)
        except (ValueError, OSError, pa.ArrowException):
            return False
        return isinstance(document, dict) and document.get("schema") == SCHEMA

    def remove(self, key: str) -> None:
        """Forget a cell, if there is one.

        Args:
            key: the name of the cell

        Raises:
            UsageError: when the folder cannot be written
        """
        with files.writable(self.folder):
            self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.parquet"


def _document(outcome: FoldOutcome) -> dict[str, Any]:
    numbers = {name: getattr(outcome, name) for name in _NUMBERS}
    return {"schema": SCHEMA, "rates": outcome.rates, "k": outcome.has.k, **numbers}


def _arrays(outcome: FoldOutcome) -> dict[str, np.ndarray]:
    parts = (part for part in (outcome.estimated, outcome.listed) if part is not None)
    arrays = [(name, array) for part in parts for name, array in vars(part).items()]
    arrays.append(("losses", outcome.losses))
    return {name: array.ravel() for name, array in arrays if array is not None}


def _outcome(document: Mapping[str, Any], arrays: dict[str, np.ndarray]) -> FoldOutcome:
    estimated = listed = None
    if "estimates" in arrays:
        estimated = PredictedRatings(arrays["estimates"], arrays["impossible"])
    if document["k"]:
        items, tied = (arrays[name].reshape(-1, document["k"]) for name in ("items", "tied"))
        n_candidates = arrays["n_candidates"]
        listed = Listed(items, n_candidates, arrays.get("places"), arrays.get("midranks"), tied)
    losses = arrays["losses"].reshape(-1, 2) if "losses" in arrays else None
    numbers = {name: document[name] for name in _NUMBERS}
    return FoldOutcome(document["rates"], estimated, listed, **numbers, losses=losses)


def _in_one_row(array: np.ndarray) -> pa.LargeListArray:
    return pa.LargeListArray.from_arrays([0, len(array)], pa.array(array))


def _array(column: pa.ChunkedArray) -> np.ndarray:
    if not pa.types.is_large_list(column.type) or column.num_chunks != 1:
        raise ValueError(f"a column is of type {column.type}")
    found: np.ndarray = column.chunk(0).flatten().to_numpy(zero_copy_only=False)
    return found


def _digest(document: bytes, arrays: Mapping[str, np.ndarray]) -> bytes:
    digest = hashlib.sha256(document)
    for name, array in arrays.items():
        digest.update(f"\0{name}\0{array.dtype}\0".encode() + array.tobytes())
    return digest.hexdigest().encode()
