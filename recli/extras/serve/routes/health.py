"""`/healthz` and `/readyz`: for those who start servers and send them requests."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from recli.extras.serve.current import Current
from recli.extras.serve.state import TheVariants

router = APIRouter(tags=["server"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the server is alive."""
    return {"status": "alive"}


@router.get("/readyz")
async def readyz(variants: TheVariants) -> dict[str, Any]:
    """Say that a model is loaded and tested, and of what kind of trouble the next start would be.

    It is ready even where the model's folder is gone: the model in memory answers as before, and to
    take every server out of service for that would help nobody. `warning` says so. Where several
    models answer, `variants` says it of each.
    """
    several = [_told(current) for current in variants]
    more = {"variants": several} if variants.several else {}
    return {"status": "ready", **_told(variants.first), **more}


def _told(current: Current) -> dict[str, Any]:
    gone = "The model's folder is gone: this server goes on, another would not start."
    return {
        "model": current.loaded.name,
        "version": current.loaded.version,
        "warning": gone if current.gone else None,
    }
