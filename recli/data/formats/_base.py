"""What every file format gives, and how files are opened."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, TypeVar

import numpy as np
import pyarrow as pa

from recli import errors, registry
from recli.data.description import TableSource


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

    def complaint(self, path: Path, bad: Sequence[object]) -> str:
        """What to say of rows that cannot be used: how many of all, and the first ten."""
        of = f"{len(bad):,} of {len(self) + len(self.malformed):,} rows"
        listed = errors.first_ten([str(row) for row in bad[:10]], len(bad))
        return f"{path}: {of} cannot be used:\n{listed}"


Source = TypeVar("Source", bound=TableSource)


class Format:
    """A file format; a subclass in a file of its own is a registration."""

    suffixes: ClassVar[tuple[str, ...]] = ()
    summary: ClassVar[str] = ""

    def read(self, path: Path, source: TableSource) -> TextTable:
        """The table in `path`. Raises DataError for a file that is not of this format."""
        raise NotImplementedError

    def complete(self, path: Path, source: Source) -> tuple[Source, list[str]]:
        """`source` with what it leaves open taken from the file, and the fields that were guessed."""
        return source, []


def reader(path: Path, source: TableSource) -> Format:
    """The format that `source` names, otherwise that of the file's suffix, otherwise delimited."""
    if source.format:
        return _format(source.format)
    suffix = Path(bare_name(path)).suffix.lower()
    for name in registry.names("format"):
        candidate = _format(name)
        if suffix in candidate.suffixes:
            return candidate
    return _format("delimited")


def _format(name: str) -> Format:
    found: Format = registry.get("format", name)()
    return found


def bare_name(path: Path) -> str:
    """The file's name without what `read_bytes` unpacks."""
    return path.with_suffix("").name if path.suffix.lower() in (".gz", ".zip") else path.name


def empty(path: Path) -> errors.DataError:
    """The error for a file with nothing in it."""
    return errors.DataError(f"{path}: the file is empty. It should hold a row per rating.")


def read_bytes(path: Path, limit: int | None = None) -> bytes:
    """The content of a file, unpacked if it is gzip or a zip with one data file.

    Raises DataError naming the file when it is empty or cannot be unpacked.
    """
    size = -1 if limit is None else limit
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path) as file:
                content = file.read(size)
        elif path.suffix.lower() == ".zip":
            with (
                zipfile.ZipFile(path) as archive,
                archive.open(_only_member(path, archive)) as file,
            ):
                content = file.read(size)
        else:
            with path.open("rb") as plain_file:
                content = plain_file.read(size)
    # RuntimeError is what zipfile raises for an encrypted member or a compression it does not know.
    except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
        raise errors.DataError(
            f"{path}: cannot be unpacked, it may be damaged or cut off: {error}"
        ) from None
    except IsADirectoryError:
        raise errors.DataError(f"{path}: is a folder without a dataset.toml.") from None
    except OSError as error:
        raise errors.DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    if not content:
        raise empty(path)
    return content


def _only_member(path: Path, archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    # macOS adds a folder of its own to every archive.
    members = [name for name in names if not name.endswith("/") and name[:9] != "__MACOSX/"]
    if len(members) != 1:
        raise errors.DataError(
            f"{path}: holds {len(members)} files; unpack it and name the one with the ratings:\n"
            + errors.first_ten(members)
        )
    return members[0]
