"""What every converter gives, and how a target finds its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ClassVar

from recli import errors, files, registry
from recli.data.converters._tables import notes
from recli.data.dataset import Dataset


@dataclass(frozen=True)
class Written:
    """What a converter wrote.

    Attributes:
        rows: how many rows each file holds, by its name
        notes: what of the dataset is not there, or not as it was, and how it is read; a sentence
            each
    """

    rows: dict[str, int]
    notes: tuple[str, ...] = ()


class Converter:
    """A form that other programs read.

    Attributes:
        suffixes: of the files that it writes, with the dot; none for a folder
    """

    suffixes: ClassVar[tuple[str, ...]] = ()
    summary: ClassVar[str] = ""

    def check(self, target: Path, replace: bool = False) -> None:
        """Raise UsageError where `target` is there already, unless it may be replaced and can be.

        Args:
            target: where it is written
            replace: whether what is there already may be replaced
        """
        if target.exists() and not replace:
            raise errors.UsageError(f"{target}: is there already. '--force' replaces it.")

    def write(self, dataset: Dataset, target: Path, replace: bool = False) -> Written:
        """Write the dataset, whole or not at all.

        Args:
            dataset: the ratings, and what is known of items and users
            target: where it is written
            replace: whether what an earlier conversion left at `target` gives way

        Raises:
            UsageError: as `check` does, and where `target` cannot be written
        """
        raise NotImplementedError


class FileConverter(Converter):
    """One file, which holds ratings alone."""

    def check(self, target: Path, replace: bool = False) -> None:
        if target.is_dir():
            raise errors.UsageError(f"{target}: is a folder, and this form is a file.")
        super().check(target, replace)

    def write(self, dataset: Dataset, target: Path, replace: bool = False) -> Written:
        self.check(target, replace)
        with files.new_file(target) as file:
            self._into(dataset, file)
        left_out = [
            f"The {what} table is left out: this form holds ratings alone."
            for what, table in (("item", dataset.items), ("user", dataset.users))
            if table is not None
        ]
        said = (*notes(dataset), *left_out, *self._how_to_read(dataset))
        return Written({target.name: len(dataset.ratings)}, said)

    def _into(self, dataset: Dataset, file: BinaryIO) -> None:
        """Write the ratings into an open file."""
        raise NotImplementedError

    def _how_to_read(self, dataset: Dataset) -> list[str]:
        return []


class FolderConverter(Converter):
    """A folder with several files.

    Attributes:
        own: what such a folder holds, as patterns of names
    """

    own: ClassVar[tuple[str, ...]] = ()

    def check(self, target: Path, replace: bool = False) -> None:
        if target.is_file():
            raise errors.UsageError(f"{target}: is a file, and this form is a folder.")
        super().check(target, replace)

    def write(self, dataset: Dataset, target: Path, replace: bool = False) -> Written:
        self.check(target, replace)
        with files.own_folder(target, self.own) as folder:
            return self._into(dataset, folder, target.resolve().name)

    def _into(self, dataset: Dataset, folder: Path, name: str) -> Written:
        """Write into an empty folder, which will be called `name`."""
        raise NotImplementedError


def converter(target: Path, form: str | None) -> Converter:
    """The converter called `form`, else by the target's suffix; a folder of recli where it has none.

    Args:
        target: where it is written
        form: the name of the converter; None goes by the suffix

    Raises:
        UsageError: for a name or a suffix that none has, the valid ones named
    """
    if form is not None:
        return _converter(form)
    suffix = target.suffix.lower()
    if not suffix:
        return _converter("dataset")
    for name in registry.names("converter"):
        if suffix in _converter(name).suffixes:
            return _converter(name)
    forms = dict(registry.usable("converter"))
    for cls in forms.values():
        if suffix in cls.suffixes:
            return cls()  # type: ignore[no-any-return]
    known = ", ".join(s for cls in forms.values() for s in cls.suffixes)
    raise errors.UsageError(
        f"'{target}': its suffix is none of {known}. Say the form with --to: {', '.join(forms)}."
    )


def _converter(name: str) -> Converter:
    found: Converter = registry.get("converter", name)()
    return found
