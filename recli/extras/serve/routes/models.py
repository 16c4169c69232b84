"""`/models`: which model answers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from recli.extras.serve.current import Current
from recli.extras.serve.problems import responses
from recli.extras.serve.state import TheVariants
from recli.models.stored import MODELS

router = APIRouter(tags=["server"])


@router.get("/models", responses=responses(401, 429))
def stored(request: Request, variants: TheVariants) -> dict[str, Any]:
    """Say which model answers, since when, whether another was refused, and which there are.

    `gone` is whether the model's folder is no longer there; `refused` the last one published that
    failed its self-test, unless a better one has come since. Where several models answer, `variants`
    says the same of each, and what share of the users it has.
    """
    shares = variants.split.shares
    several = [{**_told(each), "share": shares[each.loaded.name]} for each in variants]
    return {
        "serving": _told(variants.first),
        **({"variants": several} if variants.several else {}),
        "stored": MODELS.names(request.app.state.settings.results),
    }


def _told(current: Current) -> dict[str, Any]:
    loaded, refused = current.loaded, current.refused
    return {
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
    }
