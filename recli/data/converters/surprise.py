"""Ratings as Surprise reads them."""

from __future__ import annotations

from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute

from recli import errors
from recli.data.converters._base import FileConverter
from recli.data.converters._tables import seconds
from recli.data.dataset import Dataset
from recli.data.ids import Ids

_BATCH = 1 << 16  # lines that are Python objects at a time


class Surprise(FileConverter):
    """Lines as in MovieLens' `u.data`, which `surprise.Reader` reads.

    Tabs between columns, no header, no quotes; seconds since 1970 UTC, exactly. Without times a line
    ends with the rating.
    """

    summary = "ratings as surprise.Reader reads them: user, item, rating, timestamp with tabs"

    def _into(self, dataset: Dataset, file: BinaryIO) -> None:
        ratings = dataset.ratings
        for what, ids in (("user", ratings.user_ids), ("item", ratings.item_ids)):
            _check(what, ids)
        columns = [
            pa.array(ratings.user_ids.text, pa.string()).take(pa.array(ratings.users)),
            pa.array(ratings.item_ids.text, pa.string()).take(pa.array(ratings.items)),
            pa.array(ratings.values).cast(pa.string()),
        ]
        if ratings.times is not None:
            columns.append(seconds(ratings))
        lines = pa.compute.binary_join_element_wise(*columns, "\t")
        for start in range(0, len(lines), _BATCH):
            file.writelines(
                f"{line}\n".encode() for line in lines[start : start + _BATCH].to_pylist()
            )

    def _how_to_read(self, dataset: Dataset) -> list[str]:
        low, high = dataset.ratings.scale
        columns = "user item rating" + " timestamp" * (dataset.ratings.times is not None)
        return [
            f"Read it with surprise.Reader(line_format='{columns}', sep='\\t', "
            f"rating_scale=({low:g}, {high:g})): Surprise does not know the scale by itself."
        ]


def _check(what: str, ids: Ids) -> None:
    """Raise DataError for ids that would be others, or cut the line, when Surprise reads them."""
    wrong = [repr(text) for text in ids.text if text != text.strip() or set(text) & set("\t\n\r")]
    if wrong:
        raise errors.DataError(
            f"{len(wrong):,} ids of {what}s have a tab, a line end, or spaces around them, which this "
            f"form cannot hold:\n{errors.first_ten(wrong)}"
        )
