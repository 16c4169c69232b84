"""Ids of users or items that a file lists."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recli import errors
from recli.data.ids import Ids


@dataclass(frozen=True, eq=False)
class KnownIds:
    """Ids that somebody lists: codes of those that are known, int32[n], and the others.

    Attributes:
        codes: int32[n], codes of those that are known
        unknown: ids that are not known
    """

    codes: np.ndarray
    unknown: list[str]


def listed(path: Path, what: str) -> tuple[str, ...]:
    """The ids of users or items in a file, one a line, each once, exactly as they stand there.

    Args:
        path: The file, UTF-8.
        what: What they are, in the plural, for errors.

    Raises:
        NotFoundError: The file is absent.
        DataError: It is empty, is no UTF-8 text or cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError:
        raise errors.NotFoundError(f"{path}: no such file.") from None
    except UnicodeDecodeError as error:
        raise errors.DataError(f"{path}: is no UTF-8 text: {error}.") from None
    except OSError as error:
        raise errors.DataError(f"{path}: cannot be read: {error.strerror or error}") from None
    found = tuple(dict.fromkeys(line for line in lines if line))
    if not found:
        raise errors.DataError(f"{path}: names no {what}. It should hold an id a line.")
    return found


def known(raw: tuple[str, ...], ids: Ids, what: str, where: str) -> KnownIds:
    """Those of the ids that are known, and the others.

    Args:
        raw: The ids as they are listed, each once.
        ids: The ids that are known.
        what: What they are, in the plural, for errors.
        where: What lists them, for errors.

    Raises:
        NotFoundError: None of them is known.
    """
    if not raw:
        raise errors.NotFoundError(f"{where}: names no {what}.")
    codes = ids.codes(raw)
    unknown = [one for one, code in zip(raw, codes, strict=True) if code < 0]
    if len(unknown) == len(raw):
        raise errors.NotFoundError(
            f"{where}: none of its {len(raw):,} {what} is known:\n{errors.first_ten(unknown)}\n"
            "It should hold an id a line, as in the ratings."
        )
    return KnownIds(codes[codes >= 0], unknown)


def read_ids(path: Path, ids: Ids, what: str) -> KnownIds:
    """`known` of what a file lists; raises as `listed` and `known` do.

    Args:
        path: the file
        ids: raw ids and their codes
        what: what it is, for people
    """
    return known(listed(path, what), ids, what, str(path))
