"""Files in object stores."""

from __future__ import annotations

from pathlib import Path

from recli import urls
from recli.data.sources import packed
from recli.data.sources.location import Location
from recli.data.sources.schemes._base import Source


class ObjectStores(Source):
    """A file in an object store, all files below a place there, or all that a pattern matches."""

    schemes = tuple(scheme for scheme in urls.STORES if scheme not in ("http", "https"))
    summary = "files in object stores: Amazon S3, Google Cloud Storage, Azure"

    def locate(self, folder: Path, address: str, query: str | None) -> Location:
        from recli.data.sources.remote import Remote

        return Remote(*packed.split(address))
