"""Files on this machine."""

from __future__ import annotations

from pathlib import Path

from recli import errors
from recli.data.sources import packed
from recli.data.sources.location import Location
from recli.data.sources.parts import Parts, is_pattern
from recli.data.sources.schemes._base import Source


class Files(Source):
    """A file, a member of an archive, a table of a file of several, a folder or a pattern of parts."""

    summary = "files of this machine, by their paths"

    def locate(self, folder: Path, address: str, query: str | None) -> Location:
        """A file that there is goes before other readings of its name.

        Args:
            folder: the folder of the dataset
            address: a URL
            query: what is asked of a database
        """
        path = folder / address
        with errors.system_told():  # a name longer than any that a file can have, for one
            if path.is_dir():
                return Parts(path)
            if not path.exists():
                name, member = packed.split_in(folder, address)
                if member is not None:
                    return Location(folder / name, member)
                if is_pattern(address):
                    return Parts(path)
        return Location(path)
