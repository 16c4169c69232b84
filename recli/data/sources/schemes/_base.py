"""What a source is, and how it is found by an address."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from recli import registry, urls
from recli.data.sources import packed
from recli.data.sources.fetched import Fetched
from recli.data.sources.location import Location


class Source:
    """A kind of place where data are.

    A subclass gives `fetch`, or `locate` where a place is more than a file.

    Attributes:
        schemes: of the addresses that it knows, in lower case, such as `s3`
        takes_query: whether what is there answers queries
        summary: what it is, in a line
    """

    schemes: ClassVar[tuple[str, ...]] = ()
    takes_query: ClassVar[bool] = False
    summary: ClassVar[str]

    def locate(self, folder: Path, address: str, query: str | None) -> Location:
        """The place that an address names; by default a file, which may be packed.

        Args:
            folder: what a path in the address is relative to
            address: the whole of it, with its scheme, and a member or table after `::`
            query: what is asked there; None unless the source takes queries
        """
        return Fetched(*packed.split(address), self.fetch)

    def fetch(self, address: str, target: Path) -> None:
        """Put the file at an address, without the member of an archive, at `target`.

        Raises:
            NotFoundError: if there is none
            DataError: if it cannot be had
            MissingExtraError: if a package that this takes is not installed

        Args:
            address: a URL
            target: where it is written
        """
        raise NotImplementedError


def source(address: str) -> Source:
    """The source that knows an address; databases where none knows its scheme.

    What has no scheme is a path, and a scheme may be `module:Class`. Raises as `registry.get` does.

    Args:
        address: a URL
    """
    prefix, separator, _ = address.partition("://")
    if separator and ":" in prefix:
        name = prefix
    elif not urls.is_url(address):
        name = "files"
    else:
        known = registry.usable("source")
        name = next((n for n, cls in known if urls.scheme(address) in cls.schemes), "databases")
    found: Source = registry.get("source", name)()
    return found
