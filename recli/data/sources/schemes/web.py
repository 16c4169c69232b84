"""Files of the web."""

from __future__ import annotations

import time
from pathlib import Path

from recli import errors, urls
from recli.data.sources.fetch import Partial, fetch
from recli.data.sources.schemes._base import Source

_ATTEMPTS, _TIMEOUT = 3, 30.0


class Web(Source):
    """A file at an address of the web."""

    schemes = ("http", "https")
    summary = "files of the web"

    def fetch(self, address: str, target: Path) -> None:
        partial = Partial(target, kept=False)
        fetch(address, partial, lambda arrived, total: None, _ATTEMPTS, _TIMEOUT, time.sleep)
        with target.open("rb") as file:
            start = file.read(512).lstrip().lower()
        if start.startswith((b"<!doctype html", b"<html")):
            raise errors.DataError(
                f"{urls.shown(address)}: is a web page, not a table. Give the address of the file itself."
            )
