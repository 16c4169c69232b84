"""What every file format gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import numpy as np
import pyarrow as pa

from recli import errors
from recli.data.description import Description, TableSource
from recli.data.sources.location import Location


@dataclass(frozen=True)
class Malformed:
    """A row that could not be cut into columns.

    Attributes:
        line: the line of the file, from 1 on
        reason: why it is no rating
        text: the text to read
    """

    line: int
    reason: str
    text: str


@dataclass
class TextTable:
    """A file as columns of text.

    Attributes:
        columns: name -> text of every row, no nulls (an absent value is the empty text)
        lines: int64[n], the line in the file that each row stands on, 1 for the first
        malformed: the rows that are none
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
        """What to say of rows that cannot be used: how many of all, and the first ten.

        Args:
            file: where the table is
            bad: the rows that are none
        """
        of = f"{len(bad):,} of {len(self) + len(self.malformed):,} rows"
        listed = errors.first_ten([str(row) for row in bad[:10]], len(bad))
        return f"{file}: {of} cannot be used:\n{listed}"


Source = TypeVar("Source", bound=TableSource)


class Format:
    """A file format; a subclass in a file of its own is a registration."""

    suffixes: ClassVar[tuple[str, ...]] = ()
    summary: ClassVar[str] = ""

    def read(self, file: Location, source: TableSource) -> TextTable:
        """The table in `file`.

        Args:
            file: where the table is
            source: how the table is read

        Raises:
            DataError: for a file that is not of this format
        """
        raise NotImplementedError

    def expected_rows(self, file: Location) -> int | None:
        """About how many rows there are, without reading them; None where only that tells.

        Args:
            file: where the table is

        Raises:
            DataError: for a file that is empty or not of this format
        """
        return None

    def recognises(self, head: bytes, file: Location) -> bool:
        """Whether the file can be of no other format, by its first 64 KiB or its name.

        Args:
            head: the first bytes of the file
            file: where the table is
        """
        return False

    def describe(self, folder: Path) -> Description | None:
        """The description of a folder that is a dataset in this format; None for any other.

        Args:
            folder: the folder of the dataset
        """
        return None

    def complete(self, file: Location, source: Source) -> tuple[Source, list[str]]:
        """`source` with what it leaves open taken from the file, and the fields that were guessed.

        Args:
            file: where the table is
            source: how the table is read
        """
        return source, []
