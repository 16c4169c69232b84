"""`/healthz` and `/readyz`: for those who start servers and send them requests."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse

from recli.extras.serve.current import Current
from recli.extras.serve.state import TheVariants

router = APIRouter(tags=["server"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Say that the server is alive."""
    return {"status": "alive"}


@router.get("/readyz", responses={503: {"description": "New models are no longer looked for."}})
async def readyz(variants: TheVariants) -> JSONResponse:
    """Say that a model is loaded and tested, and of what kind of trouble the next start would be.

    It is ready even where the model's folder is gone: the model in memory answers as before, and to
    take every server out of service for that would help nobody. `warning` says so. Where several
    models answer, `variants` says it of each. Where new models are no longer looked for, it is not.
    """
    several = [_told(current) for current in variants]
    more = {"variants": several} if variants.several else {}
    looks = all(current.watches for current in variants)
    status = "ready" if looks else "no longer looks for new models: start it again"
    told = {"status": status, **_told(variants.first), **more}
    return JSONResponse(told, 200 if looks else 503)


def _told(current: Current) -> dict[str, Any]:
    gone = "The model's folder is gone: this server goes on, another would not start."
    return {
        "model": current.loaded.name,
        "version": current.loaded.version,
        "warning": gone if current.gone else None,
    }
