"""Object stores through fsspec: what is done there, and what is said when it fails."""

from __future__ import annotations

import contextlib
import errno
import importlib
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from recli import errors, files, registry, urls

_ATTEMPTS = 2  # those packages try several times themselves
_CREDENTIALS = {
    "s3": "Credentials come from AWS_PROFILE, AWS_ACCESS_KEY_ID and the like, or from ~/.aws; for a "
    "public bucket set FSSPEC_S3_ANON=true.",
    "gcs": "Credentials come from GOOGLE_APPLICATION_CREDENTIALS or 'gcloud auth application-default "
    "login'; for a public bucket set FSSPEC_GS_TOKEN=anon.",
    "azure": "Credentials come from AZURE_STORAGE_CONNECTION_STRING, or from AZURE_STORAGE_ACCOUNT_NAME "
    "and AZURE_STORAGE_ACCOUNT_KEY.",
}
# What the packages behind fsspec raise besides OSError.
_RAISED = {
    "s3": (("botocore.exceptions", "BotoCoreError"), ("botocore.exceptions", "ClientError")),
    "gcs": (
        ("gcsfs.retry", "HttpError"),
        ("google.auth.exceptions", "GoogleAuthError"),
        ("aiohttp", "ClientError"),
    ),
    "azure": (("azure.core.exceptions", "AzureError"), ("builtins", "ValueError")),
}
_Found = TypeVar("_Found")


def retried(url: str, do: Callable[[Any, str], _Found]) -> _Found:
    """What `do` gives for the file system of a URL and the path in it, tried again where that may help.

    Args:
        url: the address
        do: what to do with the file system and the path there

    Raises:
        NotFoundError: where there is no such file
        DataError: where it cannot be had
        UsageError: for a URL with a password in it
        MissingExtraError: where the package for such a URL is missing
    """
    extra, known = _checked(url)
    import fsspec.core

    attempts = 1 if extra == "azure" else _ATTEMPTS  # its package tries for a minute by itself
    for attempt in range(1, attempts + 1):
        try:
            store, key = fsspec.core.url_to_fs(url)
            store.invalidate_cache()  # another program may have written there meanwhile
            return do(store, key)
        except known as error:
            if attempt == attempts or _lasts(error):
                raise _told(url, error, extra) from None
        time.sleep(2.0 ** (attempt - 1))
    raise AssertionError


def _lasts(error: BaseException) -> bool:
    """Whether another attempt will meet the same."""
    if isinstance(error, OSError) and not isinstance(error, FileNotFoundError | PermissionError):
        return error.errno in (errno.ENOSPC, errno.EINVAL)
    return isinstance(error, OSError) or _is_of_credentials(error)


def _is_of_credentials(error: BaseException) -> bool:
    said = f"{type(error).__name__} {error}"
    return bool(re.search("credential|authenticat|forbidden|unauthori[sz]ed", said, re.IGNORECASE))


def _told(url: str, error: BaseException, extra: str) -> errors.RecliError:
    """The error in a line: what, where, what to do."""
    shown = urls.shown(url)
    if isinstance(error, FileNotFoundError):
        return errors.NotFoundError(f"{shown}: there is no such file, bucket or container.")
    lines = urls.redacted(str(error)).strip().splitlines() or [type(error).__name__]
    said = lines[0].rstrip(".")
    if isinstance(error, PermissionError) or _is_of_credentials(error):
        return errors.DataError(f"{shown}: access is denied: {said}. {_CREDENTIALS.get(extra, '')}")
    return errors.DataError(f"{shown}: cannot be had: {said}. Run the same command to try again.")


@contextlib.contextmanager
def new_file(target: str | Path) -> Iterator[BinaryIO]:
    """As `files.new_file`; what is for a URL is sent there when the block ends well.

    A store shows a file once all of it has arrived.

    Args:
        target: where it is written

    Raises:
        UsageError: when it cannot be written
    """
    if not urls.is_url(str(target)):
        with files.new_file(Path(target)) as file:
            yield file
        return
    url = str(target)
    if urls.scheme(url) in ("http", "https"):
        raise errors.UsageError(
            f"{urls.shown(url)} cannot be written: the web is only read. Write to a file, or to s3://, "
            "gs:// or az://."
        )
    with _writing():
        retried(url, _probe)
    with tempfile.TemporaryDirectory(prefix="recli-") as room:
        path = Path(room) / "new"
        with path.open("wb") as new:
            yield new
        with _writing():
            retried(url, lambda store, key: store.put_file(str(path), key))


def _probe(store: Any, key: str) -> None:
    """Meets a host that is not there, or absent credentials, before anything is computed.

    Who may only write there is not told whether there is such a file.
    """
    with contextlib.suppress(PermissionError):
        if "s3" in store.protocol:  # some servers of S3 say of an absent bucket that they fail
            store.info(key.partition("/")[0])
    with contextlib.suppress(FileNotFoundError, PermissionError):
        store.info(key)


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except errors.DataError as error:
        raise errors.UsageError(str(error)) from None


def _checked(url: str) -> tuple[str, tuple[type[BaseException], ...]]:
    """The extra that a URL needs, and what its package raises."""
    extra = urls.STORES[urls.scheme(url)]
    if urls.stored(url) != url:
        raise errors.UsageError(
            f"{urls.shown(url)}: credentials, signatures and '?' do not belong in such an address. "
            f"{_CREDENTIALS.get(extra, '')}"
        )
    if not registry.installed(extra):
        raise errors.MissingExtraError(
            f"{url} needs packages that are not installed. Install them: pip install 'recli[{extra}]'"
        )
    with registry.importing(url, f"'recli[{extra}]'"):
        import fsspec

        fsspec.get_filesystem_class(urls.scheme(url))
        kinds = [getattr(importlib.import_module(m), name) for m, name in _RAISED.get(extra, ())]
    return extra, (OSError, *kinds)
