"""Where a file is, and how its bytes are had."""

from __future__ import annotations

import contextlib
import functools
import io
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import ClassVar

from recli import errors, memory
from recli.data.sources import packed

LINES = 1 << 40  # in a table of many parts, the line l of the part p counts as p * LINES + l
_BLOCK = 1 << 24


class Location:
    """A file on this machine, plain or packed, a member of an archive, or a table of a file of several.

    Args:
        path: the file
        member: the member of the archive; None where it has a single one

    >>> file = Location(Path("data/u.data.gz"))
    >>> file.name, file.bare_name, file.suffix
    ('u.data.gz', 'u.data', '.data')
    """

    row_noun: ClassVar[str] = "line"
    """What messages call a row of the table."""

    def __init__(self, path: Path, member: str | None = None) -> None:
        self._path = path
        self._named = member

    def __str__(self) -> str:
        return self.whole if self._named is None else f"{self.whole}::{self._named}"

    @property
    def whole(self) -> str:
        """The file as it is shown, without the member of it."""
        return str(self.path)

    @property
    def member(self) -> str | None:
        """The member of the archive that is named; none for the only one, and for a file by itself."""
        return self._named

    @property
    def table(self) -> str | None:
        """The table that is named of a file with several; an archive has members instead."""
        return None if packed.is_archive(self.name) else self._named

    @property
    def path(self) -> Path:
        """The file as it lies on this machine."""
        return self._path

    @property
    def name(self) -> str:
        """The file's name, without folders."""
        return self.path.name

    @property
    def bare_name(self) -> str:
        """The name of what `read_bytes` unpacks: the file's without a suffix, or the member's."""
        member = self._member if self.exists() else None
        return packed.unwrapped(self.name if member is None else PurePosixPath(member).name)[0]

    @property
    def suffix(self) -> str:
        """The suffix of the bare name, in lower case."""
        return Path(self.bare_name).suffix.lower()

    @property
    def parts(self) -> tuple[Part, ...]:
        """The files that are one table together, by name; none for a file that is one by itself."""
        return ()

    @property
    def stays(self) -> bool:
        """Whether a dataset that is added leaves it where it is, rather than to copy it."""
        return bool(self.parts)

    @property
    def is_answer(self) -> bool:
        """Whether it is rows from a database rather than a file."""
        return False

    @property
    def size(self) -> int | None:
        """How many bytes there are to read; None where only unpacking tells."""
        return self.path.stat().st_size if self._is_plain else None

    def reference(self) -> str:
        """How a dataset.toml elsewhere names it, without secrets."""
        return str(self.path.resolve())

    def exists(self) -> bool:
        """Whether there is such a file."""
        return self.path.exists()

    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        with self._unpacking(), packed.opened(self.path, self._member) as stream:
            return not stream.read(1)

    def read_bytes(self, limit: int | None = None) -> bytes:
        """The content, at most `limit` bytes of it, unpacked.

        Args:
            limit: the most bytes that are read; None reads all

        Raises:
            DataError: naming the file when it is empty or cannot be unpacked
            TooLargeError: when it unpacks to more than there is memory for
        """
        if self.parts:  # for a look at them; there is no content of all together
            assert limit is not None
            return self.parts[0].file.read_bytes(limit)
        with self._unpacking():
            if self._is_plain:
                with self.path.open("rb") as file:
                    content = file.read(-1 if limit is None else limit)
            else:
                content = self._unpacked(limit)
        if not content:
            raise self.empty()
        return content

    @contextlib.contextmanager
    def local(self) -> Iterator[Path]:
        """A plain file with the content, for a library that opens files by their path.

        The file itself where it is plain, else a copy that goes when this ends.
        """
        if self._is_plain:
            yield self.path
            return
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / self.bare_name
            with (
                self._unpacking(),
                packed.opened(self.path, self._member) as stream,
                copy.open("wb") as file,
            ):
                shutil.copyfileobj(stream, file, _BLOCK)
            yield copy

    def empty(self) -> errors.DataError:
        """The error for a file with nothing in it."""
        return errors.DataError(f"{self}: the file is empty. It should hold a row per rating.")

    def part_of(self, line: int) -> tuple[str, int]:
        """The part that a line of the table stands in, and its line there; no part is the empty text.

        Args:
            line: the line of the file, from 1 on
        """
        part, line = divmod(line, LINES)
        return (self.parts[part - 1].name if part else ""), line

    def place(self, line: int) -> str:
        """A line of the table, as messages name it.

        Args:
            line: the line of the file, from 1 on

        >>> Location(Path("u.data")).place(1000)
        'line 1,000'
        """
        part, line = self.part_of(line)
        return f"{part}{', ' * bool(part)}{self.row_noun} {line:,}"

    @property
    def _is_plain(self) -> bool:
        return not packed.unwrapped(self.name)[1]

    @functools.cached_property
    def _member(self) -> str | None:
        if not packed.is_archive(self.name):
            return None
        with self._unpacking():
            return packed.chosen(self.path, self._named, self.whole)

    @contextlib.contextmanager
    def _unpacking(self) -> Iterator[None]:
        """Turns what a damaged or unreadable file raises into an error that names it."""
        try:
            yield
        except IsADirectoryError:
            raise errors.DataError(f"{self}: is a folder without a dataset.toml.") from None
        except OSError as error:
            if error.errno is not None:
                reason = error.strerror or error
                raise errors.DataError(f"{self}: cannot be read: {reason}") from None
            raise self._damaged(error) from None
        except packed.DAMAGED as error:
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> errors.DataError:
        return errors.DataError(
            f"{self}: cannot be unpacked, it may be damaged or cut off: {error}"
        )

    def _unpacked(self, limit: int | None) -> bytes:
        content, looked = io.BytesIO(), 0
        with packed.opened(self.path, self._member) as stream:
            if limit is not None:
                return stream.read(limit)
            while block := stream.read(_BLOCK):
                size = content.tell() + content.write(block)
                if size - looked < _BLOCK:
                    continue
                looked = size
                # What has been read is no longer free; to read it as text takes as much once more.
                if size > memory.available():
                    raise errors.TooLargeError(
                        f"{self}: unpacks to more than {memory.shown(size)}, and there is no memory to "
                        "read it. Unpack it and give a part of it, or more memory."
                    )
        return content.getvalue()


@dataclass(frozen=True)
class Part:
    """One of the files that are a table together.

    Attributes:
        file: where the table is
        name: its path within the whole
        keys: what its folders say of all of its rows, such as country=de
    """

    file: Location
    name: str
    keys: Mapping[str, str] = field(default_factory=dict)
