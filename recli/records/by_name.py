"""A folder of the results, by its name or by how that begins."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from recli import errors

LATEST = "latest"


def find(folder: Path, known: Sequence[str], file: str, name: str, kind: str, maker: str) -> Path:
    """The one of `folder` that is called `name`, or that alone begins so; else `name` as a path.

    known: the names there, the newest first, which `latest` means
    file: what each of this `kind` holds
    maker: the command that makes one

    Raises NotFoundError, the nearest names first; UsageError where several begin so.
    """
    if name == LATEST and known:
        return folder / known[0]
    if name in known:
        return folder / name
    if (Path(name) / file).is_file():
        return Path(name)
    begin = [other for other in known if other.startswith(name)]
    if len(begin) == 1:
        return folder / begin[0]
    if begin:
        raise errors.UsageError(
            f"{len(begin)} {folder.name} begin with '{name}':\n{errors.first_ten(begin)}\n"
            "Write more of it."
        )
    nearest = errors.nearest(name, known)
    have = (
        f"There are:\n{errors.first_ten(nearest)}\n'{LATEST}' is the newest."
        if nearest
        else f"There is none yet: '{maker}' makes one."
    )
    raise errors.NotFoundError(f"There is no {kind} '{name}' in {folder}. {have}")


def read(path: Path) -> tuple[Any, object]:
    """The JSON document in `path`, and the format that it says it has; None for none.

    Raises DataError for a file that is damaged.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise errors.DataError(f"{path}: is damaged: {error}. Delete the folder.") from None
    return document, document.get("schema") if isinstance(document, dict) else None
