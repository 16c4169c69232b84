"""`/models`: which model answers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from recli.extras.serve.problems import responses
from recli.extras.serve.state import TheCurrent
from recli.models.stored import MODELS

router = APIRouter(tags=["server"])


@router.get("/models", responses=responses(401, 429))
def stored(request: Request, current: TheCurrent) -> dict[str, Any]:
    """Say which model answers, since when, whether another was refused, and which there are.

    `gone` is whether the model's folder is no longer there; `refused` the last one published that
    failed its self-test, unless a better one has come since.
    """
    loaded, refused = current.loaded, current.refused
    return {
        "serving": {
            "model": loaded.name,
            "algorithm": loaded.model.configured.name,
            "params": loaded.model.configured.params,
            "dataset": loaded.model.dataset["name"],
            "version": loaded.version,
            "trained": loaded.trained.isoformat(),
            "loaded": loaded.loaded.isoformat(timespec="seconds"),
            "gone": current.gone,
            "refused": refused
            and {"at": refused.at.isoformat(timespec="seconds"), "reason": refused.reason},
        },
        "stored": MODELS.names(request.app.state.settings.results),
    }
