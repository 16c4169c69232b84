"""Which format reads a file or a folder."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from recli import registry
from recli.data.description import Description, TableSource
from recli.data.formats._base import Format
from recli.data.formats._parts import Parted
from recli.data.sources.frame import Frame
from recli.data.sources.location import Location

_HEAD_BYTES = 1 << 16


def described(folder: Path) -> Description | None:
    """The description of a folder that is a dataset in one of the formats; None for any other.

    Args:
        folder: the folder of the dataset
    """
    return next(filter(None, (one.describe(folder) for one in _formats())), None)


def reader(file: Location, source: TableSource) -> Format:
    """The format that `source` names, or that recognises the file, or that has the suffix.

    recli's own go first, those of other packages follow. Delimited where there is none, and where the
    source says what cuts its rows.

    Args:
        file: where the table is
        source: how the table is read
    """
    if file.parts:
        return Parted(reader(file.parts[0].file, source))
    if isinstance(file, Frame):
        from recli.data.formats._frame import FrameTable  # pandas, for those who have a table of it

        return FrameTable()
    if file.is_answer:
        from recli.data.formats._query_result import (
            QueryResult,  # SQLAlchemy, for those who ask for it
        )

        return QueryResult()
    if source.format:
        return _format(source.format)
    if source.delimiter:
        return _format("delimited")
    head = _head(file)
    for formats in (_own(), _of_others()):
        known = list(formats)
        for candidate in known:
            if candidate.recognises(head, file):
                return candidate
        for candidate in known:
            if file.suffix in candidate.suffixes:
                return candidate
    return _format("delimited")


def _head(file: Location) -> bytes:
    return file.read_bytes(_HEAD_BYTES).removeprefix(codecs.BOM_UTF8)


def _formats() -> Iterator[Format]:
    yield from _own()
    yield from _of_others()


def _own() -> Iterator[Format]:
    return map(_format, registry.names("format"))


def _of_others() -> Iterator[Format]:
    """Those of other packages, which are looked for when the first is asked for."""
    return (cls() for _, cls in registry.usable_outside("format"))


def _format(name: str) -> Format:
    found: Format = registry.get("format", name)()
    return found
