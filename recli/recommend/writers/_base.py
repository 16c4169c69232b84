"""What every writer of recommendations gives, and how a target finds its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO, ClassVar

import pyarrow as pa

from recli import errors, files, registry

Write = Callable[[pa.Table], None]
_URL = re.compile(r"[a-z][a-z0-9_+]*://", re.IGNORECASE)


class Writer:
    """Takes tables of places, as `Places` makes them, one after the other.

    The target holds all of them when the block ends well, and is as it was when it does not. No
    writer holds more than the table it was given last.

    suffixes: of the files that it writes, with the dot
    """

    suffixes: ClassVar[tuple[str, ...]] = ()
    summary: ClassVar[str] = ""

    def open(self, target: str, schema: pa.Schema) -> AbstractContextManager[Write]:
        """`with writer.open(target, schema) as write: write(table)`.

        Raises UsageError when the target cannot be written.
        """
        raise NotImplementedError

    def shown(self, target: str) -> str:
        """The target as it may be shown to anybody."""
        return target


class FileWriter(Writer):
    """A writer into one file, which takes its place when it is complete."""

    @contextmanager
    def open(self, target: str, schema: pa.Schema) -> Iterator[Write]:
        with files.new_file(Path(target)) as file, self._into(file, schema) as write:
            yield write

    def _into(self, file: BinaryIO, schema: pa.Schema) -> AbstractContextManager[Write]:
        """What writes tables into an open file."""
        raise NotImplementedError


def writer(target: str) -> Writer:
    """The writer for a URL of a database or, by its suffix, for a file.

    Raises UsageError for a suffix that none writes, the valid ones named.
    """
    if is_url(target):
        return _writer("sql")
    suffix = Path(target).suffix.lower()
    by_suffix = {s: name for name in registry.names("writer") for s in _writer(name).suffixes}
    if suffix not in by_suffix:
        raise errors.UsageError(
            f"'{target}': by its suffix it is none of {', '.join(by_suffix)}, and it is no URL of a "
            "database, as in sqlite:///recommendations.db."
        )
    return _writer(by_suffix[suffix])


def is_url(target: str) -> bool:
    """Whether the target is a URL rather than a file."""
    return _URL.match(target) is not None


def _writer(name: str) -> Writer:
    found: Writer = registry.get("writer", name)()
    return found
