"""Files elsewhere, by their URL."""

from __future__ import annotations

import functools
import re
import shutil
import tempfile
import time
import weakref
from pathlib import Path
from typing import Any

from recli import errors, urls
from recli.data.sources import stores
from recli.data.sources.fetch import Partial, fetch
from recli.data.sources.location import Location, Part
from recli.data.sources.parts import table_of

_ATTEMPTS, _TIMEOUT = 3, 30.0
_WEB = ("http", "https")
_MAGIC = re.compile(r"[*\[]")


class Remote(Location):
    """The file at a URL; in an object store also all files below it, or all that a pattern matches.

    It is fetched when it is first read, into a file of its own that goes with this object: what is read
    is what was looked at.

    Args:
        url: the address
        member: the member of the archive; None where it has a single one
    """

    def __init__(self, url: str, member: str | None = None, is_file: bool = False) -> None:
        self._url = url
        self._named = member
        self._is_file = is_file or urls.scheme(url) in _WEB

    @property
    def whole(self) -> str:
        return urls.shown(self._url)

    @property
    def name(self) -> str:
        return self.parts[0].file.name if self.parts else urls.file_name(self._url) or "file"

    @functools.cached_property
    def path(self) -> Path:  # type: ignore[override]
        """The file as it was fetched.

        Raises:
            NotFoundError: where there is none
            DataError: where it cannot be had
            MissingExtraError: where the package that speaks with such a place is missing
        """
        room = tempfile.mkdtemp(prefix="recli-")
        weakref.finalize(self, shutil.rmtree, room, ignore_errors=True)
        path = Path(room) / self.name
        if urls.scheme(self._url) in _WEB:
            self._fetch(path)
        else:
            stores.retried(self._url, lambda store, key: store.get_file(key, str(path)))
        return path

    @functools.cached_property
    def parts(self) -> tuple[Part, ...]:
        if self._is_file:
            return ()
        return stores.retried(self._url, self._parts)

    def reference(self) -> str:
        return urls.stored(self._url)

    def exists(self) -> bool:
        return True  # whether there is such a file is known when it is asked for

    def _parts(self, store: Any, key: str) -> tuple[Part, ...]:
        magic = _MAGIC.search(self._url)
        if magic:
            found: dict[str, Any] = {}
            for path, about in store.glob(key, detail=True).items():
                is_folder = about["type"] == "directory"
                found |= store.find(path, detail=True) if is_folder else {path: about}
            root = self._url[: self._url.rindex("/", 0, magic.start())]
        else:
            if store.info(key)["type"] != "directory":
                return ()
            found, root = store.find(key, detail=True), self._url.rstrip("/")
        above = store._strip_protocol(root)
        names = {path: path.removeprefix(above).lstrip("/") for path in found}
        return table_of(
            str(self),
            {
                name: Remote(f"{root}/{name}", is_file=True)
                for path, name in names.items()
                if found[path]["type"] == "file"
            },
            is_folder=magic is None,
        )

    def _fetch(self, path: Path) -> None:
        partial = Partial(path, kept=False)
        fetch(self._url, partial, lambda arrived, total: None, _ATTEMPTS, _TIMEOUT, time.sleep)
        with path.open("rb") as file:
            start = file.read(512).lstrip().lower()
        if start.startswith((b"<!doctype html", b"<html")):
            raise errors.DataError(
                f"{self}: is a web page, not a table. Give the address of the file itself."
            )
