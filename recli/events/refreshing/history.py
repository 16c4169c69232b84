"""What refreshes have decided: a folder for each under results/refreshes, with one document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from recli.stored import StoredKind


def _document() -> type:
    from recli.events.refreshing.document import RefreshDocument

    return RefreshDocument


REFRESHES = StoredKind(
    noun="refresh",
    plural="refreshes",
    document="refresh.json",
    maker="recli refresh",
    schemas=(1,),
    keys=(
        *("id", "model", "started", "settings", "events", "dataset", "learned", "slice", "scores"),
        *("drift", "decision", "why", "published"),
    ),
    advice="Remove the folder.",
    dated=True,
    shape=_document,
)


def write(results: Path, document: dict[str, Any]) -> Path:
    """Write the document of a refresh, in place of what it said before.

    Args:
        results: the results folder
        document: has the keys of `REFRESHES` at least; `id` names the folder

    Raises:
        UsageError: if it cannot be written
    """
    return REFRESHES.write(REFRESHES.folder(results, document["id"]), document)


def of_model(results: Path, model: str) -> list[dict[str, Any]]:
    """The documents about one model, the newest first.

    Args:
        results: the results folder
        model: its whole name

    Raises:
        DataError: if one is damaged, whichever model it is about
    """
    folders = [REFRESHES.folder(results, name) for name in REFRESHES.names(results)]
    return [found for found in map(REFRESHES.read, folders) if found["model"] == model]
