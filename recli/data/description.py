"""What a dataset is: the content of its `dataset.toml`, or what was sniffed of a bare file."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from recli import errors
from recli.configuration import Derived, Document, Keyed, OneOf, Rule
from recli.data import time_format
from recli.data.sources.locate import locate
from recli.data.sources.location import Location

ROLES = ("user", "item", "rating", "weight", "event", "time")
SCALINGS = ("standard", "min-max", "robust")
Quote = Annotated[str, OneOf("auto", "double", "none")]


def _cuts(delimiter: str) -> None:
    if re.search("[\0\r\n]", delimiter):
        raise ValueError


def _is_character(text: str) -> None:
    if len(text) > 1 or text in ("\0", "\r", "\n"):
        raise ValueError


Delimiter = Annotated[
    str, Rule(_cuts, "what stands between cells, no end of a line and no character 0")
]
Character = Annotated[str, Rule(_is_character, "a character, no end of a line and no character 0")]
TimeUnit = Annotated[str, OneOf("s", "ms", "us", "ns", "date")]
FeatureKind = Annotated[str, OneOf("categories", "flags", "tags", "text", "number", "year")]
FILE_NAME = "dataset.toml"


@dataclass(frozen=True)
class TableSource:
    """A file and how to read it. None means: look at the file and find out.

    Attributes:
        file: the file, beside the dataset.toml or by its path; a URL, also of a database
        query: what a database is asked: a table or a SELECT
        format: the format of the file; 'recli list formats' has them
        delimiter: what cuts a row into columns
        header: whether the first row names the columns
        encoding: the encoding of the file
        quote: whether double quotes enclose cells
        escape: the character that takes a quote or a delimiter literally
        columns: the names of the columns, where the file has none
    """

    file: str = ""
    query: str | None = None
    format: str | None = None
    delimiter: Delimiter | None = None
    header: bool | None = None
    encoding: str | None = None
    quote: Quote | None = None
    escape: Character | None = None
    columns: tuple[str, ...] | None = None

    @property
    def used(self) -> tuple[str, ...]:
        """The columns that the description calls by name."""
        return ()


def _in_order(scale: tuple[float, float]) -> None:
    if not -math.inf < scale[0] <= scale[1] < math.inf:
        raise ValueError


Scale = Annotated[tuple[float, float], Rule(_in_order, "a list of two numbers, lowest and highest")]


@dataclass(frozen=True)
class RatingsSource(TableSource):
    """A table of ratings or of interactions: which columns play each role, and how they are read.

    Attributes:
        user: the column of the users, by name or number
        item: the column of the items
        rating: the column of the ratings
        weight: the column of the counts of interactions: plays, quantities
        event: the column of the kinds of interactions
        time: the column of the times
        implicit: whether rows are interactions (views, purchases, plays) rather than ratings
        weights: what each kind of interaction weighs
        scale: the lowest and the highest rating
        decimal: the decimal point of numbers
        time_unit: the unit of the times
        time_format: how dates are written, as strptime has it
        missing: the value that stands for no rating
        prepare: the steps of preparation, in their order, as `--prepare` takes them
    """

    user: str | None = None
    item: str | None = None
    rating: str | None = None
    weight: str | None = None
    event: str | None = None
    time: str | None = None
    implicit: bool | None = None
    weights: (
        Annotated[Mapping[str, float], Rule(words="a table from kind of event to weight")] | None
    ) = None
    scale: Scale | None = None
    decimal: Character | None = None
    time_unit: TimeUnit | None = None
    time_format: Annotated[str, Rule(time_format.check)] | None = None
    missing: float | None = None
    prepare: tuple[str, ...] | None = None

    @property
    def used(self) -> tuple[str, ...]:
        return tuple(column for role in ROLES if (column := getattr(self, role)))


def _is_there(text: str) -> None:
    if not text:
        raise ValueError


def _has_group(pattern: str) -> None:
    try:
        if not re.compile(pattern).groups:
            raise errors.UsageError("needs a group: parentheses around what is the value.")
    except re.error as error:
        raise errors.UsageError(f"{error}.") from None


@dataclass(frozen=True)
class Feature:
    """One feature of items.

    Attributes:
        name: what it is called
        kind: `categories` (several, split at `separator`), `flags` (a column of 0 and 1 for each
            category), `tags` (several, each with how often it was given: `funny:3|dark`), `text`,
            `number`, or `year`
        column: its column; by default of its name
        columns: of flags, their columns
        separator: what stands between several
        pattern: a regular expression; its first group is the value, as in a year at a title's end
        scaling: how a number is scaled; without one it is `standard`
    """

    name: str
    kind: FeatureKind
    column: str = ""
    columns: tuple[str, ...] = ()
    separator: Annotated[str, Rule(_is_there, "what stands between several")] = "|"
    pattern: Annotated[str, Rule(_has_group)] | None = None
    scaling: Annotated[str, OneOf(*SCALINGS)] | None = dataclasses.field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "column", self.column or self.name)


def _is_whole(feature: Feature) -> None:
    if feature.kind == "flags" and not feature.columns:
        raise errors.UsageError("needs columns = [a list of names].")
    if feature.kind != "number" and feature.scaling is not None:
        raise errors.UsageError(f"only a number has a scaling, and this is {feature.kind}.")


DescribedFeature = Annotated[Feature, Rule(_is_whole)]


@dataclass(frozen=True)
class ItemsSource(TableSource):
    """A table of items: the columns of ids and titles, and the features.

    Attributes:
        id: the column of the ids
        title: the column of the titles
        features: what else is known of items, a table for each feature
    """

    id: str | None = None
    title: str | None = None
    features: Annotated[tuple[DescribedFeature, ...], Keyed()] = ()

    @property
    def used(self) -> tuple[str, ...]:
        described = (name for f in self.features for name in f.columns or (f.column,))
        return (*filter(None, (self.id, self.title)), *described)


@dataclass(frozen=True)
class BareItems(ItemsSource):
    """A table of items of which nobody has said what describes them: that is to be looked for."""


@dataclass(frozen=True)
class UsersSource(TableSource):
    """A table of users: the column of ids; every other column describes them.

    Attributes:
        id: the column of the ids
    """

    id: str | None = None

    @property
    def used(self) -> tuple[str, ...]:
        return (self.id,) if self.id else ()


def _is_somewhere(source: DownloadSource) -> None:
    if source.url is None and source.page is None:
        raise errors.UsageError("lacks url, or the page where the user finds it.")


@dataclass(frozen=True)
class DownloadSource:
    """An archive or file to fetch, what to take out of it, and the publisher's checksum.

    Attributes:
        members: what is taken out, and the file that it becomes
        url: where it is fetched from
        page: where the user finds it, if it cannot be fetched
        md5: the checksum, hexadecimal
        sha256: the checksum, hexadecimal
    """

    members: Annotated[Mapping[str, str], Rule(words="a table from member to file name")]
    url: str | None = None
    page: str | None = None
    md5: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Description:
    """A dataset: where it comes from, its licence, and its tables.

    Attributes:
        name: what it is called
        folder: where the files of its tables lie
        ratings: its ratings or interactions
        items: its items, if they are described
        users: its users, if they are described
        download: how to get it, where it does not come along
        title: for people
        licence: under which it may be used
        citation: what its authors would like to be cited
        homepage: where it is described
    """

    name: str
    folder: Path
    ratings: RatingsSource
    items: ItemsSource | None = None
    users: UsersSource | None = None
    download: DownloadSource | None = None
    title: str = ""
    licence: str = ""
    citation: str = ""
    homepage: str = ""

    def location(self, source: TableSource) -> Location:
        """Where the file of one of its tables is, or will be once downloaded.

        Args:
            source: how the table is read
        """
        return locate(self.folder, source.file, source.query)

    @property
    def is_absent(self) -> bool:
        """Whether nothing is here of what would be downloaded, nor the ratings from elsewhere."""
        names = self.download.members.values() if self.download else ()
        here = (*names, self.ratings.file)
        return bool(names) and not any((self.folder / name).exists() for name in here)

    @property
    def how_to_get(self) -> str:
        """What the user does to have what would be downloaded, a sentence or two."""
        command = f"recli data download {self.name}"
        if self.download is None or self.download.page is None:
            return f"Fetch it with '{command}'."
        names = list(self.download.members)
        held = f"{names[0]} or an archive (zip, tar) with it"
        if len(names) > 1:
            held = f"an archive (zip, tar) with {', '.join(names)}"
        return (
            f"Get it by hand from {self.download.page}, then take it in with '{command} --from FILE', "
            f"where FILE is {held}."
        )


_A_FILE = Rule(words='a table with at least file = "…"', needs=("file",))


def _step(table: Mapping[str, Any]) -> str:
    """A step as it is written on the command line."""
    options = dict(table)
    name = options.pop("step", None)
    if not isinstance(name, str):
        raise errors.UsageError('needs step = "…", the name of a step.')
    pairs = []
    for key, value in options.items():
        # The columns to rename are a table of their own.
        nested = value.items() if isinstance(value, dict) else [(key, value)]
        pairs += [f"{old}={new}" for old, new in nested]
    return f"{name}:{','.join(pairs)}"


@dataclass(frozen=True)
class DatasetFile:
    """What a dataset.toml may say.

    Attributes:
        ratings: the table of ratings or interactions
        items: the table of items
        users: the table of users
        download: how to get the dataset
        prepare: the steps of preparation, in their order, each a table with the name of its `step` and
            its options
        name: what the dataset is called; by default as its folder
        title: for people
        licence: under which it may be used
        citation: what its authors would like to be cited
        homepage: where it is described
    """

    ratings: Annotated[RatingsSource, _A_FILE]
    items: Annotated[ItemsSource, _A_FILE] | None = None
    users: Annotated[UsersSource, _A_FILE] | None = None
    download: Annotated[DownloadSource, Rule(_is_somewhere)] | None = None
    prepare: tuple[Annotated[str, Derived(Mapping[str, Any], _step)], ...] = ()
    name: str | None = None
    title: str = ""
    licence: str = ""
    citation: str = ""
    homepage: str = ""


def read(path: Path) -> Description:
    """The description in a dataset.toml.

    Args:
        path: the file

    Raises:
        NotFoundError: there is no such file
        DataError: something in it is not understood; names the file, the line and the key
    """
    file: DatasetFile = Document.read(path).to(DatasetFile)
    told = {field.name: getattr(file, field.name) for field in dataclasses.fields(file)}
    steps = (*told.pop("prepare"), *(file.ratings.prepare or ()))
    return Description(
        **told
        | {
            "name": file.name or path.parent.name,
            "folder": path.parent,
            "ratings": dataclasses.replace(file.ratings, prepare=steps or None),
        }
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a dataset.toml, see `recli.configuration.schema`."""
    from recli.configuration import schema  # loads msgspec

    return schema.json_schema(DatasetFile, "recli dataset")
