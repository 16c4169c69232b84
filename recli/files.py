"""Files that are written whole or not at all."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from recli import errors


def write_text(path: Path, text: str) -> Path:
    """`write_bytes` of `text` as UTF-8."""
    return write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> Path:
    """`new_file` with this content."""
    with new_file(path) as file:
        file.write(content)
    return path


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A temporary file beside `path`, open for writing, that becomes `path` when the block ends well.

    Raises UsageError when the folder cannot be written, or when the disk is full.
    """
    with writable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
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


def write_json(path: Path, document: Any) -> Path:
    """`write_text` of a document as JSON; NaN is refused."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    return write_text(path, text + "\n")


def checked_name(name: str, what: str) -> str:
    """`name`, if it can be the folder of a `what`. Raises UsageError."""
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", name):
        raise errors.UsageError(
            f"'{name}' cannot name a {what}: letters, digits, dots, dashes and underscores can."
        )
    return name


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A temporary folder that becomes `path` when the block ends well, in place of what was there."""
    with writable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        try:
            yield temporary
            temporary.chmod(0o777 & ~_umask())
            if path.exists():
                old = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.")) / "old"
                path.rename(old)
                try:
                    temporary.rename(path)
                except OSError:
                    old.rename(path)
                    raise
                finally:
                    shutil.rmtree(old.parent)
            else:
                temporary.rename(path)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Turns the system's refusal to write into an error that says where and what to do."""
    try:
        yield
    except OSError as error:
        raise errors.UsageError(
            f"{path} cannot be written: {error.strerror or error}. "
            "Choose another place with '--results FOLDER' or '--output FILE'."
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
