"""From a text to the place that it names: a file, a member of an archive, many parts, a URL, a query."""

from __future__ import annotations

import re
from pathlib import Path

from recli import errors, urls
from recli.data.sources import packed
from recli.data.sources.location import Location
from recli.data.sources.parts import is_pattern
from recli.data.sources.schemes import source


def locate(folder: Path, file: str, query: str | None = None) -> Location:
    """What `file` names, a path being one from `folder`; `query` is what a database is asked.

    Args:
        folder: the folder of the dataset
        file: a file, folder, pattern, address or database, as the user writes it
        query: what is asked of a database

    Raises:
        UsageError: for a query to what is no database
    """
    found = source(file)
    if query is not None and not found.takes_query:
        raise errors.UsageError(
            f"A query is for a database, as in postgresql+psycopg://host/name; {urls.shown(file)} is "
            "none."
        )
    return found.locate(folder, file, query)


def is_path(spec: str) -> bool:
    """Whether a text is not just a name: there is such a file, or it says where to look for some.

    Args:
        spec: a dataset by name, folder, file, pattern, URL or query
    """
    return (
        urls.is_url(spec)
        or Path(spec).exists()
        or packed.split_in(Path(), spec)[1] is not None
        or is_pattern(spec)
    )


def absolute(spec: str) -> str:
    """A place as it is found from anywhere, a URL without what is secret in it.

    Args:
        spec: a dataset by name, folder, file, pattern, URL or query
    """
    return locate(Path(), spec).reference() if urls.is_url(spec) else str(Path(spec).resolve())


def short_name(spec: str) -> str:
    """What to call the dataset at a place: the member, the file or the folder, without suffixes.

    Args:
        spec: a dataset by name, folder, file, pattern, URL or query

    >>> short_name("data/ratings.csv.gz"), short_name("ml.zip::ml/u.data"), short_name("shop/*.csv")
    ('ratings', 'u', 'shop')
    """
    if urls.is_url(spec) and not urls.is_store(spec) and "::" in spec:
        return spec.rpartition("::")[2].rpartition(".")[2]
    spec = urls.shown(spec).partition("?")[0]
    names = [name for name in re.split(r"[/\\]", spec.rpartition("::")[2]) if not is_pattern(name)]
    last = next((name for name in reversed(names) if name not in ("", ".", "..")), "ratings")
    return packed.unwrapped(last)[0].partition(".")[0].strip(":") or last
