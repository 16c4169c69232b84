"""The bytes of a file as UTF-8."""

from __future__ import annotations

import codecs
import re

from recli import errors
from recli.data.columns import sniff
from recli.data.formats._base import Malformed
from recli.data.formats._text.text import Edit, FileText
from recli.data.sources.location import Location

_NOT_ASCII = re.compile(rb"[^\n]*[\x80-\xff][^\n]*")


def decoded(
    file: Location, content: bytes, encoding: str | None = None, cut: bool = False
) -> tuple[FileText, str, list[Malformed]]:
    """The text with lines ended by LF, its encoding, and the lines that are not of it.

    Lines are malformed only where nobody said what they are: most others are UTF-8 then. Raises
    UsageError for an unknown encoding, DataError for what is not text or has nothing in it.

    Args:
        file: where the table is
        content: the file, or how it begins
        encoding: what the bytes are; None for what they look like
        cut: whether more bytes follow, so that half a character at the end is nothing
    """
    _check_is_table(file, content)
    found = encoding or sniff.encoding(content, cut)
    if encoding is None and found not in ("utf-16", "utf-32"):
        _check(file, content)
    if found.lower() == "utf-8" and sniff.is_utf_8(content):
        return FileText(_lines(file, content.removeprefix(codecs.BOM_UTF8))), found, []
    if encoding is None and found == "utf-8" and not sniff.is_utf_8(content, cut):
        text, malformed = _mixed(_lines(file, content.removeprefix(codecs.BOM_UTF8)))
        return text, found, malformed
    return FileText(_lines(file, _transcoded(file, content, found, cut))), found, []


def _check_is_table(file: Location, content: bytes) -> None:
    """Raise DataError for what often comes in place of a file: a page of the web, a pointer."""
    begins = content[:100].lstrip().lower()
    if begins.startswith((b"<!doctype html", b"<html")):
        raise errors.DataError(
            f"{file}: is a web page, not a table. Where it was downloaded, the address may be that of a "
            "page, or ask for a login."
        )
    if begins.startswith(b"version https://git-lfs.github.com/spec/"):
        raise errors.DataError(
            f"{file}: is a pointer of Git LFS, not the file itself: 'git lfs pull' fetches that."
        )


def _mixed(content: bytes) -> tuple[FileText, list[Malformed]]:
    """The lines that are UTF-8, and those that are not."""
    edits, malformed = [], []
    line, place = 0, 0
    for found in _NOT_ASCII.finditer(content):
        line, place = line + content.count(b"\n", place, found.start()), found.start()
        try:
            found[0].decode()
        except UnicodeDecodeError as error:
            reason = f"is not utf-8 (byte 0x{found[0][error.start]:02x}), as most lines are"
            shown = found[0].decode(errors="backslashreplace")
            malformed.append(Malformed(line + 1, reason, shown))
            edits.append(Edit(line, 1, found.start(), found.end() + 1))
    return FileText(content).edited(edits), malformed


def _transcoded(file: Location, content: bytes, encoding: str, cut: bool) -> bytes:
    try:
        "a".encode(encoding)  # unlike the next line, this refuses an encoding of bytes
        text = codecs.getincrementaldecoder(encoding)().decode(content, final=not cut)
        return text.removeprefix("\ufeff").encode()
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = max(before.count(b"\n"), before.count(b"\r")) + 1
        raise errors.DataError(
            f"{file}: line {line:,} is not {encoding} (byte 0x{content[error.start]:02x}). "
            'Say which encoding it is, as in `encoding="latin-1"`.'
        ) from None
    except UnicodeError as error:
        # Such as half a pair of characters, which a few encodings can have.
        raise errors.DataError(
            f"{file}: is not {encoding}: {error}. Say which encoding it is, as in "
            '`encoding="latin-1"`.'
        ) from None
    except (LookupError, ValueError):  # a ValueError for a name with a character 0
        raise errors.UsageError(
            f"{encoding!r} is not an encoding; utf-8 and latin-1 are usual."
        ) from None


def _lines(file: Location, content: bytes) -> bytes:
    """The content, every line of it ended by LF."""
    _check(file, content)
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not re.search(rb"[^ \n]", content):
        raise file.empty()
    return content if content.endswith(b"\n") else content + b"\n"


def _check(file: Location, content: bytes) -> None:
    if b"\0" in content:
        raise errors.DataError(
            f"{file}: is no text, or not utf-8: there is a character 0 in it. Save a sheet of "
            'Excel as CSV; for another encoding say `encoding="utf-16-le"`, for instance.'
        )
