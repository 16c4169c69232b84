"""Files in object stores, by their URL."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from recli.data.sources import stores
from recli.data.sources.fetched import Fetched
from recli.data.sources.location import Part
from recli.data.sources.parts import table_of

_MAGIC = re.compile(r"[*\[]")


class Remote(Fetched):
    """The file at a URL in an object store, all files below it, or all that a pattern matches.

    Args:
        url: the address
        member: the member of the archive; None where it has a single one
        is_file: whether it is known to be one file
    """

    def __init__(self, url: str, member: str | None = None, is_file: bool = False) -> None:
        super().__init__(url, member, _fetch)
        self._is_file = is_file

    @property
    def name(self) -> str:
        return self.parts[0].file.name if self.parts else super().name

    @functools.cached_property
    def parts(self) -> tuple[Part, ...]:
        if self._is_file:
            return ()
        return stores.retried(self._url, self._parts)

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


def _fetch(url: str, target: Path) -> None:
    stores.retried(url, lambda store, key: store.get_file(key, str(target)))
