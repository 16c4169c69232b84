"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import glob
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, BinaryIO

from recli import errors

_OLD = "old"
_OURS = ".recli-"  # in names of folders and files that may be swept, which nobody else gives
_ABANDONED = 86_400  # seconds, a day: to write a folder takes minutes


def write_text(path: Path, text: str) -> Path:
    r"""`write_bytes` of `text` as UTF-8.

    Half characters, which Python has in names of files that are not UTF-8, are written as `\udcff`: JSON
    reads them back, and people can see which byte it is.

    Args:
        path: the file
        text: what is written
    """
    return write_bytes(path, text.encode(errors="backslashreplace"))


def write_bytes(path: Path, content: bytes) -> Path:
    """`new_file` with this content.

    Args:
        path: the file
        content: the file, or how it begins
    """
    with new_file(path) as file:
        file.write(content)
    return path


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A temporary file beside `path`, open for writing, that becomes `path` when the block ends well.

    Where `path` is a symbolic link, so is what it points to. What is no file, as a pipe or /dev/null, is
    written to straight away.

    Args:
        path: the file

    Raises:
        UsageError: when the folder cannot be written, or when the disk is full
    """
    with writable(path):
        if path.exists() and not path.is_file() and not path.is_dir():
            with path.open("wb") as file:
                yield file
            return
        path = _behind_links(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}{_OURS}")
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, 0o666 & ~_umask())
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


def _behind_links(path: Path) -> Path:
    """Where a symbolic link points to, whether there is anything or not; of anything else, `path` itself.

    Raises OSError for one that points to itself.
    """
    if not path.is_symlink():
        return path
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return target


def write_json(path: Path, document: Any) -> Path:
    """`write_text` of a document as JSON; NaN is refused.

    Args:
        path: the file
        document: what is written as JSON
    """
    return write_text(path, json_text(document))


def json_text(document: Any) -> str:
    """What `write_json` writes.

    Args:
        document: what is written as JSON
    """
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal.

    Args:
        path: the file
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked_name(name: str, what: str) -> str:
    """`name`, if it can be the folder of a `what`. Raises UsageError.

    Args:
        name: the name
        what: what it is, for people
    """
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", name):
        raise errors.UsageError(
            f"'{name}' cannot name a {what}: letters, digits, dots, dashes and underscores can."
        )
    return name


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A temporary folder that becomes `path` when the block ends well, in place of what was there.

    Where the system can exchange two folders, as Linux can, there is one under that name at every
    moment. Else a process that is killed in the middle leaves none, and `recover` puts it back. What
    killed processes have left in the same folder goes after a day. A symbolic link stays, and the folder
    that it points to is replaced.

    Args:
        path: the file
    """
    with writable(path):
        path = _behind_links(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path.parent)
        temporary = _hidden(path)
        try:
            yield temporary
            temporary.chmod(0o777 & ~_umask())
            if not path.exists():
                temporary.rename(path)
            elif _exchanged(temporary, path):
                shutil.rmtree(temporary)
            else:
                _replace(path, temporary)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


def _hidden(path: Path) -> Path:
    """A new folder beside `path`, which nobody else makes or lists."""
    return Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}{_OURS}"))


def _exchanged(one: Path, other: Path) -> bool:
    """Whether two folders have changed names at once; False where the system or its files cannot."""
    import ctypes

    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2  # of glibc and musl; see renameat2(2)
    except (AttributeError, OSError, TypeError):
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return bool(rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0)


def _replace(path: Path, new: Path) -> None:
    old = _hidden(path) / _OLD
    path.rename(old)
    try:
        new.rename(path)
    except OSError:
        old.rename(path)
        raise
    finally:
        shutil.rmtree(old.parent)


def leftovers(folder: Path, within: str = "**/") -> list[Path]:
    """What processes have left that were killed in `new_file`, `new_folder` or `remove_folder`.

    Whatever is younger than a day may still be written.

    Args:
        folder: where to look
        within: the folders in it, as a pattern; all of them
    """
    found = folder.glob(f"{within}.*{_OURS}????????")  # as `_hidden` makes them
    return sorted(path for path in found if time.time() - path.lstat().st_mtime > _ABANDONED)


def discard(path: Path) -> None:
    """Remove a folder with all that is in it, or a file. Raises UsageError where that is refused.

    Args:
        path: the folder or file
    """
    with writable(path):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def size(path: Path) -> int:
    """What a folder with all that is in it, or a file, takes on disk, bytes.

    Args:
        path: the folder or file
    """
    return sum(one.lstat().st_size for one in (path, *path.rglob("*")) if one.is_file())


def _sweep(folder: Path) -> None:
    """Remove what killed processes have left in a folder, as far as that is allowed."""
    for left in leftovers(folder, ""):
        with contextlib.suppress(errors.UsageError):
            discard(left)


def remove_folder(path: Path) -> None:
    """Remove a folder with all that is in it; it is never seen half removed.

    Args:
        path: the folder

    Raises:
        UsageError: it cannot be removed
    """
    with writable(path):
        _sweep(path.parent)
        hidden = _hidden(path)
        path.rename(hidden / "removed")
        shutil.rmtree(hidden)


@contextmanager
def own_folder(folder: Path, own: Collection[str]) -> Iterator[Path]:
    """`new_folder`, in place of nothing but an earlier one.

    Args:
        folder: the folder
        own: what such a folder holds, as patterns of names

    Raises:
        UsageError: for a folder that holds anything else
    """
    there = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    others = [name for name in there if not any(fnmatchcase(name, pattern) for pattern in own)]
    if others:
        raise errors.UsageError(
            f"{folder} holds {min(others)}, which is not of this command's making. It writes a folder of "
            "its own, in place of an earlier one: name another, or move what is there."
        )
    with new_folder(folder) as temporary:
        yield temporary


def recover(path: Path, after: float = 0.0) -> None:
    """Put back the folder that a killed process had moved aside to replace it by `new_folder`.

    Args:
        path: the file
        after: seconds that it is left to whoever may be at work there
    """
    if path.exists():
        return
    for old in path.parent.glob(f".{glob.escape(path.name)}.*/{_OLD}"):
        if time.time() - old.parent.stat().st_mtime < after:
            continue
        with writable(path):
            old.rename(path)
            old.parent.rmdir()
        return


@contextmanager
def alone(path: Path, what: str) -> Iterator[None]:
    """A block that one process at a time may be in, by a lock on the file `path`.

    The system takes the lock back from a process that ends, however it ends; the file stays. Raises
    UsageError, with `what` is done there, when another process is in.

    Args:
        path: the file
        what: what it is, for people
    """
    with writable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    with file:
        try:
            _lock(file)
        except OSError:
            raise errors.UsageError(
                f"{path.parent}: {what} already, by another process. Let that finish, or stop it."
            ) from None
        yield


def _lock(file: BinaryIO) -> None:
    """Take the lock, until the file is closed. Raises OSError where another process has it."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Turns the system's refusal to write into an error that says where and what to do.

    Args:
        path: the file
    """
    try:
        yield
    except OSError as error:
        raise errors.UsageError(
            f"{errors.shortened(str(path))} cannot be written: {error.strerror or error}. "
            'Choose another place with `results="FOLDER"`.'
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
