"""What every file format gives."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import pyarrow as pa

from recli import errors, registry
from recli.data.description import Description, TableSource
from recli.data.location import Location

_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class Malformed:
    """A row that could not be cut into columns."""

    line: int
    reason: str
    text: str


@dataclass
class TextTable:
    """A file as columns of text.

    columns: name -> text of every row, no nulls (an absent value is the empty text)
    lines: int64[n], the line in the file that each row stands on, 1 for the first
    notes: what the user should know of how the file was read, a sentence each
    found: fields of the source that only the whole file tells
    """

    columns: dict[str, pa.ChunkedArray]
    lines: np.ndarray
    malformed: list[Malformed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return list(self.columns)

    def __len__(self) -> int:
        return len(self.lines)

    def complaint(self, file: Location, bad: Sequence[object]) -> str:
        """What to say of rows that cannot be used: how many of all, and the first ten."""
        of = f"{len(bad):,} of {len(self) + len(self.malformed):,} rows"
        listed = errors.first_ten([str(row) for row in bad[:10]], len(bad))
        return f"{file}: {of} cannot be used:\n{listed}"


Source = TypeVar("Source", bound=TableSource)


class Format:
    """A file format; a subclass in a file of its own is a registration."""

    suffixes: ClassVar[tuple[str, ...]] = ()
    summary: ClassVar[str] = ""

    def read(self, file: Location, source: TableSource) -> TextTable:
        """The table in `file`. Raises DataError for a file that is not of this format."""
        raise NotImplementedError

    def recognises(self, head: bytes, file: Location) -> bool:
        """Whether the file can be of no other format, by its first 64 KiB or its name."""
        return False

    def describe(self, folder: Path) -> Description | None:
        """The description of a folder that is a dataset in this format; None for any other."""
        return None

    def complete(self, file: Location, source: Source) -> tuple[Source, list[str]]:
        """`source` with what it leaves open taken from the file, and the fields that were guessed."""
        return source, []


def described(folder: Path) -> Description | None:
    """The description of a folder that is a dataset in one of the formats; None for any other."""
    found = (_format(name).describe(folder) for name in registry.names("format"))
    return next(filter(None, found), None)


def reader(file: Location, source: TableSource) -> Format:
    """The format that `source` names, or that recognises the file, or that has the suffix.

    Delimited where there is none, and where the source says what cuts its rows.
    """
    if file.parts:
        from recli.data.formats._parts import Parted  # which is a format as well

        return Parted(reader(file.parts[0].file, source))
    if file.is_answer:
        from recli.data.formats._answer import Answer

        return Answer()
    if source.format:
        return _format(source.format)
    if source.delimiter:
        return _format("delimited")
    formats = [_format(name) for name in registry.names("format")]
    head = _head(file)
    for candidate in formats:
        if candidate.recognises(head, file):
            return candidate
    return next((one for one in formats if file.suffix in one.suffixes), _format("delimited"))


def _head(file: Location) -> bytes:
    return file.read_bytes(_HEAD_BYTES).removeprefix(codecs.BOM_UTF8)


def _format(name: str) -> Format:
    found: Format = registry.get("format", name)()
    return found
