"""What refreshes have decided: a folder for each under results/refreshes, with one document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recli import errors, files
from recli.records.by_name import find, read

SCHEMA = 1
_DOCUMENT = "refresh.json"
_KEYS = (
    *("id", "model", "started", "settings", "events", "dataset", "learned", "slice", "scores"),
    *("drift", "decision", "why", "published"),
)


def write(results: Path, document: dict[str, Any]) -> Path:
    """Write the document of a refresh, in place of what it said before."""
    path = results / "refreshes" / document["id"] / _DOCUMENT
    return files.write_json(path, {"schema": SCHEMA, **document})


def names(results: Path) -> list[str]:
    """The refreshes in a results folder, the newest first."""
    found = (path.parent.name for path in (results / "refreshes").glob(f"*/{_DOCUMENT}"))
    return sorted(found, reverse=True)


def get(results: Path, name: str) -> dict[str, Any]:
    """The document of a refresh: by its id, how that begins, `latest`, or the path of its folder.

    Raises NotFoundError, the nearest names first; UsageError where several begin so; DataError for
    a document that is damaged or of another format.
    """
    known = names(results)
    folder = find(results / "refreshes", known, _DOCUMENT, name, "refresh", "recli refresh")
    path = folder / _DOCUMENT
    document, schema = read(path)
    if schema != SCHEMA:
        raise errors.DataError(
            f"{path}: was written in format {schema}, this recli reads {SCHEMA}. Remove {folder}."
        )
    lacking = [key for key in _KEYS if key not in document]
    if lacking:
        raise errors.DataError(f"{path}: lacks {', '.join(lacking)}. Remove {folder}.")
    found: dict[str, Any] = document
    return found


def of_model(results: Path, model: str) -> list[dict[str, Any]]:
    """The documents about one model, the newest first. Raises as `get` does."""
    documents = (get(results, name) for name in names(results))
    return [document for document in documents if document["model"] == model]
