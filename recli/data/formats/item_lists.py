"""A line a user with all of their items, as LightGCN's train.txt and CiteULike have it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute

from recli.data.formats._base import TextTable
from recli.data.formats._text.lines import Recognised
from recli.data.sources.location import Location


class ItemLists(Recognised):
    """Lines `user item item …`, parted by spaces or tabs; each item is an interaction.

    Where every line begins with the number of its items, that is no user: users are the lines, numbered
    from 0. The format has to be named, because such lines may be many other things.
    """

    summary = "a line a user, with the user's items; or with their number and the items"

    def table(self, file: Location, text: str) -> TextTable:
        lines = pa.array(text.split("\n"), pa.string())
        words = pa.compute.utf8_split_whitespace(pa.compute.utf8_trim_whitespace(lines))
        filled = pa.compute.not_equal(pa.compute.list_element(words, 0), "")
        numbers = np.flatnonzero(filled.to_numpy(zero_copy_only=False)) + 1
        words = words.filter(filled)
        first = pa.compute.list_element(words, 0)
        n_items = pa.compute.subtract(pa.compute.list_value_length(words), 1)
        counted = pa.compute.all(pa.compute.equal(first, n_items.cast(pa.string()))).as_py()
        users = pa.array(range(len(words))).cast(pa.string()) if counted else first
        items = pa.compute.list_flatten(pa.compute.list_slice(words, 1, None))
        rows = np.repeat(np.arange(len(words)), n_items.to_numpy())
        notes = []
        if counted:
            notes.append(
                "Every line begins with the number of its items, so that users are the lines, "
                "numbered from 0."
            )
        without = int((n_items.to_numpy() == 0).sum())
        if without:
            notes.append(f"Users without an item: {without:,}, left out.")
        columns = {
            "user": pa.chunked_array([users.take(pa.array(rows))]),
            "item": pa.chunked_array([items]),
        }
        return TextTable(columns, numbers[rows], [], notes)
