"""TOML files of parameters, as `recli tune` writes them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recli import errors, params
from recli.algorithms import Configured
from recli.ranking.list_options import ListOptions
from recli.ranking.recommender import recommender


def read(path: Path, given: Mapping[str, object] | None = None) -> Configured:
    """The algorithm in a file with `algorithm = "…"` and a table [params]; `given` goes before it.

    A table [recommend] says how its lists are made.

    Raises NotFoundError when there is no such file, DataError when it is not of that form, and
    UsageError for a name or value that the algorithm does not have.
    """
    document = _document(path)
    name, values = document.get("algorithm"), document.get("params", {})
    lists = document.get("recommend", {})
    if not isinstance(name, str) or not isinstance(values, dict) or not isinstance(lists, dict):
        raise errors.DataError(
            f"{path}: needs a line algorithm = \"svd\" and a table [params], as 'recli tune' writes."
        )
    try:
        configured = Configured.of(name, {**params.flat(values), **(given or {})})
        return recommender(configured, ListOptions.of(lists))
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
