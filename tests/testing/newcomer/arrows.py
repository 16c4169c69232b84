"""A format of somebody else: a line a rating, USER>ITEM=RATING."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from recli.data.formats import Format, Malformed, TextTable


class Arrows(Format):
    """A line a rating: USER>ITEM=RATING."""

    suffixes = (".arrows",)
    summary = "USER>ITEM=RATING, a line a rating"

    def read(self, file, source):
        numbers, rows, malformed = [], [], []
        text = file.read_bytes().decode("utf-8", "replace")
        for number, line in enumerate(text.split("\n"), start=1):
            if found := re.fullmatch(r"([^>]+)>([^=]+)=(.+)", line):
                numbers.append(number)
                rows.append(found.groups())
            elif line:
                malformed.append(Malformed(number, "is not USER>ITEM=RATING", line))
        columns = {
            name: pa.chunked_array([pa.array([row[place] for row in rows], pa.string())])
            for place, name in enumerate(("user", "item", "rating"))
        }
        return TextTable(columns, np.array(numbers, np.int64), malformed)
