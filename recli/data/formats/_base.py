"""What every file format gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

import numpy as np
import pyarrow as pa

from recli import errors, registry
from recli.data.description import TableSource
from recli.data.location import Location


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
    """

    columns: dict[str, pa.ChunkedArray]
    lines: np.ndarray
    malformed: list[Malformed] = field(default_factory=list)

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

    def complete(self, file: Location, source: Source) -> tuple[Source, list[str]]:
        """`source` with what it leaves open taken from the file, and the fields that were guessed."""
        return source, []


def reader(file: Location, source: TableSource) -> Format:
    """The format that `source` names, otherwise that of the file's suffix, otherwise delimited."""
    if file.parts:
        from recli.data.formats._parts import Parted  # which is a format as well

        return Parted(reader(file.parts[0].file, source))
    if file.is_answer:
        from recli.data.formats._answer import Answer

        return Answer()
    if source.format:
        return _format(source.format)
    for name in registry.names("format"):
        candidate = _format(name)
        if file.suffix in candidate.suffixes:
            return candidate
    return _format("delimited")


def _format(name: str) -> Format:
    found: Format = registry.get("format", name)()
    return found
