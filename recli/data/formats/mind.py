"""The click log of MIND, the Microsoft News Dataset."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute

from recli import errors
from recli.data.formats._base import TextTable
from recli.data.formats._text.lines import Recognised, cut, nothing_fits, set_aside
from recli.data.sources.location import Location

_TIME = "%m/%d/%Y %I:%M:%S %p"
_LOG = re.compile(rb"[^\t\n]+\t[^\t\n]+\t\d+/\d+/\d{4} \d+:\d\d:\d\d [AP]M\t[^\t\n]*\tN\d+")


class Mind(Recognised):
    """The file behaviors.tsv: a line an impression, with the news that were shown in its last column.

    Those that end in -1 were clicked: each is an interaction of the user with the time of the
    impression. What was shown only, and the clicks before the log, which have no time, are left out.
    """

    summary = "MIND's behaviors.tsv: the clicks of each impression"

    def recognises(self, head: bytes, file: Location) -> bool:
        return bool(_LOG.match(head))

    def table(self, file: Location, text: str) -> TextTable:
        names = ("impression", "user", "time", "history", "shown")
        table = cut(text, "\t", names)
        nothing_fits(file, table, "an impression, its user, time, history and what was shown")
        labelled = pa.compute.match_substring_regex(
            table.columns["shown"], r"^\s*(\S+-[01]\s+)*\S+-[01]\s*$"
        ).to_numpy()
        if not labelled.any():
            raise errors.DataError(
                f"{file}: does not say what was clicked, as N1-1 does and N2-0: a test set."
            )
        table = set_aside(table, ~labelled, lambda _: "what was shown should end in -0 or -1 each")
        lists = pa.compute.utf8_split_whitespace(
            pa.compute.utf8_trim_whitespace(table.columns["shown"])
        )
        lists = lists.combine_chunks()
        shown, rows = lists.flatten(), pa.compute.list_parent_indices(lists)
        clicked = pa.compute.ends_with(shown, "-1")
        rows = rows.filter(clicked)
        columns = {
            "user": table.columns["user"].take(rows),
            "item": pa.chunked_array(
                [pa.compute.utf8_slice_codeunits(shown.filter(clicked), 0, -2)]
            ),
            "time": _iso(table.columns["time"]).take(rows),
        }
        note = (
            f"{len(rows):,} clicks on {len(shown):,} news shown; what was not clicked and the "
            "histories are left out."
        )
        return TextTable(columns, table.lines[rows.to_numpy()], table.malformed, [note])


def _iso(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times in ISO 8601; what cannot be read stays as it is."""
    texts = pd.Series(times.to_numpy(), dtype=object)
    moments = pd.to_datetime(texts, format=_TIME, errors="coerce").to_numpy("datetime64[s]")
    written = np.datetime_as_string(moments).astype(object)
    return pa.chunked_array([np.where(np.isnat(moments), texts, written)], pa.string())
