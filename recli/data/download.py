"""A dataset from its publisher: fetched with resume, checked, unpacked, and put in place whole."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import stat
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path, PureWindowsPath
from typing import IO
from urllib.parse import unquote, urlsplit

import recli
from recli import errors
from recli.data.description import FILE_NAME, Description, DownloadSource

_BLOCK = 1 << 16
_PASSING = (408, 429, 500, 502, 503, 504)  # states of a server that a later attempt may not meet
_GONE = (404, 410)

Progress = Callable[[int, int | None], None]


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
    partial = _Partial(target.with_name(f".{target.name}.partial"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _fetch(source.url, partial, progress or _silent, attempts, timeout, wait)
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


@dataclass(frozen=True)
class _Partial:
    """What has arrived of a file, and beside it a note of which version of which file that is."""

    path: Path

    @property
    def size(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    @property
    def advice(self) -> str:
        if self.size:
            return f"{self.size:,} bytes have arrived and are kept; run the same command to go on."
        return "Run the same command to try again."

    def version(self, url: str) -> str | None:
        """The ETag or date of what has arrived, or None if it cannot be continued."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return note["version"] if note["url"] == url else None

    def begin(self, url: str, version: str | None) -> None:
        """Empties the file; what is added from now on is this version of it."""
        self.path.write_bytes(b"")
        self._note.write_text(json.dumps({"url": url, "version": version}), encoding="utf-8")

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    @property
    def _note(self) -> Path:
        return self.path.with_name(f"{self.path.name}.json")


class _CutError(Exception):
    """The connection or the answer broke off; another attempt may succeed."""


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


def _fetch(
    url: str,
    partial: _Partial,
    progress: Progress,
    attempts: int,
    timeout: float,
    wait: Callable[[float], object],
) -> None:
    """Fills `partial` with the whole file."""
    for attempt in range(1, attempts + 1):
        try:
            _attempt(url, partial, progress, timeout)
            return
        except _CutError as cut:
            if attempt == attempts:
                raise errors.DataError(
                    f"{url}: given up after {attempts} attempts: {cut}. {partial.advice}"
                ) from None
        wait(2.0 ** (attempt - 1))


def _attempt(url: str, partial: _Partial, progress: Progress, timeout: float) -> None:
    """Asks for what is missing of the file, or for all of it, and appends what comes."""
    version = partial.version(url)
    arrived = partial.size if version else 0
    headers = {"User-Agent": f"recli/{recli.__version__}"}
    if version and arrived:
        headers |= {"Range": f"bytes={arrived}-", "If-Range": version}
    with _open(urllib.request.Request(url, headers=headers), partial, timeout) as response:
        start, total = _extent(response.headers)
        if response.status == 416 and total == arrived:
            return  # nothing is missing: an earlier call was stopped while unpacking
        if response.status == 200:
            version, arrived = _version(response.headers), 0
            partial.begin(url, version)
        elif (
            response.status != 206
            or start != arrived
            or _version(response.headers) not in (None, version)
        ):
            partial.discard()
            raise _CutError(f"the answer (status {response.status}) does not continue what is here")
        progress(arrived, total)
        with partial.path.open("ab") as file:
            while total is None or arrived < total:
                block = _read(response)
                if not block:
                    break
                file.write(block)
                arrived += len(block)
                progress(arrived, total)
    if total is not None and arrived < total:
        raise _CutError(f"the connection broke off at {arrived:,} of {total:,} bytes")


def _open(
    request: urllib.request.Request, partial: _Partial, timeout: float
) -> http.client.HTTPResponse:
    """The answer to the request: the file, a part of it, or status 416 for a part past its end.

    Raises _CutError for what may pass, RecliError for what will not.
    """
    url = request.full_url
    try:
        response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=timeout)
        return response
    except urllib.error.HTTPError as error:
        if error.code == 416:
            return error  # type: ignore[return-value]  # an HTTPError is a response as well
        error.close()
        if error.code in _PASSING:
            raise _CutError(f"the server answers {error.code} {error.reason}") from None
        if error.code in _GONE:
            raise errors.NotFoundError(
                f"{url}: the publisher has no such file (status {error.code}). It may have moved: "
                f"look for it on the publisher's page and correct url in the {FILE_NAME}."
            ) from None
        raise errors.DataError(
            f"{url}: the server refuses: {error.code} {error.reason}. {partial.advice}"
        ) from None
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        host = urlsplit(url).hostname
        lasting = {
            socket.gaierror: f"the host {host} is not known. Is this machine on the internet?",
            ConnectionRefusedError: f"{host} refuses the connection. It may be down for a while.",
            ssl.SSLCertVerificationError: f"the certificate of {host} is not valid: {reason}.",
        }
        for kind, text in lasting.items():
            if isinstance(reason, kind):
                raise errors.DataError(f"{url}: {text} {partial.advice}") from None
        raise _CutError(str(reason) or type(reason).__name__) from None


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        # read waits for a full block, and loses what has come when the connection breaks meanwhile.
        return response.read1(_BLOCK)
    except (OSError, http.client.HTTPException) as error:
        raise _CutError(f"the connection broke off: {error}") from None


def _extent(headers: Message) -> tuple[int, int | None]:
    """The first byte that an answer gives, and the size of the whole file if it tells that."""
    span = re.fullmatch(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)", headers.get("Content-Range", ""))
    if span:
        return int(span[1] or 0), int(span[2]) if span[2] != "*" else None
    length = headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def _version(headers: Message) -> str | None:
    """What If-Range accepts: an ETag that promises equal bytes, or a date."""
    etag: str | None = headers.get("ETag")
    return etag if etag and not etag.startswith("W/") else headers.get("Last-Modified")


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
