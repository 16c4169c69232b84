"""What every writer of recommendations gives, and how a target finds its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import PurePosixPath
from typing import BinaryIO, ClassVar

import pyarrow as pa

from recli import errors, registry, urls
from recli.data.sources import stores

TABLE = "recommendations"  # of a database
Write = Callable[[pa.Table], None]


class Writer:
    """Takes tables of places, as `ListRows` makes them, one after the other.

    The target holds all of them when the block ends well, and is as it was when it does not. What a
    writer holds in memory does not grow with their number.

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
        return urls.shown(target)


class FileWriter(Writer):
    """A writer into one file, here or in an object store, which takes its place when it is complete."""

    @contextmanager
    def open(self, target: str, schema: pa.Schema) -> Iterator[Write]:
        with stores.new_file(target) as file, self._into(file, schema) as write:
            yield write

    def _into(self, file: BinaryIO, schema: pa.Schema) -> AbstractContextManager[Write]:
        """What writes tables into an open file."""
        raise NotImplementedError


def writer(target: str) -> Writer:
    """The writer for a URL of a database or, by its suffix, for a file here or in an object store.

    Raises UsageError for a suffix that none writes, the valid ones named.
    """
    if urls.scheme(target) == "bigquery":
        registry.check_installed("writer", "bigquery")
        return _writer("bigquery")
    if urls.is_url(target) and not urls.is_store(target):
        return _writer("sql")
    name = urls.file_name(target) if urls.is_url(target) else target
    suffix = PurePosixPath(name).suffix.lower()
    by_suffix = {s: name for name in registry.names("writer") for s in _writer(name).suffixes}
    if suffix not in by_suffix:
        raise errors.UsageError(
            f"'{urls.shown(target)}': by its suffix it is none of {', '.join(by_suffix)}, and it is no "
            "URL of a database, as in sqlite:///recommendations.db."
        )
    return _writer(by_suffix[suffix])


def _writer(name: str) -> Writer:
    found: Writer = registry.get("writer", name)()
    return found
