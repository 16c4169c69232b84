"""TOML files of parameters, as `recli tune` writes them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recli import errors, params
from recli.algorithms import Configured


def read(path: Path, given: Mapping[str, object] | None = None) -> Configured:
    """The algorithm in a file with `algorithm = "…"` and a table [params]; `given` goes before it.

    Raises NotFoundError when there is no such file, DataError when it is not of that form, and
    UsageError for a name or value that the algorithm does not have.
    """
    document = _document(path)
    name, values = document.get("algorithm"), document.get("params", {})
    if not isinstance(name, str) or not isinstance(values, dict):
        raise errors.DataError(
            f"{path}: needs a line algorithm = \"svd\" and a table [params], as 'recli tune' writes."
        )
    try:
        return Configured.of(name, {**params.flat(values), **(given or {})})
    except errors.UsageError as error:
        raise errors.UsageError(f"{path}: {error}") from None


def origin(path: Path) -> dict[str, Any]:
    """What such a file says of where its parameters come from, and the file: for a model's manifest.

    Raises as `read` does.
    """
    told = _document(path).get("origin", {})
    plain = {key: value for key, value in told.items() if isinstance(value, str | int | float)}
    return {"file": str(path), **plain}


def _document(path: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise errors.NotFoundError(f"{path}: no such file.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise errors.DataError(f"{path}: cannot be read as TOML: {error}") from None
    return document
