"""Many files that are one table: those that a pattern matches, or those in a folder."""

from __future__ import annotations

import functools
import glob
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from recli import errors
from recli.data.sources.location import Location, Part

_KEY = re.compile(r"([^=/]+)=([^/]*)")
_NULL = "__HIVE_DEFAULT_PARTITION__"  # how Hive and Spark write an absent value
_SERIAL = re.compile(r"part[-._].*", re.IGNORECASE)


class Parts(Location):
    """The files that a pattern matches, or all of a folder.

    path: the pattern, as glob has it, or the folder
    """

    @property
    def name(self) -> str:
        return self.parts[0].file.name

    @property
    def bare_name(self) -> str:
        return self.parts[0].file.bare_name

    @functools.cached_property
    def parts(self) -> tuple[Part, ...]:
        root = self.path if self.path.is_dir() else _root(self.path)
        if self.path.is_dir():
            found = [path for path in self.path.rglob("*") if path.is_file()]
        else:
            found = [
                path
                for match in map(Path, glob.glob(str(self.path), recursive=True))
                for path in ([match] if match.is_file() else match.rglob("*"))
                if path.is_file()
            ]
        named = {path.relative_to(root).as_posix(): Location(path) for path in found}
        return table_of(str(self), named, is_folder=self.path.is_dir())

    def exists(self) -> bool:
        return True  # a pattern without a match is an error of its own


def is_pattern(text: str) -> bool:
    """Whether a text is a pattern rather than a name.

    Args:
        text: the text to read
    """
    return glob.has_magic(text)


def table_of(whole: str, files: dict[str, Location], is_folder: bool) -> tuple[Part, ...]:
    """The files, by their paths within the whole, as parts of one table in the order of these paths.

    Left out are those that begin with a dot or an underscore, which are marks and notes of what wrote
    the others (`_SUCCESS`, `.part-0.csv.crc`), and files with nothing in them.

    Args:
        whole: the pattern or the folder, as the user wrote it
        files: the parts by name
        is_folder: whether the whole is a folder

    Raises:
        NotFoundError: for a pattern that matches none
        DataError: for a folder without any, for one whose files are not evidently parts of a table,
            and for files of several formats
    """
    names = sorted(name for name in files if not re.search(r"(^|/)[._]", name))
    if not names and is_folder:
        raise errors.DataError(
            f"{whole}: is a folder without a dataset.toml, and there is no file in it."
        )
    if not names:
        raise errors.NotFoundError(f"{whole}: matches no file.")
    if is_folder and not _evident(names):
        raise errors.DataError(
            f"{whole}: is a folder without a dataset.toml, and its files are not evidently parts of one "
            f"table:\n{errors.first_ten(names)}\nName the one with the ratings, or those that belong "
            "together by a pattern in quotes, as in 'FOLDER/ratings-*.csv'."
        )
    # What `split` writes is numbered in its suffix.
    suffixes = sorted({re.sub(r"\d+", "0", files[name].suffix) for name in names})
    if len(suffixes) > 1:
        raise errors.DataError(
            f"{whole}: are files of several formats: {', '.join(suffixes)}. Parts of a table have one; "
            f"choose them by a pattern in quotes, as in 'FOLDER/*{suffixes[-1]}'."
        )
    filled = [name for name in names if not files[name].is_empty()]
    return tuple(Part(files[name], name, _keys(name)) for name in filled or names[:1])


def _evident(names: Iterable[str]) -> bool:
    """Whether names are alike but for numbers, begin with `part-`, or lie in folders as country=de."""
    paths = [PurePosixPath(name) for name in names]
    by_key = all(_KEY.fullmatch(folder) for path in paths for folder in path.parts[:-1])
    if by_key and all(len(path.parts) > 1 for path in paths):
        return True
    flat = all(len(path.parts) == 1 for path in paths)
    alike = {re.sub(r"\d+", "0", path.name) for path in paths}
    return flat and (len(alike) == 1 or all(_SERIAL.fullmatch(path.name) for path in paths))


def _keys(name: str) -> dict[str, str]:
    found = [_KEY.fullmatch(folder) for folder in PurePosixPath(name).parts[:-1]]
    values = {unquote(key[1]): unquote(key[2]) for key in found if key}
    return {key: "" if value == _NULL else value for key, value in values.items()}


def _root(pattern: Path) -> Path:
    """The folder above the first component that is a pattern."""
    parts = pattern.parts
    first = next(place for place, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:first])
