"""Alternating least squares by MLlib."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from recli.extras.spark.session import current, failures


def factors(
    users: np.ndarray, items: np.ndarray, values: np.ndarray, shape: tuple[int, int], **options: Any
) -> tuple[np.ndarray, np.ndarray]:
    """What MLlib's ALS learns.

    Args:
        users: int[n], inner ids.
        items: int[n], inner ids.
        values: float64[n], ratings or weights.
        shape: How many users and items there are.
        options: Of `pyspark.ml.recommendation.ALS`.

    Returns:
        float64[n_users, rank] and float64[n_items, rank]; zeros for what has no row.
    """
    from pyspark.ml.recommendation import ALS

    spark = current()
    columns = {"user": pa.array(users, pa.int32()), "item": pa.array(items, pa.int32())}
    table = pa.table({**columns, "rating": pa.array(values, pa.float32())})
    with failures("ALS"):
        rows = spark.createDataFrame(table)
        model = ALS(userCol="user", itemCol="item", ratingCol="rating", **options).fit(rows)
        sides = (model.userFactors, model.itemFactors)
        found = [
            _matrix(side.toArrow(), n, model.rank) for side, n in zip(sides, shape, strict=True)
        ]
    return found[0], found[1]


def _matrix(table: pa.Table, n: int, rank: int) -> np.ndarray:
    matrix = np.zeros((n, rank))
    flat = table["features"].combine_chunks().flatten().to_numpy()
    matrix[table["id"].to_numpy()] = flat.reshape(-1, rank)
    return matrix
