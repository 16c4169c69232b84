"""XᵀX of a sparse matrix, some rows of X at a time on Spark's workers."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import scipy.sparse

from recli.extras.spark.session import cores, failures

_CHUNK = 1 << 21  # numbers of X in a row of the DataFrame: 24 MiB
_BLOCK = 1 << 22  # numbers of XᵀX that are made at a time: 48 MiB
_MOST_PARTS = 64  # in which the product comes to the driver
_PARTS = {"start": pa.int64(), "indptr": pa.binary(), "indices": pa.binary(), "data": pa.binary()}
_SCHEMA = "start bigint, indptr binary, indices binary, data binary"

Finish = Callable[[int, scipy.sparse.csr_array], scipy.sparse.csr_array]
"""What a worker makes of some rows of the product, of which it is told the first."""


def products(
    spark: Any, x: scipy.sparse.csr_array, finish: Finish | None = None
) -> Iterator[tuple[int, scipy.sparse.csr_array]]:
    """Blocks of rows of XᵀX, in their order.

    Each worker holds its part of the rows of X and no more than a block of the product. Blocks of the
    several parts are added up by the workers, too. With one part, sums are those of one machine to the
    last bit; with more they differ by rounding.

    Args:
        spark: the session
        x: float64[n, d], sparse
        finish: what is made of each block before it comes here; None for the block itself

    Yields:
        The first row of a block, and the block, float64[n_block, d], sparse.
    """
    n_columns = x.shape[1]
    size = max(1, _BLOCK // max(1, n_columns))
    with failures("The products of items"):
        chunks, n_parts = _chunks(spark, x)
        partial = functools.partial(_of_part, n_columns=n_columns, size=size)
        blocks = chunks.mapInArrow(partial, _SCHEMA)
        if n_parts > 1:

            def added(table: pa.Table) -> pa.Table:  # Spark takes no partial here
                return _added(table, n_columns, finish)

            blocks = blocks.groupBy("start").applyInArrow(added, _SCHEMA)
        elif finish is not None:
            blocks = blocks.mapInArrow(
                functools.partial(_finished, n_columns=n_columns, finish=finish), _SCHEMA
            )
        yield from _in_order(blocks, math.ceil(n_columns / size), n_columns)


def _chunks(spark: Any, x: scipy.sparse.csr_array) -> tuple[Any, int]:
    """SparkRows of X as rows of a DataFrame, and in how many parts these lie."""
    n_chunks = max(1, math.ceil(x.nnz / _CHUNK))
    bounds = np.searchsorted(x.indptr, np.linspace(0, x.nnz, n_chunks + 1)[1:-1])
    bounds = np.unique([0, *bounds, x.shape[0]])
    rows = [_packed(start, x[start:stop]) for start, stop in itertools.pairwise(bounds)]
    frame = spark.createDataFrame(pa.Table.from_pylist(rows, schema=pa.schema(_PARTS)), _SCHEMA)
    n_parts = min(len(rows), cores(spark))
    # By number and not at random, so that the sums are the same each time.
    return frame.repartitionByRange(n_parts, "start"), n_parts


def _of_part(
    batches: Iterable[pa.RecordBatch], n_columns: int, size: int
) -> Iterator[pa.RecordBatch]:
    parts = [part for batch in batches for _, part in _each(batch, n_columns)]
    if not parts:
        return
    x = scipy.sparse.csr_array(scipy.sparse.vstack(parts, format="csr"))
    del parts
    by_column = x.T.tocsr()
    for start in range(0, n_columns, size):
        yield _batch([_packed(start, by_column[start : start + size] @ x)])


def _added(table: pa.Table, n_columns: int, finish: Finish | None) -> pa.Table:
    found = [part for batch in table.to_batches() for part in _each(batch, n_columns)]
    start, total = found[0]
    for _, part in found[1:]:
        total = total + part
    return pa.Table.from_batches(
        [_batch([_packed(start, finish(start, total) if finish else total)])]
    )


def _finished(
    batches: Iterable[pa.RecordBatch], n_columns: int, finish: Finish
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start, part in _each(batch, n_columns):
            yield _batch([_packed(start, finish(start, part))])


def _in_order(
    blocks: Any, n_blocks: int, n_columns: int
) -> Iterator[tuple[int, scipy.sparse.csr_array]]:
    """The blocks, of which a few are here at a time."""
    from pyspark.storagelevel import StorageLevel

    kept = blocks.persist(StorageLevel.DISK_ONLY)
    ordered = kept.repartitionByRange(min(n_blocks, _MOST_PARTS), "start")
    for row in ordered.sortWithinPartitions("start").toLocalIterator():
        yield _unpacked(row.asDict(), n_columns)
    kept.unpersist()


def _packed(start: int, part: scipy.sparse.csr_array) -> dict[str, Any]:
    return {
        "start": int(start),
        "indptr": part.indptr.astype(np.int64).tobytes(),
        "indices": part.indices.astype(np.int32).tobytes(),
        "data": part.data.astype(np.float64).tobytes(),
    }


def _batch(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(rows, schema=pa.schema(_PARTS))


def _unpacked(row: dict[str, Any], n_columns: int) -> tuple[int, scipy.sparse.csr_array]:
    indptr = np.frombuffer(row["indptr"], np.int64)
    parts = np.frombuffer(row["data"], np.float64), np.frombuffer(row["indices"], np.int32), indptr
    return row["start"], scipy.sparse.csr_array(parts, shape=(len(indptr) - 1, n_columns))


def _each(batch: pa.RecordBatch, n_columns: int) -> Iterator[tuple[int, scipy.sparse.csr_array]]:
    return (_unpacked(row, n_columns) for row in batch.to_pylist())
