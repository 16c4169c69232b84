"""Ratings that Spark has read, as a `Dataset`: numbers alone come to the driver, and each id once."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pyarrow as pa

from recli import errors, memory
from recli.data import load
from recli.data.columns.parsing import RatingRows
from recli.data.dataset import Dataset
from recli.extras.spark.numbered import numbered
from recli.extras.spark.pairs import merged
from recli.extras.spark.reading import SparkRows
from recli.extras.spark.session import failures

_BYTES = 80
"""What a rating takes on the driver for a moment: its place, user, item, value and time as they arrive,
and once more in their order."""


def gathered(rows: SparkRows) -> Dataset:
    """The dataset, equal to that which one machine reads of the same files.

    Args:
        rows: of the dataset

    Raises:
        DataError: for repeated pairs, and as item and user tables do
        TooLargeError: where the driver has not the memory for the numbers
    """
    with failures(f"To read {rows.place.shown}"):
        pairs, again = merged(rows)
        arrays, users, items = _arrays(pairs)
    source = rows.read.source
    timed = source.time is not None
    rows.read.scale_of(arrays["value"])
    found = RatingRows(
        users=pa.DictionaryArray.from_arrays(arrays["u"], users),
        items=pa.DictionaryArray.from_arrays(arrays["i"], items),
        values=arrays["value"],
        times=arrays["time"] if timed else None,
        lines=arrays["place"],
        bad=[],
        time_unit=rows.time_unit if timed else "s",
        notes=rows.notes_of_ids,
    )
    dataset = load.described_by(rows.about, rows.read, found, rows.bad, rows.reading.on_bad)
    dataset = dataclasses.replace(dataset, merged=again)
    if not source.implicit or rows.reading.duplicates == "keep":
        return dataset
    low, high = arrays["value"].min(), arrays["value"].max()
    ratings = dataclasses.replace(
        dataset.ratings,
        first_times=arrays["first_time"] if timed else None,
        scale=(float(low), float(high)),
    )
    return dataclasses.replace(dataset, ratings=ratings)


def _arrays(pairs: Any) -> tuple[dict[str, np.ndarray], pa.Array, pa.Array]:
    """Columns in the order of the file, users and items as numbers; the ids that these stand for."""
    n, free = pairs.count(), memory.available()
    if n * _BYTES > free:
        raise errors.TooLargeError(
            f"A model holds the ratings that it has learned from: {n:,} of them need "
            f"{memory.shown(n * _BYTES)} on the driver for a moment, {memory.shown(free)} are free. Give "
            "the driver more memory, or take a part of the ratings."
        )
    users, items = numbered(pairs, "user", "u"), numbered(pairs, "item", "i")
    coded = pairs.join(users, "user").join(items, "item")
    table = coded.select("place", "u", "i", "value", "time", "first_time").toArrow()
    order = np.argsort(table["place"].to_numpy(), kind="stable")
    arrays = {}
    for name in table.column_names:
        arrays[name] = table[name].to_numpy()[order]
        table = table.drop_columns([name])
    texts = [_texts(one, role) for one, role in ((users, "user"), (items, "item"))]
    for one in (pairs, users, items):
        one.unpersist()
    return arrays, texts[0], texts[1]


def _texts(ids: Any, role: str) -> pa.Array:
    """The ids by their number."""
    table = ids.toArrow()
    number = table.column(1).to_numpy()
    return table[role].combine_chunks().take(pa.array(np.argsort(number)))
