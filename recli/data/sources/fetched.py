"""Files elsewhere, which are fetched when they are first read."""

from __future__ import annotations

import functools
import shutil
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path

from recli import urls
from recli.data.sources.location import Location


class Fetched(Location):
    """The file at an address.

    It is fetched when it is first read, into a file of its own that goes with this object: what is read
    is what was looked at.

    Args:
        address: where it is
        member: the member of the archive that it is, if one is named
        fetch: puts the file at an address at a path
    """

    def __init__(
        self, address: str, member: str | None, fetch: Callable[[str, Path], None]
    ) -> None:
        self._url = address
        self._named = member
        self._fetch = fetch

    @property
    def whole(self) -> str:
        return urls.shown(self._url)

    @property
    def name(self) -> str:
        return urls.file_name(self._url) or "file"

    @functools.cached_property
    def path(self) -> Path:  # type: ignore[override]
        """The file as it was fetched. Raises what the fetching raises."""
        room = tempfile.mkdtemp(prefix="recli-")
        weakref.finalize(self, shutil.rmtree, room, ignore_errors=True)
        path = Path(room) / self.name
        self._fetch(self._url, path)
        return path

    def reference(self) -> str:
        return urls.stored(self._url)

    def exists(self) -> bool:
        return True  # whether there is such a file is known when it is asked for
