"""What lies in the results folder by name: a folder with a document for each run, study or model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from recli import errors, files, json_documents

LATEST = "latest"
_BETWEEN = 10.0  # seconds, far more than passes between the two steps of a replacement


@dataclass(frozen=True)
class StoredKind:
    """One kind of what is stored: the folders `results/<plural>/<name>` that hold its document.

    Attributes:
        noun: what one is called, such as `run`
        plural: the folder of the results folder where they lie, such as `runs`
        document: the JSON file that says what one is, such as `run.json`
        maker: the command that makes one
        schemas: the formats of the document that this recli reads, the one that it writes last
        keys: what a document has to have
        advice: what to do about a document that cannot be read
        dated: whether names are ids that begin with the time and so sort by it; else users choose them
        shape: gives the TypedDict of what is read of a document; without one that is left to who reads it
    """

    noun: str
    plural: str
    document: str
    maker: str
    schemas: tuple[int, ...]
    keys: tuple[str, ...]
    advice: str
    dated: bool = False
    shape: Callable[[], type] | None = None

    @property
    def schema(self) -> int:
        """The format that this recli writes."""
        return self.schemas[-1]

    def folder(self, results: Path, name: str = "") -> Path:
        """Where one lies, whether it is there or not.

        Args:
            results: the results folder
            name: its name; without one it is the folder of all
        """
        return results / self.plural / name

    def every(self, results: Path) -> list[str]:
        """The names of all folders, the newest first; by its id, or when it was written.

        Those whose document is gone or damaged are among them, so that they are seen and can be removed.

        Args:
            results: the results folder
        """
        found = [path for path in self.folder(results).glob("[!.]*") if path.is_dir()]
        if self.dated:
            found.sort(reverse=True)
        else:
            found.sort(key=lambda folder: (self._written(folder), folder.name), reverse=True)
        return [folder.name for folder in found]

    def names(self, results: Path) -> list[str]:
        """As `every`, but only those that have a document, whether it can be read or not.

        Args:
            results: the results folder
        """
        return [
            name
            for name in self.every(results)
            if (self.folder(results, name) / self.document).is_file()
        ]

    def readable(self, results: Path) -> Iterator[str]:
        """As `names`, but only those whose document can be read.

        Args:
            results: the results folder
        """
        return (name for name in self.names(results) if self._is_readable(results, name))

    def _is_readable(self, results: Path, name: str) -> bool:
        try:
            self.read(self.folder(results, name))
        except errors.RecliError:
            return False
        return True

    def _written(self, folder: Path) -> float:
        path = folder / self.document
        return (path if path.is_file() else folder).stat().st_mtime

    def find(self, results: Path, name: str) -> Path:
        """The folder of the one that `name` means.

        One that cannot be read is meant by its whole name or its path alone.

        Args:
            results: the results folder
            name: its name, how that begins if no other does so, `latest`, or the path of its folder

        Raises:
            NotFoundError: if there is none; the nearest names are given
            UsageError: if several names begin so
            DataError: by `latest` if none can be read: what is wrong with the newest
        """
        if name:
            files.recover(self.folder(results, name), _BETWEEN)
        if name in self.every(results):
            return self.folder(results, name)
        if name == LATEST and (known := self.names(results)):
            newest = next(self.readable(results), known[0])
            self.read(self.folder(results, newest))  # where none can be read it says why
            return self.folder(results, newest)
        if (Path(name) / self.document).is_file():
            return Path(name)
        begin = [
            other
            for other in self.names(results)
            if name and other.startswith(name) and self._is_readable(results, other)
        ]
        if len(begin) > 1:
            raise errors.UsageError(
                f"{len(begin)} {self.plural} begin with '{name}':\n{errors.first_ten(begin)}\n"
                "Write more of it."
            )
        if not begin:
            raise self.absent(results, name)
        return self.folder(results, begin[0])

    def find_own(self, results: Path, name: str) -> Path:
        """As `find`, but only what lies in this results folder: for what is replaced or removed.

        Args:
            results: the results folder
            name: as for `find`

        Raises:
            NotFoundError: if there is none, or it lies elsewhere
            UsageError: if several names begin so
            DataError: by `latest` if none can be read
        """
        found = self.find(results, name)
        if found.resolve().parent != self.folder(results).resolve():
            raise self.absent(results, name)
        return found

    def newest(self, results: Path) -> Path:
        """The folder of the newest that can be read.

        Args:
            results: the results folder

        Raises:
            NotFoundError: if there is none
            DataError: if none can be read
        """
        if not self.names(results):
            raise self.none(results)
        return self.find(results, LATEST)

    def none(self, results: Path) -> errors.NotFoundError:
        """The error where there is not one in a results folder yet.

        Args:
            results: the results folder
        """
        return errors.NotFoundError(
            f"There is no {self.noun} in {self.folder(results)} yet: '{self.maker}' makes one."
        )

    def absent(self, results: Path, name: str) -> errors.NotFoundError:
        """The error for a name that none has, the nearest names first.

        Args:
            results: the results folder
            name: the name that was asked for
        """
        nearest = errors.nearest(name, self.names(results))
        have = f"There is none yet: '{self.maker}' makes one."
        if nearest:
            listed = f"\n{errors.first_ten(nearest)}\n" if self.dated else f" {_inline(nearest)}. "
            have = f"There are:{listed}'{LATEST}' is the newest."
        return errors.NotFoundError(
            f"There is no {self.noun} '{name}' in {self.folder(results)}. {have}"
        )

    def read(self, folder: Path, advice: str = "") -> dict[str, Any]:
        """The document in a folder.

        Args:
            folder: as `find` gives it
            advice: what to do about one that cannot be read, in place of the usual

        Raises:
            NotFoundError: if the folder holds none
            DataError: if it is damaged, altered, of a format that this recli does not read, or lacks
                something
        """
        path, advice = folder / self.document, advice or self.advice
        try:
            document = json_documents.read(path, advice)
        except FileNotFoundError:
            raise errors.NotFoundError(
                f"{folder}: holds no {self.noun} ({self.document} is missing)."
            ) from None
        schema = document.get("schema") if isinstance(document, dict) else None
        if not isinstance(schema, int) or schema not in self.schemas:
            reads = " to ".join(map(str, dict.fromkeys((self.schemas[0], self.schema))))
            wrong = (
                "does not say in what format it is"
                if schema is None
                else f"was written in format {schema!r}"
            )
            raise errors.DataError(f"{path}: {wrong}, this recli reads {reads}. {advice}")
        lacking = [key for key in self.keys if key not in document]
        if lacking:
            raise errors.DataError(f"{path}: lacks {', '.join(lacking)}. {advice}")
        # Documents of older versions have none, but for models.
        if "seal" in document and not _is_as_sealed(document):
            raise errors.DataError(f"{path}: is not what was written (its seal differs). {advice}")
        if self.shape is not None:
            self._check_shape(document, self.shape(), path, advice)
        found: dict[str, Any] = document
        return found

    @staticmethod
    def _check_shape(document: dict[str, Any], shape: type, path: Path, advice: str) -> None:
        import msgspec

        try:
            msgspec.convert(document, shape)
        except ValueError as error:  # of msgspec, or of half a character where no text belongs
            raise errors.DataError(f"{path}: is damaged: {error}. {advice}") from None

    def write(self, folder: Path, document: dict[str, Any]) -> Path:
        """Write the document of a folder, with its format and a seal, in place of what it said before.

        Args:
            folder: as `folder` gives it; it is made if it is not there
            document: what it says but for format and seal

        Raises:
            UsageError: if it cannot be written
        """
        return files.write_json(folder / self.document, sealed({"schema": self.schema, **document}))


@dataclass(frozen=True, eq=False)
class Stored:
    """One of what is stored; a subclass says of which kind.

    Attributes:
        folder: where it lies
        document: what its document says
    """

    folder: Path
    document: dict[str, Any]
    kind: ClassVar[StoredKind]

    @classmethod
    def read(cls, results: Path, name: str) -> Self:
        """The one that a name means.

        Args:
            results: the results folder
            name: see `StoredKind.find`

        Raises:
            NotFoundError: if there is none
            UsageError: if several names begin so
            DataError: if its document is damaged or of another format
        """
        return cls.of(cls.kind.find(results, name))

    @classmethod
    def of(cls, folder: Path) -> Self:
        """The one in a folder.

        Args:
            folder: as `StoredKind.find` gives it

        Raises:
            NotFoundError: if it holds none
            DataError: if its document is damaged or of another format
        """
        return cls(folder, cls.kind.read(folder))

    @property
    def id(self) -> str:
        """The name that it has in the results folder, whatever its document says."""
        return self.folder.resolve().name


def sealed(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document with `seal`, the SHA-256 of all else that it says, hexadecimal.

    So that one digit which is not what was written is noticed. Whoever means to can make the seal anew.

    Args:
        document: as JSON has it, or as it will be written
    """
    rest = {key: value for key, value in document.items() if key != "seal"}
    as_read = json.loads(files.json_text(rest))  # tuples are lists then, and keys texts
    digest = hashlib.sha256(json.dumps(as_read, sort_keys=True).encode())
    return {**rest, "seal": digest.hexdigest()}


def _is_as_sealed(document: Mapping[str, Any]) -> bool:
    try:
        return bool(sealed(document)["seal"] == document["seal"])
    except ValueError:
        return False  # a number beyond those that are written


def remove(folders: Sequence[Path]) -> None:
    """Remove folders with all that is in them; none is seen half removed.

    Args:
        folders: as `StoredKind.find_own` gives them

    Raises:
        UsageError: if one cannot be removed; those before it are gone
    """
    for folder in folders:
        files.remove_folder(folder)


def _inline(names: Sequence[str]) -> str:
    more = len(names) - 10
    return ", ".join(names[:10]) + (f" and {more:,} more" if more > 0 else "")
