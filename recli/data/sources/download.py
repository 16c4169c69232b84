"""A dataset from its publisher: fetched with resume, checked, unpacked, and put in place whole."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import IO
from urllib.parse import unquote, urlsplit

from recli import errors
from recli.data.description import FILE_NAME, Description, DownloadSource
from recli.data.sources import packed
from recli.data.sources.fetch import Partial, Progress, fetch

_BLOCK = 1 << 16
_AGAIN = "The file has been deleted; run the same command to fetch it anew."


def download(
    description: Description,
    target: Path,
    progress: Progress | None = None,
    *,
    attempts: int = 5,
    timeout: float = 30.0,
    wait: Callable[[float], object] = time.sleep,
) -> Path:
    """The folder `target`, holding the dataset's files and its dataset.toml.

    What arrives is kept in `.NAME.partial` beside `target` until the dataset is in place, so that
    a later attempt or call goes on from there. It does so only if the server names the version of
    the file (ETag, Last-Modified) and that version is still the same; otherwise it starts over.
    Nothing is put at `target` before everything is there; what lies there stays until then.

    Args:
        description: what the dataset's `dataset.toml` says
        target: where it is written
        progress: called with the bytes that have arrived and the size of the file, None if not
            known
        attempts: how often the file is asked for when the connection breaks
        timeout: seconds to wait for the server to say something
        wait: called with the seconds to pause before the next attempt

    Raises:
        UsageError: for a dataset that names nothing to download
        NotFoundError: for a file that the publisher no longer has
        DataError: for a server that cannot be reached, a wrong checksum, an archive that is
            damaged, lacks a member or reaches outside the folder, and a disk that cannot be written
    """
    source = _checked(description)
    url = _url(description, source)
    partial = Partial(target.with_name(f".{target.name}.partial"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            fetch(url, partial, progress or _silent, attempts, timeout, wait)
        except errors.NotFoundError as error:
            raise errors.NotFoundError(
                f"{error} It may have moved: look for it on the publisher's page and correct url in the "
                f"{FILE_NAME}."
            ) from None
        try:
            arrived = _Arrived(partial.path, url, _file_name(url), _AGAIN)
            _verify(arrived, source, description.homepage)
            _install(arrived, source, description.folder / FILE_NAME, target)
        except errors.DataError:
            partial.discard()  # it would fail the same way again
            raise
        partial.discard()
    except OSError as error:
        place = error.filename or target.parent
        raise errors.DataError(f"{place}: {error.strerror or error}. {partial.advice}") from None
    return target


def take(description: Description, file: Path, target: Path) -> Path:
    """The folder `target`, holding the dataset's files out of one that the user has already.

    Raises what `download` raises, but for what concerns the connection.

    Args:
        description: what the dataset's `dataset.toml` says
        file: the archive or file as its publisher gives it out, under the same name; it stays as it
            is
        target: where it is written
    """
    source = _checked(description)
    if not file.is_file():
        raise errors.NotFoundError(f"{file}: no such file.")
    if target.resolve() in file.resolve().parents:
        raise errors.UsageError(
            f"{file}: lies in the folder that would be replaced. Move it elsewhere first."
        )
    where = source.page or source.url
    arrived = _Arrived(file, str(file), file.name, f"Get it anew: {where}.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _verify(arrived, source, description.homepage)
        _install(arrived, source, description.folder / FILE_NAME, target)
    except OSError as error:
        place = error.filename or target.parent
        raise errors.DataError(f"{place}: {error.strerror or error}.") from None
    return target


@dataclass(frozen=True)
class _Arrived:
    """A file of the publisher's on this machine.

    Attributes:
        path: the file
        shown: where it comes from, as messages name it
        name: what the publisher calls it
        again: what to do about one that is damaged
    """

    path: Path
    shown: str
    name: str
    again: str


def _checked(description: Description) -> DownloadSource:
    source = description.download
    if source is None:
        where = f" See {description.homepage}." if description.homepage else ""
        raise errors.UsageError(
            f"Dataset '{description.name}' names nothing to download: "
            f"{description.folder / FILE_NAME} has no [download].{where}"
        )
    place = f"{description.folder / FILE_NAME}: [download]"
    if not source.members:
        raise errors.DataError(f"{place} members is empty: it should name the files to take out.")
    for name in source.members.values():
        if _leads_out(name) or not PureWindowsPath(name).name or name.lower() == FILE_NAME:
            raise errors.DataError(
                f"{place} members: '{name}' is no name for a file in the dataset's folder."
            )
    return source


def _url(description: Description, source: DownloadSource) -> str:
    if source.url is None:
        raise errors.UsageError(
            f"Dataset '{description.name}' cannot be fetched by a program. {description.how_to_get}"
        )
    if not re.match(r"https?://[^/\s]", source.url):
        raise errors.DataError(
            f"{description.folder / FILE_NAME}: [download] url = '{source.url}' should start with "
            "https:// or http://."
        )
    return source.url


def _silent(arrived: int, total: int | None) -> None:
    pass


def _verify(arrived: _Arrived, source: DownloadSource, homepage: str) -> None:
    for algorithm, declared in (("md5", source.md5), ("sha256", source.sha256)):
        if declared is None:
            continue
        with arrived.path.open("rb") as content:
            found = hashlib.file_digest(content, algorithm).hexdigest()
        if found != declared.strip().lower():
            raise errors.DataError(
                f"{arrived.shown}: the {algorithm.upper()} sum of what arrived is {found}, "
                f"it should be {declared}. {arrived.again} "
                "If the sums differ again, the publisher has changed the file"
                + (f": see {homepage}." if homepage else ".")
            )


def _install(arrived: _Arrived, source: DownloadSource, toml: Path, target: Path) -> None:
    """Builds the folder beside `target` and renames it."""
    with tempfile.TemporaryDirectory(
        prefix=f".{target.name}.", dir=target.parent, ignore_cleanup_errors=True
    ) as room:
        new, previous = Path(room, "new"), Path(room, "previous")
        new.mkdir()
        shutil.copyfile(toml, new / FILE_NAME)
        if list(source.members) == [arrived.name]:
            with arrived.path.open("rb") as content:
                _copy(content, new / source.members[arrived.name])
        else:
            _unpack(arrived, source.members, new)
        if target.exists():
            os.replace(target, previous)
        try:
            os.replace(new, target)
        finally:
            if previous.exists() and not target.exists():
                os.replace(previous, target)


def _unpack(arrived: _Arrived, members: Mapping[str, str], folder: Path) -> None:
    # What does not say by its name that it is another archive should be a zip.
    name = arrived.name if packed.is_archive(arrived.name) else f"{arrived.name}.zip"
    try:
        _refuse_unsafe(arrived, name)
        files = packed.members(arrived.path, name)
        for member, to in members.items():
            if member not in files:
                there = errors.first_ten(errors.nearest(member, files))
                raise errors.DataError(
                    f"{arrived.shown}: the archive lacks '{member}', which the {FILE_NAME} names. "
                    + (f"It has:\n{there}" if files else "It is empty.")
                )
            with packed.stored(arrived.path, member, name) as content:
                _copy(content, folder / to)
    except packed.DAMAGED as error:
        raise _damaged(arrived, error) from None
    except OSError as error:
        if error.errno is None:  # of gzip and bzip2
            raise _damaged(arrived, error) from None
        raise


def _damaged(arrived: _Arrived, error: Exception) -> errors.DataError:
    return errors.DataError(
        f"{arrived.shown}: cannot be unpacked as an archive: {error}. {arrived.again}"
    )


def _refuse_unsafe(arrived: _Arrived, name: str) -> None:
    """Raise DataError for an entry of a zip that leads out; of a tar only files are taken, by name."""
    if packed.unwrapped(name)[1] != (".zip",):
        return
    with zipfile.ZipFile(arrived.path) as archive:
        for entry in archive.infolist():
            if _leads_out(entry.orig_filename) or stat.S_ISLNK(entry.external_attr >> 16):
                raise errors.DataError(
                    f"{arrived.shown}: the archive is refused, because its entry "
                    f"'{entry.orig_filename}' leads out of the folder it is unpacked to. "
                    "A sound archive has no such entry; do not unpack it by hand either."
                )


def _leads_out(name: str) -> bool:
    path = PureWindowsPath(name)  # it knows both separators, and drives
    return bool(path.anchor) or ".." in path.parts


def _file_name(url: str) -> str:
    return unquote(urlsplit(url).path).rpartition("/")[2]


def _copy(content: IO[bytes], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        shutil.copyfileobj(content, file, _BLOCK)
