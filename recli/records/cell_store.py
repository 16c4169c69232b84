"""Finished cells on disk, named by everything that their numbers depend on."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from recli import errors, files, registry
from recli.algorithms import Configured
from recli.data.dataset import Dataset
from recli.data.splits._base import Fold
from recli.evaluation.fold import FoldScores
from recli.evaluation.groups import GroupScores
from recli.evaluation.protocol import Protocol
from recli.ranking.recommender import lists_of
from recli.records import code_version, environment
from recli.records.cells import Cell

SCHEMA = 1
_ARRAYS = ("users", "per_user")
_DOCUMENT, _DIGEST = b"recli", b"sha256"


def cell_key(
    dataset: Dataset, fold: Fold, configured: Configured, protocol: Protocol
) -> str | None:
    """The name of a cell: SHA-256 over all that its numbers depend on, hexadecimal.

    That is data, rows of the fold, algorithm, parameters, seed, threshold, measures in any order,
    groups, how lists are made, and the versions of the code that computes. None for an algorithm
    without a source to read, or that is an object in memory: nothing would tell when it has changed.
    """
    code = code_version.of_algorithm(configured) if configured.is_named else None
    if code is None:
        return None
    known = {
        "schema": SCHEMA,
        "dataset": dataset.fingerprint,
        "fold": fold.fingerprint,
        "algorithm": configured.name,
        "params": configured.params,
        "lists": lists_of(configured).document(),
        "seed": protocol.seed,
        "threshold": float(protocol.threshold),
        "measures": sorted(map(str, protocol.measures)),
        "by": list(protocol.by),
        "code": code_version.of_recli(),
        "own_code": None if configured.is_own else code,
        "packages": environment.versions((*environment.COMPUTE, *_brought_by(configured))),
    }
    canonical = json.dumps(known, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _brought_by(configured: Configured) -> tuple[str, ...]:
    """The packages of the extra that the algorithm comes with."""
    if not configured.is_own:
        return ()
    return registry.packages(registry.extra_of("algorithm", configured.name))


class CellStore:
    """The folder `results/cells`: one file a cell, written whole or not at all.

    A cell is a Parquet file: a row for each user of the test, a column for each measure that has a
    value for each user, the rest as JSON in its metadata, and a SHA-256 over both.
    """

    def __init__(self, results: Path) -> None:
        self.folder = results / "cells"

    def read(self, key: str, entry: int, fold: int) -> Cell | None:
        """The cell of this name, as entry and fold of a run; None if there is none.

        Raises DataError for a file that is not what was written.
        """
        path = self._path(key)
        if not path.is_file():
            return None
        try:
            table = pq.read_table(pa.BufferReader(path.read_bytes()))
            arrays = {name: table[name].to_numpy() for name in table.column_names}
        except (ValueError, OSError, pa.ArrowException) as error:
            raise errors.DataError(f"{path}: is damaged: {error}") from None
        metadata = table.schema.metadata or {}
        document = metadata.get(_DOCUMENT, b"")
        if metadata.get(_DIGEST) != _digest(document, arrays):
            raise errors.DataError(f"{path}: is not what was written (SHA-256 differs).")
        peak_mb, scores = json.loads(document)
        groups = tuple(GroupScores(**group) for group in scores.pop("groups"))
        rest = {name: _tuples(value) for name, value in scores.items()}
        users = arrays.pop("user")
        found = FoldScores(users=users, per_user=arrays, groups=groups, **rest)
        return Cell(entry, fold, found, peak_mb, reused=True)

    def write(self, key: str, cell: Cell) -> None:
        """Keep `cell` under this name. Raises UsageError when the folder cannot be written."""
        scores = cell.scores
        plain = {
            field.name: getattr(scores, field.name)
            for field in dataclasses.fields(scores)
            if field.name not in _ARRAYS
        }
        plain["groups"] = [dataclasses.asdict(group) for group in scores.groups]
        document = json.dumps([cell.peak_mb, plain]).encode()
        arrays = {"user": scores.users, **scores.per_user}
        metadata = {_DOCUMENT: document, _DIGEST: _digest(document, arrays)}
        table = pa.table(arrays).replace_schema_metadata(metadata)
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        files.write_bytes(self._path(key), sink.getvalue().to_pybytes())

    def keys(self) -> Iterator[str]:
        """The names of all cells."""
        return (path.stem for path in self.folder.glob("??/*.parquet"))

    def remove(self, key: str) -> None:
        """Forget the cell of this name, if there is one."""
        with files.writable(self.folder):
            self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.parquet"


def _digest(document: bytes, arrays: Mapping[str, np.ndarray]) -> bytes:
    digest = hashlib.sha256(document)
    for name, array in arrays.items():
        digest.update(f"\0{name}\0{array.dtype}\0".encode() + array.tobytes())
    return digest.hexdigest().encode()


def _tuples(value: Any) -> Any:
    """`value` with tuples where JSON has lists."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
