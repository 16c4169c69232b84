"""From a name, a folder or a file to a Dataset; nothing is dropped in silence."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from recli import errors, urls
from recli.configuration import check_fields
from recli.data import description, find, interactions, layout, prepare
from recli.data.columns import date_columns, parsing
from recli.data.columns.assign import assign
from recli.data.columns.table_ids import Known
from recli.data.dataset import BadRow, Dataset, InteractionKind
from recli.data.description import BareItems, Description, ItemsSource, RatingsSource
from recli.data.formats._base import TextTable
from recli.data.formats._reader import described, reader
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.sources.locate import is_path, short_name
from recli.data.sources.location import Location
from recli.data.tables import reading
from recli.data.tables.guess_features import guess_items

ON_BAD = ("error", "skip")
DUPLICATES = ("error", "first", "last", "mean")
_OVERRULED_BY = {  # field of a RatingsSource -> the parameter of `recli.load` that sets it
    "format": "format",
    "encoding": "encoding",
    "delimiter": "delimiter",
    "quote": "quote",
    "header": "header",
    "user": "user",
    "item": "item",
    "rating": "rating",
    "weight": "weight",
    "event": "event",
    "weights": "weights",
    "time": "time",
    "implicit": "implicit",
    "scale": "scale",
    "time_unit": "time_unit",
}


def load(
    spec: str = find.DEFAULT,
    overrides: Mapping[str, Any] | None = None,
    on_bad: str = "error",
    duplicates: str = "error",
) -> Dataset:
    """The dataset that `spec` means: a name, a folder with a dataset.toml, or a file of ratings.

    Args:
        spec: a dataset by name, folder, file, pattern, URL or query
        overrides: fields of `RatingsSource` that go before what the dataset.toml says or a look at
            the file suggests
        on_bad: `error` stops at rows that are no ratings, items or users, `skip` sets them aside in
            `bad_rows`
        duplicates: what becomes of several ratings for one pair: `error`, or keep the `first`, the
            `last` (by time, and of one time or without times by row), or their `mean`, with the
            time of the last; `keep` leaves them, for a check

    Raises:
        NotFoundError: for a name or file that does not exist
        DataError: for content that is not a table of ratings, each with file, line and reason
    """
    return load_described(describe(spec), overrides, on_bad, duplicates)


def load_described(
    about: Description,
    overrides: Mapping[str, Any] | None = None,
    on_bad: str = "error",
    duplicates: str = "error",
) -> Dataset:
    """The dataset of this description; arguments and errors are those of `load`.

    Args:
        about: what the dataset's `dataset.toml` says
        overrides: what overrules what is found out, by field
        on_bad: `error`, or `skip` to set bad rows aside
        duplicates: what becomes of repeated pairs of user and item: `error`, `first`, `last`,
            `mean` or `keep`
    """
    for name, choice, valid in (
        ("on_bad", on_bad, ON_BAD),
        ("duplicates", duplicates, (*DUPLICATES, "keep")),
    ):
        if choice not in valid:
            raise errors.unknown(f"way of {name}", choice, valid)
    steps = prepare.steps(about, (overrides or {}).get("prepare", ()))
    asked = {**(overrides or {}), "prepare": tuple(map(str, steps)) or None}
    source = dataclasses.replace(about.ratings, **asked)
    check_fields(source)
    file = about.location(source)
    if about.is_absent or not file.exists():
        raise absent(about, file)
    read = _read(file, source)
    implicit = bool(read.source.implicit)
    if implicit:
        interactions.check_options(overrides or {}, duplicates)
        read.weigh()
    rows, bad = _rows(read, on_bad)
    read.scale_of(rows.values)
    merged = 0
    if not implicit:
        how = "keep" if prepare.merges(steps) else duplicates
        rows, merged = parsing.merge_duplicates(file, rows, how)
    dataset = described_by(about, read, rows, bad, on_bad)
    dataset = prepare.prepared(
        dataclasses.replace(dataset, merged=merged), read.table, rows.places, steps
    )
    if implicit and duplicates != "keep":
        dataset = interactions.with_pairs_once(dataset)
    return dataset


@dataclass
class Read:
    """A table of ratings as text, and what was found out about it.

    Attributes:
        file: where the table is
        table: the columns, as text
        source: how the table is read, and which column is what
        guessed: fields of `source` that a look at the file has filled
        told: (what, value, parameter that overrules it) for what else was decided
        kinds: of interactions, once they are weighed
    """

    file: Location
    table: TextTable
    source: RatingsSource
    guessed: list[str]
    told: list[tuple[str, str, str]]
    kinds: tuple[InteractionKind, ...] = ()

    def weigh(self, kinds: tuple[InteractionKind, ...] | None = None) -> None:
        """Find the kinds of interaction; each weighs 1 where nothing is said.

        Args:
            kinds: those of the table, where somebody else has counted them
        """
        if kinds is None:
            kinds = interactions.kinds(self.file, self.table, self.source)
        self.kinds = kinds
        if self.kinds and self.source.weights is None:
            weights = {kind.name: 1.0 for kind in self.kinds}
            self.source = dataclasses.replace(self.source, weights=weights)
            self.guessed.append("weights")

    def scale_of(self, values: np.ndarray) -> None:
        """Take the scale of ratings from these, float64[n], where none is said.

        Args:
            values: float64[n]
        """
        if self.source.scale is None and not self.source.implicit:
            scale = float(values.min()), float(values.max())
            self.source = dataclasses.replace(self.source, scale=scale)
            self.guessed.append("scale")


def _rows(read: Read, on_bad: str) -> tuple[parsing.RatingRows, list[BadRow]]:
    """The rows that count, and those that are set aside. Raises DataError as `load` does."""
    rows = parsing.parse(read.table, read.source, read.kinds)
    bad = _bad_rows(read.file, read.table, rows)
    refuse(read, bad, len(rows.values), on_bad)
    if any(kind.weight == 0 for kind in read.kinds):
        rows = rows.keep((rows.values > 0).nonzero()[0])
    if not len(rows.values):
        raise empty(read, bad)
    return rows, bad


def refuse(read: Read, bad: list[BadRow], n_good: int, on_bad: str) -> None:
    """Raise DataError where rows are bad and are not to be set aside, or are too many for that.

    Args:
        read: how the ratings were read; of its table only the numbers of rows matter
        bad: the rows that are no ratings
        n_good: how many are
        on_bad: `error`, or `skip` to set bad rows aside
    """
    file, table = read.file, read.table
    if bad and on_bad == "error":
        advice = layout.advice(table, bad, bool(read.source.header))
        raise errors.DataError(f"{table.complaint(file, bad)}\n{advice}")
    if n_good and layout.mostly_bad(table, bad):
        raise errors.DataError(f"{table.complaint(file, bad)}\n{layout.refusal()}")


def empty(read: Read, bad: list[BadRow]) -> errors.DataError:
    """The error for a table without a rating.

    Args:
        read: how it was read
        bad: the rows that are set aside
    """
    return errors.DataError(
        f"{read.file}: holds no rating: {_why_empty(read.table, read.source, bad)}"
    )


def described_by(
    about: Description, read: Read, rows: parsing.RatingRows, bad: list[BadRow], on_bad: str
) -> Dataset:
    """The dataset of these rows, with its item and its user table, which are read.

    Args:
        about: what the dataset's `dataset.toml` says
        read: how the ratings were read
        rows: those that count
        bad: those that are set aside
        on_bad: `error`, or `skip` to set bad rows of the tables aside
    """
    source = read.source
    rated = rows.items.unique().to_numpy(zero_copy_only=False)
    of_items = reading.describe_items(about, Known.items(source, rated), on_bad)
    ratings = _ratings(rows, source, Ids.of(rated, of_items.ids) if of_items else Ids.of(rated))
    raters = Known.users(source, ratings.user_ids.text)
    of_users = reading.describe_users(about, raters, on_bad)
    found = [described for described in (of_items, of_users) if described]
    items, described = None, list[tuple[str, str, str]]()
    if of_items and about.items:
        if isinstance(about.items, BareItems):
            guessed = guess_items(of_items, about.items, ratings.item_ids)
            about = dataclasses.replace(about, items=guessed.source)
            described = _of_items(guessed.source)
        assert about.items
        items = reading.items(of_items, about.items, ratings.item_ids)
    return Dataset(
        name=about.name,
        description=dataclasses.replace(about, ratings=source),
        ratings=ratings,
        items=items,
        users=reading.users(of_users, ratings.user_ids) if of_users else None,
        sniffed=(
            *(() if about.download else _parts(read.file)),
            *shown(source, read.guessed),
            *read.told,
            *(told for one in found for told in one.told),
            *described,
        ),
        bad_rows=(*bad, *(row for one in found for row in one.bad)),
        notes=(
            *read.table.notes,
            *rows.notes,
            *(f"{one.file}: {note}" for one in found for note in one.text.notes),
            *(items.notes() if items else ()),
        ),
        kinds=read.kinds,
    )


def _of_items(source: ItemsSource) -> list[tuple[str, str, str]]:
    """What was found out about an item table, as `Dataset.sniffed` has it."""
    titled = [("titles", source.title, "items")] if source.title else []
    features = ", ".join(feature.name for feature in source.features)
    return [*titled, ("item features", features or "none", "items")]


def describe(spec: str) -> Description:
    """The description that `spec` means, without reading the ratings.

    Args:
        spec: a dataset by name, folder, file, pattern, URL or query

    Raises:
        NotFoundError: when there is no such name or file
    """
    if urls.is_url(spec):
        if urls.HIDDEN in spec:
            raise errors.UsageError(
                f"{spec}: what is secret in this address was not stored. Read the data by a command with "
                "the whole address."
            )
        return Description(short_name(spec), Path(), RatingsSource(file=spec))
    path = Path(spec)
    if path.is_dir() and (path / description.FILE_NAME).is_file():
        return description.read(path / description.FILE_NAME)
    if path.is_dir() and (about := described(path)):
        return about
    if path.is_file() and path.name == description.FILE_NAME:
        return description.read(path)
    if (path.is_dir() and spec in find.names()) or not is_path(spec):
        return find.named(spec)
    about = Description(short_name(spec), Path(), RatingsSource(file=spec))
    if path.is_file():
        about = dataclasses.replace(
            about, folder=path.parent, ratings=RatingsSource(file=path.name)
        )
    elif not about.location(about.ratings).exists():
        raise errors.NotFoundError(f"{spec}: no such file.")
    return about


def read_rows(path: Path, source: RatingsSource) -> parsing.RatingRows:
    """The ratings in a file, read as `source` says, in the file's order.

    Args:
        path: the file
        source: how the table is read, and which column is what

    Raises:
        DataError: naming file and line when a row is no rating
    """
    file = Location(path)
    read = _read(file, source)
    rows = parsing.parse(read.table, read.source)
    bad = _bad_rows(file, read.table, rows)
    if bad:
        raise errors.DataError(f"{read.table.complaint(file, bad)}\nMend the file.")
    return rows


def _read(file: Location, source: RatingsSource) -> Read:
    """The file as text, and `source` with all that it left open."""
    file_format = reader(file, source)
    source, guessed = file_format.complete(file, source)
    return understood(file, file_format.read(file, source), source, guessed)


def columns_of(table: TextTable, source: RatingsSource) -> TextTable:
    """The table with the columns that roles are looked for in: renamed, dates put together.

    Args:
        table: the columns, as text
        source: how the table is read
    """
    return date_columns.joined(prepare.renamed(table, source), source.used)


def understood(file: Location, table: TextTable, source: RatingsSource, guessed: list[str]) -> Read:
    """Which column is what in a table, and all else that `source` left open.

    Args:
        file: where the table is
        table: the columns, as text
        source: how the table is read
        guessed: fields of `source` that a look at the file has filled

    Raises:
        DataError: as `load` does
    """
    table = columns_of(table, source)
    source, guessed = dataclasses.replace(source, **table.found), [*guessed, *table.found]
    assigned = assign(file, source, table)
    source = interactions.of_rows(assigned.source)
    return Read(file, table, source, [*guessed, *assigned.guessed], assigned.notes)


def _bad_rows(file: Location, table: TextTable, rows: parsing.RatingRows) -> list[BadRow]:
    malformed = (BadRow(row.line, row.reason, row.text) for row in table.malformed)
    found = []
    for row in sorted([*malformed, *rows.bad], key=lambda row: row.line):
        part, line = file.part_of(row.line)
        found.append(BadRow(line, row.reason, row.text, part, file.row_noun))
    return found


def absent(about: Description, file: Location) -> errors.RecliError:
    """The error for a dataset whose file of ratings is not there.

    Args:
        about: what the dataset's `dataset.toml` says
        file: where the ratings should be
    """
    if about.download:
        return errors.NotFoundError(
            f"Dataset '{about.name}' is not on this machine yet. {about.how_to_get}"
        )
    return errors.NotFoundError(f"{file}: no such file, although the dataset.toml names it.")


def _why_empty(table: TextTable, source: RatingsSource, bad: list[BadRow]) -> str:
    if bad:
        return f"all {len(bad):,} rows are bad, the first on {bad[0]}."
    return f"{'only the header' if source.header else 'no row'} ({', '.join(table.names)})."


def _ratings(rows: parsing.RatingRows, source: RatingsSource, item_ids: Ids) -> Ratings:
    user_ids = Ids.of(rows.users.unique().to_numpy(zero_copy_only=False))
    return Ratings(
        user_ids=user_ids,
        item_ids=item_ids,
        users=user_ids.codes(rows.users),
        items=item_ids.codes(rows.items),
        values=rows.values,
        times=rows.times,
        scale=source.scale or (float(rows.values.min()), float(rows.values.max())),
        time_unit=rows.time_unit,
        implicit=bool(source.implicit),
    )


def _parts(file: Location) -> list[tuple[str, str, str]]:
    return [("parts", str(len(file.parts)), "dataset")] if file.parts else []


def shown(source: RatingsSource, guessed: list[str]) -> tuple[tuple[str, str, str], ...]:
    """What was guessed of a file, as `Dataset.sniffed` has it.

    Args:
        source: how the table is read
        guessed: fields of it
    """
    readable = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space", "::": "'::'"}
    found = []
    for name in sorted(guessed, key=list(_OVERRULED_BY).index):
        value = getattr(source, name)
        if name == "delimiter":
            value = readable.get(value, repr(value))
        elif name == "header":
            value = "yes" if value else "no"
        elif name == "implicit":
            value = "yes (no column is a rating)"
        elif name == "scale":
            value = f"{value[0]:g} to {value[1]:g}"
        elif name == "weights":
            value = "1 for every kind"
        if value is not None:
            what = "interactions" if name == "implicit" else name.replace("_", " ")
            found.append((what, str(value), _OVERRULED_BY[name]))
    return tuple(found)
