"""Numbers from 0 on for ids of any text, in the order in which they appear; none of it on the driver."""

from __future__ import annotations

from typing import Any

_ROW_BITS = 33  # of `monotonically_increasing_id`: the partition stands above the row


def numbered(rows: Any, column: str, name: str) -> Any:
    """The distinct values of a column, numbered by the first place at which each stands.

    They are sorted over the partitions, and each partition begins where those before it end: two passes,
    no window over all, and nothing but a number for each partition comes to the driver.

    Args:
        rows: a DataFrame with `place` and the column
        column: the column of ids
        name: what their number is called

    Returns:
        A DataFrame of the column and its number.
    """
    from pyspark.sql import functions as F
    from pyspark.storagelevel import StorageLevel

    firsts = rows.groupBy(column).agg(F.min("place").alias("__first")).orderBy("__first")
    kept = firsts.select(column, F.monotonically_increasing_id().alias("__id"))
    kept = kept.persist(StorageLevel.DISK_ONLY)
    part = F.shiftright("__id", _ROW_BITS)
    counts = kept.groupBy(part.alias("part")).agg(F.count("*").alias("n")).collect()
    begins, before = {}, 0
    for row in sorted(counts, key=lambda row: row["part"]):
        begins[row["part"]] = before
        before += row["n"]
    pairs = [F.lit(x) for item in begins.items() for x in item] or [F.lit(0), F.lit(0)]
    begin = F.element_at(F.create_map(*pairs), part)
    of_part = F.col("__id").bitwiseAND((1 << _ROW_BITS) - 1)
    return kept.select(column, (begin + of_part).cast("int").alias(name))
