"""What is packed: files of gzip, bzip2, xz and zstd, and archives of zip and tar."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from recli import errors

# What a damaged, cut off or encrypted file raises. zipfile has a RuntimeError for an encrypted member and
# for a compression that it does not know, and decodes names as they are; bz2 and zstd have an OSError
# without a number.
DAMAGED = (
    EOFError,
    RuntimeError,
    UnicodeDecodeError,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
)
_LONG = {".tgz": ".tar.gz", ".tbz": ".tar.bz2", ".tbz2": ".tar.bz2", ".txz": ".tar.xz"}
_ARCHIVES = (".zip", ".tar")
_ABOUT = re.compile(r"readme|licen[cs]e|copying|.*\.(md|rst|pdf|html?|md5|sha256)$", re.IGNORECASE)
_OF_THE_SYSTEM = re.compile(r"__MACOSX/|(.*/)?\.")
_MEMBER = re.compile(
    r"(.+?\.(?:zip|tar|tgz|tbz2?|txz|tar\.(?:gz|bz2|xz|zst))(?:\?[^?]*?)?)::(.+)",
    re.IGNORECASE,
)
_BLOCK = 1 << 20


def _zstd(stream: IO[bytes]) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(stream, "zstd")


_CODECS: dict[str, Callable[[Any], Any]] = {
    ".gz": lambda stream: gzip.GzipFile(fileobj=stream),
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
    ".zst": _zstd,
}


def unwrapped(name: str) -> tuple[str, tuple[str, ...]]:
    """The name of what is packed in a file of this name, and the layers around it, the outermost first.

    Args:
        name: the name

    >>> unwrapped("u.data.gz"), unwrapped("ml.tgz"), unwrapped("ml.zip")
    (('u.data', ('.gz',)), ('ml', ('.gz', '.tar')), ('ml', ('.zip',)))
    """
    layers: list[str] = []
    path = PurePosixPath(name)
    while path.stem != path.name:
        suffix = path.suffix.lower()
        if suffix in _LONG:
            path = path.with_suffix(_LONG[suffix])
        elif suffix in _CODECS or suffix in _ARCHIVES:
            layers.append(suffix)
            path = path.with_suffix("")
            if suffix in _ARCHIVES:
                break
        else:
            break
    return path.name, tuple(layers)


def is_archive(name: str) -> bool:
    """Whether a file of this name holds others.

    Args:
        name: the name
    """
    return bool(set(unwrapped(name)[1]) & set(_ARCHIVES))


def split(text: str) -> tuple[str, str | None]:
    """The archive and the member that `ARCHIVE::MEMBER` names; None for a text without a member.

    Args:
        text: the text to read

    >>> split("ml.zip::ml/u.data"), split("odd::name.csv")
    (('ml.zip', 'ml/u.data'), ('odd::name.csv', None))
    """
    found = _MEMBER.fullmatch(text)
    return (found[1], found[2]) if found else (text, None)


def split_in(folder: Path, text: str) -> tuple[str, str | None]:
    """As `split`, and the table of any other file that there is in `folder`.

    Args:
        folder: the folder of the dataset
        text: the text to read
    """
    file, member = split(text)
    name, separator, table = text.partition("::")
    if member is None and separator and (folder / name).is_file():
        return name, table
    return file, member


def members(path: Path, name: str | None = None) -> list[str]:
    """The files in an archive, in its order, without what a system adds of its own.

    All of a packed tar is read, so that damage anywhere in it shows.

    Args:
        path: the file
        name: what the archive is called, if not as the file is
    """
    layers = unwrapped(name or path.name)[1]
    if layers == (".zip",):
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not name.endswith("/")]
    else:
        with _tar(path, layers) as (archive, stream):
            names = [entry.name for entry in archive if entry.isfile()]
            while stream.read(_BLOCK):
                pass
    return [name for name in names if not _OF_THE_SYSTEM.match(name)]


def chosen(path: Path, member: str | None, shown: str) -> str:
    """`member` if the archive has it, otherwise the only one that it has besides a README and its like.

    Args:
        path: the file
        member: the member of the archive; None where it has a single one
        shown: the address as it may be shown, without its secrets

    Raises:
        DataError: with the spelling that names each of the candidates of the archive `shown`
    """
    names = members(path)
    if member in names and names.count(member) > 1:
        raise errors.DataError(f"{shown}: holds '{member}' {names.count(member)} times.")
    data = [name for name in names if not _ABOUT.match(_base(name))] or names
    candidates = [name for name in names if name == member] if member else data
    if len(candidates) == 1:
        return candidates[0]
    listed = errors.nearest(member, names) if member else candidates
    said = f"has no member '{member}'" if member else f"holds {len(candidates)} files"
    raise errors.DataError(
        f"{shown}: {said}."
        + (" Name the one that is meant:\n" if listed else "")
        + errors.first_ten([f"{shown}::{name}" for name in listed])
    )


@contextlib.contextmanager
def opened(path: Path, member: str | None) -> Iterator[IO[bytes]]:
    """The unpacked content of a file, or of a member of an archive, which may be packed itself.

    Args:
        path: the file
        member: the member of the archive; None where it has a single one
    """
    layers = unwrapped(path.name)[1]
    with contextlib.ExitStack() as stack:
        stream: Any
        if not is_archive(path.name):
            stream = stack.enter_context(path.open("rb"))
        else:
            assert member is not None
            stream = stack.enter_context(stored(path, member))
            layers = unwrapped(_base(member))[1]
            if set(layers) & set(_ARCHIVES):
                raise errors.DataError(
                    f"{path}: '{member}' is an archive within an archive. Unpack the outer one."
                )
        for layer in layers:
            stream = stack.enter_context(_CODECS[layer](stream))
        yield stream


@contextlib.contextmanager
def stored(path: Path, member: str, name: str | None = None) -> Iterator[IO[bytes]]:
    """A member of an archive as it was put there, packed or not.

    Args:
        path: the file
        member: the member of the archive
        name: what the archive is called, if not as the file is
    """
    layers = unwrapped(name or path.name)[1]
    if layers == (".zip",):
        with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
            yield stream
        return
    with _tar(path, layers) as (tar, _):
        content = tar.extractfile(
            next(entry for entry in tar if entry.isfile() and entry.name == member)
        )
        assert content is not None
        yield content


@contextlib.contextmanager
def _tar(path: Path, layers: tuple[str, ...]) -> Iterator[tuple[tarfile.TarFile, IO[bytes]]]:
    """A tar archive to go through once, and the stream that it comes from."""
    with contextlib.ExitStack() as stack:
        stream: Any = stack.enter_context(path.open("rb"))
        for layer in layers[:-1]:
            stream = stack.enter_context(_CODECS[layer](stream))
        yield stack.enter_context(tarfile.open(fileobj=stream, mode="r|")), stream


def _base(name: str) -> str:
    return PurePosixPath(name).name
