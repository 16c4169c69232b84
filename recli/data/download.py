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
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PureWindowsPath
from typing import IO
from urllib.parse import unquote, urlsplit

from recli import errors
from recli.data.description import FILE_NAME, Description, DownloadSource
from recli.data.fetch import Partial, Progress, fetch

_BLOCK = 1 << 16


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

    progress: called with the bytes that have arrived and the size of the file, None if not known
    attempts: how often the file is asked for when the connection breaks
    timeout: seconds to wait for the server to say something
    wait: called with the seconds to pause before the next attempt

    Raises UsageError for a dataset that names nothing to download, NotFoundError for a file that
    the publisher no longer has, DataError for a server that cannot be reached, a wrong checksum, an
    archive that is damaged, lacks a member or reaches outside the folder, and a disk that cannot be
    written.
    """
    source = _checked(description)
    partial = Partial(target.with_name(f".{target.name}.partial"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            fetch(source.url, partial, progress or _silent, attempts, timeout, wait)
        except errors.NotFoundError as error:
            raise errors.NotFoundError(
                f"{error} It may have moved: look for it on the publisher's page and correct url in the "
                f"{FILE_NAME}."
            ) from None
        try:
            _verify(partial.path, source, description.homepage)
            _install(partial.path, source, description.folder / FILE_NAME, target)
        except errors.DataError:
            partial.discard()  # it would fail the same way again
            raise
        partial.discard()
    except OSError as error:
        place = error.filename or target.parent
        raise errors.DataError(f"{place}: {error.strerror or error}. {partial.advice}") from None
    return target


def _checked(description: Description) -> DownloadSource:
    source = description.download
    if source is None:
        where = f" See {description.homepage}." if description.homepage else ""
        raise errors.UsageError(
            f"Dataset '{description.name}' names nothing to download: "
            f"{description.folder / FILE_NAME} has no [download].{where}"
        )
    place = f"{description.folder / FILE_NAME}: [download]"
    if not re.match(r"https?://[^/\s]", source.url):
        raise errors.DataError(
            f"{place} url = '{source.url}' should start with https:// or http://."
        )
    if not source.members:
        raise errors.DataError(f"{place} members is empty: it should name the files to take out.")
    for name in source.members.values():
        if _leads_out(name) or not PureWindowsPath(name).name or name.lower() == FILE_NAME:
            raise errors.DataError(
                f"{place} members: '{name}' is no name for a file in the dataset's folder."
            )
    return source


def _silent(arrived: int, total: int | None) -> None:
    pass


def _verify(file: Path, source: DownloadSource, homepage: str) -> None:
    for algorithm, declared in (("md5", source.md5), ("sha256", source.sha256)):
        if declared is None:
            continue
        with file.open("rb") as content:
            found = hashlib.file_digest(content, algorithm).hexdigest()
        if found != declared.strip().lower():
            raise errors.DataError(
                f"{source.url}: the {algorithm.upper()} sum of what arrived is {found}, "
                f"it should be {declared}. The file has been deleted; "
                "run the same command to fetch it anew. "
                "If the sums differ again, the publisher has changed the file"
                + (f": see {homepage}." if homepage else ".")
            )


def _install(file: Path, source: DownloadSource, toml: Path, target: Path) -> None:
    """Builds the folder beside `target` and renames it."""
    with tempfile.TemporaryDirectory(
        prefix=f".{target.name}.", dir=target.parent, ignore_cleanup_errors=True
    ) as room:
        new, previous = Path(room, "new"), Path(room, "previous")
        new.mkdir()
        shutil.copyfile(toml, new / FILE_NAME)
        if list(source.members) == [_file_name(source.url)]:
            _copy(file.open("rb"), new / source.members[_file_name(source.url)])
        else:
            _unpack(file, source.url, source.members, new)
        if target.exists():
            os.replace(target, previous)
        try:
            os.replace(new, target)
        finally:
            if previous.exists() and not target.exists():
                os.replace(previous, target)


def _unpack(file: Path, url: str, members: Mapping[str, str], folder: Path) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _refuse_unsafe(url, entries)
            files = [entry.filename for entry in entries if not entry.is_dir()]
            for member, name in members.items():
                if member not in files:
                    there = errors.first_ten(errors.nearest(member, files))
                    raise errors.DataError(
                        f"{url}: the archive lacks '{member}', which the {FILE_NAME} names. "
                        + (f"It has:\n{there}" if files else "It is empty.")
                    )
                _copy(archive.open(member), folder / name)
    # RuntimeError is what zipfile raises for an encrypted member or a compression it does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise errors.DataError(
            f"{url}: what arrived cannot be unpacked as a zip archive: {error}. "
            "It has been deleted; run the same command to fetch it anew."
        ) from None


def _refuse_unsafe(url: str, entries: Iterable[zipfile.ZipInfo]) -> None:
    for entry in entries:
        if _leads_out(entry.orig_filename) or stat.S_ISLNK(entry.external_attr >> 16):
            raise errors.DataError(
                f"{url}: the archive is refused and deleted, because its entry "
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
    with content, path.open("wb") as file:
        shutil.copyfileobj(content, file, _BLOCK)
