"""A file by HTTP: whole, after any number of cut connections, or an error that says why not."""

from __future__ import annotations

import base64
import http.client
import json
import re
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import recli
from recli import errors, json_documents, urls

_BLOCK = 1 << 16
_PASSING = (408, 429, 500, 502, 503, 504)  # states of a server that a later attempt may not meet
_GONE = (404, 410)
_PATH = "/%:@!$&'()*+,;=~"  # what stays as it is in the path of a URL

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Partial:
    """What has arrived of a file, and beside it a note of which version of which file that is.

    Attributes:
        path: the file
        kept: whether it is there for another call to go on from
    """

    path: Path
    kept: bool = True

    @property
    def size(self) -> int:
        try:
            return self.path.stat().st_size
        except OSError:
            return 0

    @property
    def advice(self) -> str:
        if self.kept and self.size:
            return f"{self.size:,} bytes have arrived and are kept; run the same command to go on."
        return "Run the same command to try again."

    def version(self, url: str) -> str | None:
        """The ETag or date of what has arrived, or None if it cannot be continued.

        Args:
            url: the address
        """
        try:
            note = json_documents.read(self._note)
        except (FileNotFoundError, errors.DataError):
            return None
        version = note.get("version") if isinstance(note, dict) and note.get("url") == url else None
        return version if isinstance(version, str) else None

    def begin(self, url: str, version: str | None) -> None:
        """Empties the file; what is added from now on is this version of it.

        Args:
            url: the address
            version: what tells one version of the file from another; None where nothing does
        """
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


def fetch(
    url: str,
    partial: Partial,
    progress: Progress,
    attempts: int,
    timeout: float,
    wait: Callable[[float], object],
) -> None:
    """Fills `partial` with the whole file.

    Args:
        url: the address
        partial: what has been fetched so far
        progress: told of every piece that has come
        attempts: how many times it is tried
        timeout: how long to wait for an answer, seconds
        wait: called with the seconds between two attempts

    Raises:
        NotFoundError: where the server has no such file
        DataError: where it refuses or cannot be reached
    """
    for attempt in range(1, attempts + 1):
        try:
            _attempt(url, partial, progress, timeout)
            return
        except _CutError as cut:
            if attempt == attempts:
                raise errors.DataError(
                    f"{urls.shown(url)}: given up after {attempts} attempts: {cut}. {partial.advice}"
                ) from None
        wait(2.0 ** (attempt - 1))


def _attempt(url: str, partial: Partial, progress: Progress, timeout: float) -> None:
    """Asks for what is missing of the file, or for all of it, and appends what comes."""
    version = partial.version(url)
    arrived = partial.size if version else 0
    request = _request(url)
    if version and arrived:
        request.add_header("Range", f"bytes={arrived}-")
        request.add_header("If-Range", version)
    with _open(request, urls.shown(url), partial, timeout) as response:
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


def _request(url: str) -> urllib.request.Request:
    """What asks for a file; user and password of the URL go into a header, and not to other hosts."""
    parts = urlsplit(url)
    credentials, at, host = parts.netloc.rpartition("@")
    path = quote(
        parts.path, safe=_PATH
    )  # as a browser takes it, with spaces and letters of all scripts
    address = parts._replace(netloc=host, path=path, fragment="")
    request = urllib.request.Request(urlunsplit(address))
    request.add_header("User-Agent", f"recli/{recli.__version__}")
    if at:
        encoded = base64.b64encode(unquote(credentials).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {encoded}")
    return request


def _open(
    request: urllib.request.Request, url: str, partial: Partial, timeout: float
) -> http.client.HTTPResponse:
    """The answer to the request: the file, a part of it, or status 416 for a part past its end.

    url: as it is shown

    Raises _CutError for what may pass, RecliError for what will not.
    """
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
                f"{url}: the server has no such file (status {error.code})."
            ) from None
        raise errors.DataError(
            f"{url}: the server refuses: {error.code} {error.reason}. {partial.advice}"
        ) from None
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        host = urlsplit(request.full_url).hostname
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
