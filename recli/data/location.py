"""Where a file is, and how its bytes are had."""

from __future__ import annotations

import contextlib
import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recli import errors

_PACKED = (".gz", ".zip")


@dataclass(frozen=True)
class Location:
    """A file on this machine, plain or packed, and which of the tables in it is meant.

    >>> file = Location(Path("data/u.data.gz"))
    >>> file.name, file.bare_name, file.suffix
    ('u.data.gz', 'u.data', '.data')
    """

    path: Path
    member: str | None = None

    @classmethod
    def at(cls, path: Path) -> Location:
        """The location that a path means, which may end in `::` and the name of a member."""
        name, separator, member = str(path).partition("::")
        if not separator or path.exists():
            return cls(path)
        return cls(Path(name), member)

    def __str__(self) -> str:
        return str(self.path) if self.member is None else f"{self.path}::{self.member}"

    @property
    def name(self) -> str:
        """The file's name, without folders."""
        return self.path.name

    @property
    def bare_name(self) -> str:
        """The name without the suffix of what `read_bytes` unpacks."""
        packed = self.path.suffix.lower() in _PACKED
        return self.path.with_suffix("").name if packed else self.path.name

    @property
    def suffix(self) -> str:
        """The suffix of the bare name, in lower case."""
        return Path(self.bare_name).suffix.lower()

    def exists(self) -> bool:
        """Whether there is such a file."""
        return self.path.exists()

    def read_bytes(self, limit: int | None = None) -> bytes:
        """The content, at most `limit` bytes of it, unpacked if it is gzip or a zip of one file.

        Raises DataError naming the file when it is empty or cannot be unpacked.
        """
        size = -1 if limit is None else limit
        try:
            if self.path.suffix.lower() == ".gz":
                with gzip.open(self.path) as file:
                    content = file.read(size)
            elif self.path.suffix.lower() == ".zip":
                with (
                    zipfile.ZipFile(self.path) as archive,
                    archive.open(self._only_member(archive)) as file,
                ):
                    content = file.read(size)
            else:
                with self.path.open("rb") as plain_file:
                    content = plain_file.read(size)
        # RuntimeError is what zipfile raises for an encrypted member or an unknown compression.
        except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, RuntimeError) as error:
            raise errors.DataError(
                f"{self}: cannot be unpacked, it may be damaged or cut off: {error}"
            ) from None
        except IsADirectoryError:
            raise errors.DataError(f"{self}: is a folder without a dataset.toml.") from None
        except OSError as error:
            raise errors.DataError(f"{self}: cannot be read: {error.strerror or error}") from None
        if not content:
            raise self.empty()
        return content

    @contextlib.contextmanager
    def local(self) -> Iterator[Path]:
        """A plain file with the content, for a library that opens files by their path.

        The file itself where it is plain, else a copy that goes when this ends.
        """
        if self.bare_name == self.name:
            yield self.path
            return
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / self.bare_name
            copy.write_bytes(self.read_bytes())
            yield copy

    def empty(self) -> errors.DataError:
        """The error for a file with nothing in it."""
        return errors.DataError(f"{self}: the file is empty. It should hold a row per rating.")

    def _only_member(self, archive: zipfile.ZipFile) -> str:
        names = archive.namelist()
        # macOS adds a folder of its own to every archive.
        members = [name for name in names if not name.endswith("/") and name[:9] != "__MACOSX/"]
        if len(members) != 1:
            raise errors.DataError(
                f"{self}: holds {len(members)} files; unpack it and name the one with the ratings:\n"
                + errors.first_ten(members)
            )
        return members[0]
