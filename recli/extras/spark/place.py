"""Where ratings are, in Spark's words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from recli import errors, registry, urls
from recli.data import load
from recli.data.description import Description, RatingsSource
from recli.data.formats._reader import reader
from recli.data.sources.location import Location

_PARQUET = (".parquet", ".pq")
TABLE = "table"  # the scheme of a table of Spark's catalogue
_SPARKS = (TABLE, "s3a", "hdfs", "abfss", "wasbs", "dbfs")
"""Schemes that Spark knows and nothing else here does."""
_SAME = {"s3": "s3a"}


@dataclass(frozen=True)
class RatingsPlace:
    """Where ratings are, in Spark's words.

    Attributes:
        shown: as messages name it
        paths: files and folders; of a table of the catalogue, its name
        kind: `text`, `parquet` or `table`
        file: the same for this machine, if it lies here
    """

    shown: str
    paths: tuple[str, ...]
    kind: str
    file: Location | None = None


def place(about: Description, source: RatingsSource) -> RatingsPlace:
    """Where the ratings are.

    Args:
        about: what the dataset's `dataset.toml` says
        source: how the table is read

    Raises:
        NotFoundError: where there is no such file
        UsageError: for what Spark does not read
    """
    spec = source.file
    if urls.scheme(spec) == TABLE:
        name = spec.partition("://")[2]
        return RatingsPlace(f"the table {name}", (name,), TABLE)
    scheme = urls.scheme(spec)
    if scheme in _SPARKS or scheme in _SAME:
        path = spec.replace(f"{scheme}://", f"{_SAME.get(scheme, scheme)}://", 1)
        kind = "parquet" if _is_parquet(path, source) else "text"
        return RatingsPlace(urls.shown(spec), (path,), kind)
    file = about.location(source)
    if about.is_absent or not file.exists():
        raise load.absent(about, file)
    kind = _kind_of(file, source)
    files = [part.file for part in file.parts] or [file]
    return RatingsPlace(str(file), tuple(one.path.resolve().as_uri() for one in files), kind, file)


def _is_parquet(path: str, source: RatingsSource) -> bool:
    suffix = PurePosixPath(path.rstrip("/")).suffix.lower()
    return source.format == "parquet" or (source.format is None and suffix in _PARQUET)


def _kind_of(file: Location, source: RatingsSource) -> str:
    one = file.parts[0].file if file.parts else file
    name = registry.name_of(type(reader(one, source)))
    kinds = {"parquet": "parquet", "delimited": "text"}
    packed = one.name.lower().endswith((".zip", ".tar", ".xz", ".tgz", ".7z"))
    if name not in kinds or one.is_answer or packed or one.member:
        raise errors.UsageError(
            f"{file}: the engine spark reads text with a row a line (CSV and its like, plain, gzip "
            "or bzip2), Parquet, and tables by table://NAME. 'recli data convert' writes Parquet of the "
            "rest."
        )
    return kinds[name]
