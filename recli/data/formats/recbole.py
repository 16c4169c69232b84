"""The atomic files of RecBole."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.compute

from recli import errors
from recli.data.columns import sniff
from recli.data.description import (
    Description,
    Feature,
    ItemsSource,
    RatingsSource,
    UsersSource,
)
from recli.data.formats._base import TextTable
from recli.data.formats._text.lines import Recognised, cut, nothing_fits
from recli.data.sources.location import Location

_FIELD = re.compile(r"(.+):(token|token_seq|float|float_seq)")
_TITLE = re.compile("title|name", re.IGNORECASE)
_HEADER_BYTES = 1 << 16
_QUOTED = '^"([^"]|"")*"$'
_TEXTS = re.compile("title|name|text|description|summary|review", re.IGNORECASE)


class Recbole(Recognised):
    """Tab-separated columns below a header of names with types, as `user_id:token` and `rating:float`.

    A column of the type `token_seq` becomes lists, which are categories, unless it is called a title,
    name or text. A cell in double quotes is what stands between them, as for RecBole itself, which
    reads by pandas. https://recbole.io/docs/user_guide/data/atomic_files.html
    """

    suffixes = (".inter",)
    summary = "RecBole's .inter, .item and .user, with types in the header"

    def describe(self, folder: Path) -> Description | None:
        """Of a folder with one `.inter`; an item is described by what is no token and by its title.

        Args:
            folder: the folder of the dataset
        """
        ratings = sorted(folder.glob("*.inter"))
        if len(ratings) != 1:
            return None
        stem = folder / ratings[0].stem
        items, users = stem.with_suffix(".item"), stem.with_suffix(".user")
        return Description(
            name=stem.name,
            folder=folder,
            ratings=RatingsSource(ratings[0].name, format="recbole"),
            items=_items(items) if items.is_file() else None,
            users=_users(users) if users.is_file() else None,
        )

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
        table.columns = {name: _unquoted(column) for name, column in table.columns.items()}
        for name, field in zip(names, fields, strict=True):
            if field and field[2] == "token_seq" and not _TEXTS.search(name):
                table.columns[name] = _lists(table.columns[name])
        return table


def _fields(path: Path) -> dict[str, str]:
    """The columns of an atomic file and their types, by its header."""
    head = Location(path).read_bytes(_HEADER_BYTES).decode("utf-8", "replace")
    cells = head.partition("\n")[0].strip("\r").split("\t")
    found = (_FIELD.fullmatch(cell) for cell in cells)
    return {field[1]: field[2] for field in found if field}


def _items(path: Path) -> ItemsSource:
    fields = _fields(path)
    key, *others = fields
    title = next((name for name in others if _TITLE.search(name)), None)
    kinds = {"float": "number", "token_seq": "categories"}
    features = []
    for name in others:
        kind = kinds.get(fields[name])
        if kind is not None and name != title:
            if kind == "categories" and _TEXTS.search(name):
                kind = "text"
            elif kind == "number" and "year" in name.lower():
                kind = "year"
            features.append(Feature(name, kind, name))
    return ItemsSource(path.name, format="recbole", id=key, title=title, features=tuple(features))


def _users(path: Path) -> UsersSource:
    return UsersSource(path.name, format="recbole", id=next(iter(_fields(path))))


def _unquoted(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column with what stands in quotes, where a whole cell does; a quote in it is doubled."""
    quoted = pa.compute.match_substring_regex(column, _QUOTED)
    if not pa.compute.any(quoted).as_py():
        return column
    inner = pa.compute.replace_substring(pa.compute.utf8_slice_codeunits(column, 1, -1), '""', '"')
    return pa.compute.if_else(quoted, inner, column)


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
