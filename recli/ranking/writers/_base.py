"""What every writer of recommendations gives, and how a target finds its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, ClassVar

import pyarrow as pa

from recli import errors, registry, urls
from recli.data.sources import stores

TABLE = "recommendations"  # of a database
Write = Callable[[pa.Table], None]


class Writer:
    """Takes tables of rows, as `RowTables` makes them, one after the other.

    The target holds all of them when the block ends well, and is as it was when it does not. What a
    writer holds in memory does not grow with their number.

    Attributes:
        suffixes: of the files that it writes, with the dot; none for a writer into databases
        schemes: of the URLs that it writes to, such as bigquery; without any, those of files
        summary: what it writes, for lists of writers
        adds: whether rows that are there stay; else they are replaced
        opens_in_spreadsheets: whether a spreadsheet reads what is written, and texts in it as formulas
    """

    suffixes: ClassVar[tuple[str, ...]] = ()
    schemes: ClassVar[tuple[str, ...]] = ()
    summary: ClassVar[str] = ""
    adds: ClassVar[bool] = False
    opens_in_spreadsheets: ClassVar[bool] = False

    def open(self, target: str, schema: pa.Schema) -> AbstractContextManager[Write]:
        """`with writer.open(target, schema) as write: write(table)`.

        Args:
            target: a file, or the URL of one or of a database
            schema: names and types of the columns, the same for all tables

        Raises:
            UsageError: if the target cannot be written
        """
        raise NotImplementedError

    def shown(self, target: str) -> str:
        """The target as it may be shown to anybody, without its password.

        Args:
            target: a file, or the URL of one or of a database
        """
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


@dataclass(frozen=True)
class Target:
    """Where rows are written, with the writer that does it.

    Attributes:
        place: a file, or the URL of one or of a database
        writer: the writer for such a place
    """

    place: str
    writer: Writer

    @classmethod
    def of(cls, place: str) -> Target:
        """The target at a place.

        Args:
            place: a file, or the URL of one or of a database; after `module:Class:` that of the user's
                own writer

        Raises:
            UsageError: if no writer writes files with its suffix; the valid ones are named
            MissingExtraError: if the writer's packages are not installed
        """
        name, rest = registry.cut("writer", place)
        if ":" in name and rest:
            return cls(rest, registry.get("writer", name)())
        return cls(place, _writer(place))

    def open(self, schema: pa.Schema) -> AbstractContextManager[Write]:
        """`with target.open(schema) as write: write(table)`, see `Writer.open`.

        Args:
            schema: names and types of the columns, the same for all tables
        """
        return self.writer.open(self.place, schema)

    def __str__(self) -> str:
        """The place as it may be shown to anybody, without its password."""
        return self.writer.shown(self.place)


def _writer(place: str) -> Writer:
    """The writer for a URL of a database or, by its suffix, for a file here or in an object store."""
    if urls.is_url(place) and not urls.is_store(place):
        databases: Writer = registry.get("writer", "sql")()
        return _found(lambda cls: urls.scheme(place) in cls.schemes) or databases
    name = urls.file_name(place) if urls.is_url(place) else place
    suffix = PurePosixPath(name).suffix.lower()
    if found := _found(lambda cls: suffix in cls.suffixes):
        return found
    known = ", ".join(s for _, cls in registry.usable("writer") for s in cls.suffixes)
    raise errors.UsageError(
        f"'{urls.shown(place)}': by its suffix it is none of {known}, and it is no URL of a database, "
        "as in sqlite:///recommendations.db."
    )


def _found(suits: Callable[[type[Writer]], bool]) -> Writer | None:
    """The first writer that suits, whose packages have to be there; recli's own go first."""
    for name, cls in registry.usable("writer"):
        if suits(cls):
            registry.check_installed("writer", name)
            return cls()  # type: ignore[no-any-return]
    return None
