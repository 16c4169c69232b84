"""What a check counts of ratings, counted by Spark: of rows nothing comes to the driver."""

from __future__ import annotations

from typing import Any

import numpy as np

from recli.data.checks.check import CheckReport, Problem, of_user_table, report, undescribed
from recli.data.checks.tallies import FIRST_PLAUSIBLE, Tallies, TimeTallies, last_plausible
from recli.data.columns.table_ids import Known
from recli.data.ids import Ids
from recli.data.ratings import PER_SECOND
from recli.data.tables import reading as tables
from recli.extras.spark.reading import SparkRows
from recli.extras.spark.session import failures


def tallied(rows: SparkRows) -> CheckReport:
    """The report of a check, as that of one machine; the mean to rounding.

    The driver gets each id once with how many ratings it has, and each different rating.

    Args:
        rows: of the dataset, of ratings
    """
    with failures(f"To check {rows.place.shown}"):
        users, items = _of_ids(rows, "user"), _of_ids(rows, "item")
        facts = _facts(rows)
    rows.read.scale_of(np.array([facts["least"], facts["most"]]))
    source, skip = rows.read.source, rows.reading.on_bad
    of_items = tables.describe_items(rows.about, Known.items(source, items["id"]), skip)
    of_users = tables.describe_users(rows.about, Known.users(source, users["id"]), skip)
    described = [] if of_items is None else [of_items.ids]
    user_ids, item_ids = Ids.of(users["id"]), Ids.of(items["id"], *described)
    by_user, by_item = _by_code(user_ids, users), _by_code(item_ids, items)
    of = Tallies(
        n=int(facts["n"]),
        scale=source.scale or (facts["least"], facts["most"]),
        mean=facts["total"] / facts["n"],
        user_ids=user_ids,
        item_ids=item_ids,
        by_user=by_user["n"],
        by_item=by_item["n"],
        lowest=by_user["low"],
        highest=by_user["high"],
        values=facts["values"],
        counts=facts["counts"],
        pairs=int(facts["pairs"]),
        contradicting=int(facts["contradicting"]),
        times=facts["times"],
        last=facts["last"],
        others=facts["total"] - facts["last"],
        last_user=facts["last_user"],
    )
    problems: list[Problem] = []
    if of_items is not None:
        problems += undescribed("items", _absent(items["id"], of_items.ids))
    unrated = None
    if of_users is not None:
        problems += undescribed("users", _absent(users["id"], of_users.ids))
        unrated = _absent(of_users.ids, users["id"])
    problems += of_user_table(rows.about, len(user_ids), unrated)
    bad = [*rows.bad, *(row for one in (of_items, of_users) if one for row in one.bad)]
    said = rows.about.ratings.scale is not None or "scale" in rows.reading.overrides
    return report(of, problems, bad, said)


def _of_ids(rows: SparkRows, role: str) -> dict[str, np.ndarray]:
    """Each id in the order in which they appear, with its ratings, the lowest and the highest of them."""
    from pyspark.sql import functions as F

    found = rows.good.groupBy(role).agg(
        F.min("place").alias("first"),
        F.count("*").alias("n"),
        F.min("value").alias("low"),
        F.max("value").alias("high"),
    )
    table = found.toArrow()
    order = np.argsort(table["first"].to_numpy())
    columns = {name: table[name].to_numpy()[order] for name in ("n", "low", "high")}
    return {"id": table[role].to_numpy()[order].astype(object), **columns}


def _by_code(ids: Ids, of_id: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The columns of `_of_ids` by code; 0 ratings for what is in a table alone."""
    codes = ids.codes(of_id["id"])
    found = {"n": np.zeros(len(ids), np.int64)}
    found |= {"low": np.full(len(ids), np.inf), "high": np.full(len(ids), -np.inf)}
    for name, column in found.items():
        column[codes] = of_id[name]
    return found


def _facts(rows: SparkRows) -> dict[str, Any]:
    """All else that is counted."""
    from pyspark.sql import functions as F

    good, per_second = rows.good, PER_SECOND[rows.time_unit]
    seconds = F.floor(F.col("time") / per_second)
    early = F.col("time") < FIRST_PLAUSIBLE * per_second
    late = F.col("time") > last_plausible() * per_second
    [row] = good.agg(
        F.count("*").alias("n"),
        F.sum("value").alias("total"),
        F.min("value").alias("least"),
        F.max("value").alias("most"),
        F.min(seconds).alias("first"),
        F.max(seconds).alias("last"),
        F.sum((early | late).cast("long")).alias("implausible"),
        F.max(F.struct("place", "value", "user")).alias("end"),
    ).collect()
    of_pair = good.groupBy("user", "item").agg(
        (F.max("value") > F.min("value")).cast("long").alias("differ")
    )
    [pairs] = of_pair.agg(F.count("*").alias("n"), F.sum("differ").alias("differ")).collect()
    values = good.groupBy("value").count().orderBy("value").toArrow()
    times = None
    if rows.read.source.time is not None:
        times = TimeTallies((int(row["first"]), int(row["last"])), int(row["implausible"]))
    return {
        **{name: row[name] for name in ("n", "total", "least", "most")},
        "pairs": pairs["n"],
        "contradicting": pairs["differ"],
        "values": values["value"].to_numpy(),
        "counts": values["count"].to_numpy(),
        "times": times,
        "last": row["end"]["value"],
        "last_user": row["end"]["user"],
    }


def _absent(some: np.ndarray, among: np.ndarray) -> int:
    return len(set(some.tolist()) - set(among.tolist()))
