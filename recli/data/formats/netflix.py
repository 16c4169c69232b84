"""The blocks of the Netflix Prize."""

from __future__ import annotations

import re

import pyarrow as pa

from recli.data.formats._base import TextTable
from recli.data.formats._text.lines import Recognised, blocks, cut, nothing_fits
from recli.data.sources.location import Location

_MOVIE = re.compile(r"\d+:")


class Netflix(Recognised):
    """Lines `user,rating,date` below the line `movie:` that they belong to.

    One block a file, as published (`mv_0000001.txt`), or many (`combined_data_1.txt`).
    """

    summary = "Netflix Prize: 'movie:', then lines of user, rating, date"

    def recognises(self, head: bytes, file: Location) -> bool:
        return bool(re.match(rb"\s*\d+:[ \t]*\r?\n\s*\d+,", head))

    def table(self, file: Location, text: str) -> TextTable:
        table = cut(text, ",", ("user", "rating", "time"), threads=False)
        table, movies, which = blocks(table, _MOVIE)
        nothing_fits(file, table, "a rating 'user,rating,date'")
        names = pa.array([movie.text.strip().removesuffix(":") for movie in movies], pa.string())
        items = pa.chunked_array([names.take(pa.array(which))])
        columns = {"user": table.columns["user"], "item": items, **table.columns}
        return TextTable(columns, table.lines, table.malformed)
