"""`/`: a page to try the service, in three files that ask nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse

router = APIRouter(include_in_schema=False)
_FOLDER = Path(__file__).parents[1] / "page"
_FILES = {
    "/": ("index.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
}
PATHS = frozenset(_FILES)
"""What a browser has to get before the key can be asked for; it tells nothing."""
_HEADERS: Mapping[str, str] = {
    # Nothing from elsewhere, and no page of others around it, where a click could mean another thing.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",  # an update of recli is seen at once
}


def _serve(path: str, file: str, media_type: str) -> None:
    @router.api_route(path, methods=["GET", "HEAD"], name=file)
    async def page() -> FileResponse:
        return FileResponse(_FOLDER / file, headers=_HEADERS, media_type=media_type)


for _path, (_file, _type) in _FILES.items():
    _serve(_path, _file, _type)
