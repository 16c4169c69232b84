"""Several ratings of one pair of user and item, as `recli.data.columns.parsing` has it."""

from __future__ import annotations

from typing import Any

from recli import errors
from recli.extras.spark.reading import SparkRows


def merged(rows: SparkRows) -> tuple[Any, int]:
    """One row for each pair, and how many rows were merged away.

    Args:
        rows: of the dataset

    Returns:
        A DataFrame with place, user, item, value, time and first_time, which is kept on disk.

    Raises:
        DataError: for `duplicates="error"` when there are any
    """
    from pyspark.sql import functions as F
    from pyspark.storagelevel import StorageLevel

    how, good = rows.reading.duplicates, rows.good
    if how == "keep":
        kept = good.withColumn("first_time", F.col("time"))
        return kept.persist(StorageLevel.DISK_ONLY), 0
    timed = rows.read.source.time is not None
    order = ["time", "place"] if timed else ["place"]
    of_pair = good.groupBy("user", "item")
    sizes = [F.count("*").alias("n"), F.min("place").alias("first")]
    if rows.read.source.implicit:
        found = of_pair.agg(
            *sizes,
            _in_order("value").alias("value"),
            F.max("time").alias("time"),
            F.min("time").alias("first_time"),
        ).withColumnRenamed("first", "place")
    elif how == "mean":
        found = of_pair.agg(
            *sizes,
            (_in_order("value") / F.count("*")).alias("value"),
            F.max("time").alias("time"),
        ).withColumnRenamed("first", "place")
    else:
        pick = F.max if how == "last" else F.min
        kept = pick(F.struct(*order, "value", *([] if timed else ["time"]))).alias("kept")
        found = of_pair.agg(*sizes, kept)
        found = found.select("user", "item", "n", "kept.place", "kept.value", "kept.time")
    if "first_time" not in found.columns:
        found = found.withColumn("first_time", F.col("time"))
    found = found.persist(StorageLevel.DISK_ONLY)
    [row] = found.agg(F.sum(F.col("n") - 1).alias("again")).collect()
    again = int(row["again"] or 0)
    if again and how == "error" and not rows.read.source.implicit:
        raise _repeated(rows, again)
    return found, again


def _in_order(value: str) -> Any:
    """The sum of the values in the order of the file: that of one machine to the last bit."""
    from pyspark.sql import functions as F

    pairs = F.array_sort(F.collect_list(F.struct("place", value)))
    return F.aggregate(pairs, F.lit(0.0), lambda total, pair: total + pair[value])


def _repeated(rows: SparkRows, again: int) -> errors.DataError:
    """The error for pairs that are rated more than once, with the first ten of them."""
    from pyspark.sql import functions as F

    of_pair = rows.good.groupBy("user", "item").agg(
        F.array_sort(F.collect_list("place")).alias("places")
    )
    several = of_pair.where(F.size("places") > 1)
    each = several.select(
        "user", "item", F.col("places")[0].alias("first"), F.explode(F.slice("places", 2, 1 << 30))
    )
    listed = []
    for row in each.orderBy("col").limit(10).collect():
        here, there = (_place(rows, row[name]) for name in ("col", "first"))
        listed.append(f"{here}: user {row['user']}, item {row['item']} is on {there} already")
    return errors.DataError(
        f"{rows.place.shown}: {again:,} ratings repeat a pair of user and item:\n"
        f"{errors.first_ten(listed, again)}\n"
        "Choose with `duplicates=\"first\"`, 'last' or 'mean'."
    )


def _place(rows: SparkRows, place: int) -> str:
    part, line = rows.line(place)
    noun = "line" if rows.place.kind == "text" else "row"
    return f"{part}{', ' * bool(part)}{noun} {line:,}"
