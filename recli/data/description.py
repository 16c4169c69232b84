"""What a dataset is: the content of its `dataset.toml`, or what was sniffed of a bare file."""

from __future__ import annotations

import dataclasses
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recli import errors
from recli.data.sources.locate import locate
from recli.data.sources.location import Location

ROLES = ("user", "item", "rating", "weight", "event", "time")
QUOTES = ("auto", "double", "none")
TIME_UNITS = ("s", "ms", "us", "ns", "date")
FEATURE_KINDS = ("categories", "flags", "tags", "text", "number", "year")
SCALINGS = ("standard", "min-max", "robust")
FILE_NAME = "dataset.toml"


@dataclass(frozen=True)
class TableSource:
    """A file and how to read it. None means: look at the file and find out.

    Attributes:
        file: a file, folder, pattern, address or database, as the user writes it
        query: what a database is asked; `file` is its URL then
        format: the name of the format; None finds out
        delimiter: what stands between two cells; None finds out
        header: whether the first row names the columns; None finds out
        encoding: how the bytes become text; None finds out
        quote: one of `QUOTES`
        escape: the character that takes a quote or a delimiter literally
        columns: names of columns; None takes those of the header
    """

    file: str = ""
    query: str | None = None
    format: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    encoding: str | None = None
    quote: str | None = None
    escape: str | None = None
    columns: tuple[str, ...] | None = None

    @property
    def used(self) -> tuple[str, ...]:
        """The columns that the description calls by name."""
        return ()


@dataclass(frozen=True)
class RatingsSource(TableSource):
    """A table of ratings or of interactions: which columns play each role, and how they are read.

    Attributes:
        user: the column of the users
        item: the column, or what is done with the ids, of items
        weight: the column of counts of an interaction: plays, quantities
        event: the column of kinds of an interaction, and `weights`, what each kind weighs
        implicit: whether rows are interactions (views, purchases, plays) rather than ratings
        weights: what each kind of interaction weighs
        scale: the lowest and the highest rating; None takes those of the data
        decimal: the decimal point of numbers
        time_unit: one of `TIME_UNITS`
        time_format: how dates are written, as strptime has it
        missing: the value that stands for no rating
        prepare: the steps of preparation, in their order, as `recli.data.preparation` reads them
    """

    user: str | None = None
    item: str | None = None
    rating: str | None = None
    weight: str | None = None
    event: str | None = None
    time: str | None = None
    implicit: bool | None = None
    weights: Mapping[str, float] | None = None
    scale: tuple[float, float] | None = None
    decimal: str | None = None
    time_unit: str | None = None
    time_format: str | None = None
    missing: float | None = None
    prepare: tuple[str, ...] | None = None

    @property
    def used(self) -> tuple[str, ...]:
        return tuple(column for role in ROLES if (column := getattr(self, role)))


@dataclass(frozen=True)
class Feature:
    """One feature of items.

    category), `tags` (several, each with how often it was given: `funny:3|dark`), `text`, `number`,
    or `year`.

    Attributes:
        name: the name
        kind: `categories` (several, split at `separator`), `flags` (a column of 0 and 1 for each
        column: the name of the column
        columns: names of columns
        separator: what stands between the labels of a cell
        pattern: a regular expression; its first group is the value, as in a year at a title's end.
        scaling: how a number is scaled, one of `SCALINGS`; without one it is `standard`
    """

    name: str
    kind: str
    column: str
    columns: tuple[str, ...] = ()
    separator: str = "|"
    pattern: str | None = None
    scaling: str | None = dataclasses.field(default=None, repr=False)


@dataclass(frozen=True)
class ItemsSource(TableSource):
    """A table of items: the columns of ids and titles, and the features.

    Attributes:
        id: the column of the ids
        title: the column of the titles
        features: what is known of items, column by column; None, which no dataset.toml says, to look
            for them and for the title
    """

    id: str | None = None
    title: str | None = None
    features: tuple[Feature, ...] | None = ()

    @property
    def used(self) -> tuple[str, ...]:
        described = (name for f in self.features or () for name in f.columns or (f.column,))
        return (*filter(None, (self.id, self.title)), *described)


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


@dataclass(frozen=True)
class DownloadSource:
    """An archive or file to fetch, what to take out of it, and the publisher's checksum.

    Attributes:
        members: files of the archive, and what they are called in the folder
        url: where it is fetched from
        page: where the user finds it, if it cannot be fetched
        md5: the checksum of the file, hexadecimal
        sha256: the checksum of the file, hexadecimal
    """

    members: Mapping[str, str]
    url: str | None = None
    page: str | None = None
    md5: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Description:
    """A dataset: where it comes from, its licence, and its tables.

    Attributes:
        name: the name
        folder: the folder of the dataset
        ratings: where the ratings are, and how they are read
        items: where the item table is; None if there is none
        users: where the user table is; None if there is none
        download: where the data can be had; None if they are here
        title: what it is called, for people
        licence: under which licence the data are
        citation: the paper to cite
        homepage: the page about it
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


def read(path: Path) -> Description:
    """The description in the file `path`.

    Args:
        path: the file

    Raises:
        DataError: naming the file and the key for anything that is not understood
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise errors.DataError(f"{path}: not valid TOML: {error}") from None
    reader = _Reader(path)
    tables = {"ratings", "items", "users", "download"}
    steps = reader.steps(document.pop("prepare", []))
    reader.only(document, tables | {"name", "title", "licence", "citation", "homepage"}, "")
    for key, value in document.items():
        if not isinstance(value, dict if key in tables else str):
            wanted = "a table" if key in tables else "text"
            raise errors.DataError(f"{path}: {key} = {value!r} should be {wanted}.")
    for key in ("ratings", "items", "users"):
        if not document.get(key, {"file": key != "ratings"}).get("file"):
            raise errors.DataError(f'{path}: needs a table [{key}] with at least file = "…".')
    ratings = reader.table(RatingsSource, document["ratings"], "ratings")
    if {"url", "page"}.isdisjoint(document.get("download", {"url": ""})):
        raise errors.DataError(f"{path}: [download] lacks url.")
    return Description(
        name=document.get("name", path.parent.name),
        folder=path.parent,
        ratings=dataclasses.replace(ratings, prepare=(*steps, *(ratings.prepare or ())) or None),
        items=reader.items(document["items"]) if "items" in document else None,
        users=reader.table(UsersSource, document["users"], "users")
        if "users" in document
        else None,
        download=reader.table(DownloadSource, document["download"], "download")
        if "download" in document
        else None,
        **{key: document.get(key, "") for key in ("title", "licence", "citation", "homepage")},
    )


class _Reader:
    """Builds the parts of a description, with errors that point at the key.

    Args:
        path: the file
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def only(self, given: Mapping[str, Any], known: set[str], where: str) -> None:
        for key in given:
            if key not in known:
                place = f"{self.path}: in [{where}]" if where else f"{self.path}:"
                raise errors.DataError(f"{place} {errors.unknown('key', key, known)}")

    def table(self, kind: type, given: Mapping[str, Any], where: str) -> Any:
        fields = {field.name: field for field in dataclasses.fields(kind)}
        self.only(given, set(fields), where)
        values: dict[str, Any] = {}
        for key, value in given.items():
            expected = str(fields[key].type)
            if not _fits(value, expected):
                raise errors.DataError(
                    f"{self.path}: {where}.{key} = {value!r} should be {_in_words(expected)}."
                )
            values[key] = tuple(value) if isinstance(value, list) else value
        if "scale" in values:
            low, high = values["scale"] = tuple(map(float, values["scale"]))
            if not low <= high:
                raise errors.DataError(
                    f"{self.path}: {where}.scale = {given['scale']} should be "
                    f"{_in_words('tuple[float')}."
                )
        for key, kind_of, valid in (
            ("time_unit", "time unit", TIME_UNITS),
            ("quote", "way of quoting", QUOTES),
        ):
            if key in values and values[key] not in valid:
                wrong = errors.unknown(kind_of, str(values[key]), valid)
                raise errors.DataError(f"{self.path}: {where}.{key}: {wrong}")
        missing = [
            name
            for name, field in fields.items()
            if name not in values
            and field.default is dataclasses.MISSING
            and field.default_factory is dataclasses.MISSING
        ]
        if missing:
            raise errors.DataError(f"{self.path}: [{where}] lacks {', '.join(missing)}.")
        return kind(**values)

    def steps(self, given: object) -> tuple[str, ...]:
        """The tables [[prepare]], each as it is written on the command line."""
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            raise errors.DataError(f"{self.path}: prepare should be tables [[prepare]].")
        found = []
        for number, one in enumerate(given, start=1):
            options = dict(one)
            name = options.pop("step", None)
            if not isinstance(name, str):
                raise errors.DataError(
                    f'{self.path}: [[prepare]] number {number} needs step = "…", the name of a step.'
                )
            pairs = []
            for key, value in options.items():
                # The columns to rename are a table of their own.
                nested = value.items() if isinstance(value, dict) else [(key, value)]
                pairs += [f"{old}={new}" for old, new in nested]
            found.append(f"{name}:{','.join(pairs)}")
        return tuple(found)

    def items(self, given: Mapping[str, Any]) -> ItemsSource:
        plain = {key: value for key, value in given.items() if key != "features"}
        source: ItemsSource = self.table(ItemsSource, plain, "items")
        entries = given.get("features", {})
        if not isinstance(entries, dict):
            raise errors.DataError(f"{self.path}: items.features should be a table.")
        features = tuple(self.feature(name, entry) for name, entry in entries.items())
        return dataclasses.replace(source, features=features)

    def feature(self, name: str, entry: object) -> Feature:
        where = f"items.features.{name}"
        if not isinstance(entry, dict) or entry.get("kind") not in FEATURE_KINDS:
            kinds = ", ".join(FEATURE_KINDS)
            raise errors.DataError(f"{self.path}: {where} needs a kind, one of {kinds}.")
        given = {"column": name, **entry, "name": name}
        feature: Feature = self.table(Feature, given, where)
        if feature.kind == "flags" and not feature.columns:
            raise errors.DataError(f"{self.path}: {where} needs columns = [a list of names].")
        if feature.scaling is not None and (
            feature.kind != "number" or feature.scaling not in SCALINGS
        ):
            raise errors.DataError(
                f"{self.path}: {where}.scaling = {feature.scaling!r} should be one of "
                f"{', '.join(SCALINGS)}, of a number."
            )
        if feature.pattern is not None:
            try:
                has_group = re.compile(feature.pattern).groups > 0
            except re.error as error:
                raise errors.DataError(f"{self.path}: {where}.pattern: {error}.") from None
            if not has_group:
                raise errors.DataError(
                    f"{self.path}: {where}.pattern = {feature.pattern!r} needs a group: "
                    "parentheses around what is the value."
                )
        return feature


def _fits(value: object, expected: str) -> bool:
    if isinstance(value, bool):
        return "bool" in expected
    if isinstance(value, list):
        kind: Any = (int, float) if "float" in expected else str
        right_length = "tuple[float, float]" not in expected or len(value) == 2
        return "tuple" in expected and right_length and all(isinstance(v, kind) for v in value)
    if isinstance(value, dict):
        inner: Any = (int, float) if "Mapping[str, float]" in expected else str
        return "Mapping" in expected and all(isinstance(v, inner) for v in value.values())
    if isinstance(value, str):
        return "str" in expected and "tuple" not in expected and "Mapping" not in expected
    return isinstance(value, (int, float)) and "float" in expected and "tuple" not in expected


def _in_words(expected: str) -> str:
    words = {
        "tuple[float": "a list of two numbers, lowest and highest",
        "tuple[str": "a list of names",
        "Mapping[str, float]": "a table from kind of event to weight",
        "Mapping": "a table from member to file name",
        "bool": "true or false",
        "float": "a number",
    }
    return next((text for key, text in words.items() if key in expected), "text")


def toml(value: object) -> str:
    """A text, number, truth value, list or table of these as TOML: JSON but for surrogates and tables.

    >>> toml("Ω"), toml([0.5, 5.0]), toml(True), toml({"view": 1.0})
    ('"Ω"', '[0.5, 5.0]', 'true', '{"view" = 1.0}')
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{toml(key)} = {toml(one)}" for key, one in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)
