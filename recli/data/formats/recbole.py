"""The atomic files of RecBole."""

from __future__ import annotations

import json
import re

import pyarrow as pa
import pyarrow.compute

from recli import errors
from recli.data import sniff
from recli.data.formats._base import TextTable
from recli.data.formats._lines import Recognised, cut, nothing_fits
from recli.data.location import Location

_FIELD = re.compile(r"(.+):(token|token_seq|float|float_seq)")
_TEXTS = re.compile("title|name|text|description|summary|review", re.IGNORECASE)


class Recbole(Recognised):
    """Tab-separated columns below a header of names with types, as `user_id:token` and `rating:float`.

    A column of the type `token_seq` becomes lists, which are categories, unless it is called a title,
    name or text. https://recbole.io/docs/user_guide/data/atomic_files.html
    """

    suffixes = (".inter",)
    summary = "RecBole's .inter, .item and .user, with types in the header"

    def recognises(self, head: bytes, file: Location) -> bool:
        first = head.partition(b"\n")[0].decode("utf-8", "replace").strip("\r")
        return all(_FIELD.fullmatch(cell) for cell in first.split("\t"))

    def table(self, file: Location, text: str) -> TextTable:
        header, _, text = text.partition("\n")
        fields = [_FIELD.fullmatch(cell) for cell in header.split("\t")]
        for cell, field in zip(header.split("\t"), fields, strict=True):
            if field is None:
                raise errors.DataError(
                    f"{file}: the header has '{cell}', where a name and a type are expected, such as "
                    "user_id:token, genres:token_seq, rating:float or vector:float_seq."
                )
        names = sniff.names([[field[1] for field in fields if field]], header=True)
        table = cut(text, "\t", names, first=2)
        nothing_fits(file, table, "one of the header's columns")
        for name, field in zip(names, fields, strict=True):
            if field and field[2] == "token_seq" and not _TEXTS.search(name):
                table.columns[name] = _lists(table.columns[name])
        return table


def _lists(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Tokens as lists of JSON: between commas where there are any in the column, else between spaces."""
    separator = "," if pa.compute.any(pa.compute.match_substring(column, ",")).as_py() else " "
    encoded = column.combine_chunks().dictionary_encode()
    cells = [
        [token for token in map(str.strip, text.split(separator)) if token]
        for text in encoded.dictionary.to_pylist()
    ]
    texts = [json.dumps(cell, ensure_ascii=False) if cell else "" for cell in cells]
    return pa.chunked_array([pa.array(texts, pa.string()).take(encoded.indices)])
