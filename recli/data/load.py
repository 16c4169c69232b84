"""From a name, a folder or a file to a Dataset; nothing is dropped in silence."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute

from recli import errors
from recli.data import columns, description, find, prepare, roles, tables
from recli.data.dataset import BadRow, Dataset
from recli.data.description import Description, RatingsSource, TableSource
from recli.data.formats._base import TextTable, reader
from recli.data.ids import Ids
from recli.data.location import Location
from recli.data.ratings import Ratings

ON_BAD = ("error", "skip")
DUPLICATES = ("error", "first", "last", "mean")
_SAMPLE = 5000
_OPTIONS = {  # field of a RatingsSource -> the option of the command line that sets it
    "format": "--file-format",
    "encoding": "--encoding",
    "delimiter": "--delimiter",
    "header": "--header/--no-header",
    "user": "--columns",
    "item": "--columns",
    "rating": "--columns",
    "time": "--columns",
    "scale": "--scale",
    "time_unit": "--time-unit",
}


def load(
    spec: str = find.DEFAULT,
    overrides: Mapping[str, Any] | None = None,
    on_bad: str = "error",
    duplicates: str = "error",
) -> Dataset:
    """The dataset that `spec` means: a name, a folder with a dataset.toml, or a file of ratings.

    overrides: fields of `RatingsSource` that go before what the dataset.toml says or a look at the
        file suggests
    on_bad: `error` stops at rows that are no ratings, `skip` sets them aside in `bad_rows`
    duplicates: what becomes of several ratings for one pair: `error`, or keep the `first`, the
        `last` (by time, and of one time or without times by row), or their `mean`, with the time of the
        last; `keep` leaves them, for a check

    Raises NotFoundError for a name or file that does not exist, DataError for content that is not
    a table of ratings, each with file, line and reason.
    """
    for name, choice, valid in (
        ("on_bad", on_bad, ON_BAD),
        ("duplicates", duplicates, (*DUPLICATES, "keep")),
    ):
        if choice not in valid:
            raise errors.unknown(f"way of {name}", choice, valid)
    about = describe(spec)
    steps = prepare.steps(about, (overrides or {}).get("prepare", ()))
    asked = {**(overrides or {}), "prepare": tuple(map(str, steps)) or None}
    source = dataclasses.replace(about.ratings, **asked)
    file = about.location(source)
    if not file.exists():
        raise _absent(about, file)
    table, source, guessed = _table(file, source)
    rows = columns.parse(table, source)
    bad = _bad_rows(table, rows)
    if bad and on_bad == "error":
        raise errors.DataError(
            f"{table.complaint(file, bad)}\n"
            "Mend the file, or set such rows aside with '--on-bad skip'."
        )
    if not len(rows.values):
        raise errors.DataError(f"{file}: holds no rating: {_why_empty(table, source, bad)}")
    if source.scale is None:
        source = dataclasses.replace(
            source, scale=(float(rows.values.min()), float(rows.values.max()))
        )
        guessed.append("scale")
    if prepare.merges(steps):
        duplicates = "keep"
    rows, merged = columns.merge_duplicates(file, rows, duplicates)
    described = tables.describe_items(about)
    ratings = _ratings(rows, source, described.ids if described else None)
    items = None
    if described and about.items:
        items = tables.items(described, about.items, ratings.item_ids)
    dataset = Dataset(
        name=about.name,
        description=dataclasses.replace(about, ratings=source),
        ratings=ratings,
        items=items,
        users=tables.users(about, ratings.user_ids),
        sniffed=_shown(source, guessed),
        bad_rows=tuple(bad),
        merged=merged,
        notes=(*rows.notes, *(items.notes() if items else ())),
    )
    return prepare.prepared(dataset, table, rows.places, steps)


def describe(spec: str) -> Description:
    """The description that `spec` means, without reading the ratings.

    Raises NotFoundError when there is no such name or file.
    """
    path = Path(spec)
    if path.is_dir() and (path / description.FILE_NAME).is_file():
        return description.read(path / description.FILE_NAME)
    if path.is_dir() and spec not in find.names():
        raise errors.DataError(f"{path}: is a folder without a {description.FILE_NAME}.")
    if path.is_file():
        if path.name == description.FILE_NAME:
            return description.read(path)
        name = Location(path).bare_name.partition(".")[0] or path.name
        return Description(name=name, folder=path.parent, ratings=RatingsSource(file=path.name))
    return find.named(spec)


def read_header(path: Path, n: int = 1000) -> dict[str, list[str]]:
    """The column names of a table and the first `n` values of each."""
    source = TableSource(file=path.name)
    file = Location(path)
    table = reader(file, source).read(file, source)
    return {name: column.slice(0, n).to_pylist() for name, column in table.columns.items()}


def read_rows(path: Path, source: RatingsSource) -> columns.Rows:
    """The ratings in a file, read as `source` says, in the file's order.

    Raises DataError naming file and line when a row is no rating.
    """
    file = Location(path)
    table, source, _ = _table(file, source)
    rows = columns.parse(table, source)
    bad = _bad_rows(table, rows)
    if bad:
        raise errors.DataError(f"{table.complaint(file, bad)}\nMend the file.")
    return rows


def _table(file: Location, source: RatingsSource) -> tuple[TextTable, RatingsSource, list[str]]:
    """The file as text, `source` with all that it left open, and the fields that were guessed."""
    file_format = reader(file, source)
    source, guessed = file_format.complete(file, source)
    table = prepare.renamed(file_format.read(file, source), source)
    source, more = _with_roles(file, source, table)
    return table, source, [*guessed, *more]


def _bad_rows(table: TextTable, rows: columns.Rows) -> list[BadRow]:
    malformed = (BadRow(row.line, row.reason, row.text) for row in table.malformed)
    return sorted([*malformed, *rows.bad], key=lambda row: row.line)


def _absent(about: Description, file: Location) -> errors.RecliError:
    if about.download:
        return errors.NotFoundError(
            f"Dataset '{about.name}' is not on this machine yet. "
            f"Fetch it with 'recli data download {about.name}'."
        )
    return errors.NotFoundError(f"{file}: no such file, although the dataset.toml names it.")


def _with_roles(
    file: Location, source: RatingsSource, table: TextTable
) -> tuple[RatingsSource, list[str]]:
    """`source` with user, item, rating and time as names of columns that exist."""
    guessed: list[str] = []
    given = {
        role: name
        for role in ("user", "item", "rating", "time")
        if (name := getattr(source, role)) is not None
    }
    for role, name in given.items():
        if name not in table.columns:
            if name.isdigit() and 1 <= int(name) <= len(table.names):
                given[role] = table.names[int(name) - 1]
                continue
            unknown = errors.unknown("column", name, table.names)
            raise errors.DataError(f"{file}: for the {role}: {unknown}")
    for role, name in given.items():
        other = next(other for other in given if given[other] == name)
        if other != role:
            raise errors.DataError(f"{file}: column '{name}' cannot be both {other} and {role}.")
    if not {"user", "item", "rating"} <= set(given):
        sample = {
            name: column.slice(0, _SAMPLE).to_numpy()
            for name, column in table.columns.items()
            if name not in given.values()
        }
        if not given and roles.wide(sample):
            raise errors.DataError(
                f"{file}: has {len(table.names)} columns of numbers, none of them called rating. A "
                "matrix with a row a user, the number of her ratings in the first column and 99 for "
                "no rating reads with '--file-format jester'. For a table with a row a rating say "
                "'--columns user=NAME,item=NAME,rating=NAME'."
            )
        found = {role: name for role, name in roles.roles(sample).items() if role not in given}
        guessed += found
        given |= found
    missing = [role for role in ("user", "item", "rating") if role not in given]
    if missing:
        raise errors.DataError(
            f"{file}: no column for {' and '.join(missing)}. It has {len(table.names)} column"
            f"{'s' * (len(table.names) != 1)}: {', '.join(table.names)}. A table of ratings needs user, "
            "item and rating; say which is which with '--columns user=NAME,item=NAME,rating=NAME', "
            "and how rows are cut with '--delimiter'."
        )
    if "time" in given and source.time_unit is None:
        unit = "date"
        if source.time_format is None:
            unit = roles.time_unit(table.columns[given["time"]].slice(0, _SAMPLE).to_numpy())
            guessed.append("time_unit")
        source = dataclasses.replace(source, time_unit=unit)
    return dataclasses.replace(source, **given), guessed


def _why_empty(table: TextTable, source: RatingsSource, bad: list[BadRow]) -> str:
    if bad:
        return f"all {len(bad):,} rows are bad, the first on {bad[0]}."
    return f"{'only the header' if source.header else 'no row'} ({', '.join(table.names)})."


def _ratings(rows: columns.Rows, source: RatingsSource, table_ids: pa.Array | None) -> Ratings:
    assert source.scale is not None
    user_ids = Ids.of(rows.users.unique().to_numpy(zero_copy_only=False))
    rated = rows.items.unique().to_numpy(zero_copy_only=False)
    item_ids = Ids.of(rated) if table_ids is None else Ids.of(rated, table_ids)
    return Ratings(
        user_ids=user_ids,
        item_ids=item_ids,
        users=user_ids.codes(rows.users),
        items=item_ids.codes(rows.items),
        values=rows.values,
        times=rows.times,
        scale=source.scale,
        time_unit=rows.time_unit,
    )


def _shown(source: RatingsSource, guessed: list[str]) -> tuple[tuple[str, str, str], ...]:
    readable = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "::": "'::'"}
    shown = []
    for name in sorted(guessed, key=list(_OPTIONS).index):
        value = getattr(source, name)
        if name == "delimiter":
            value = readable.get(value, repr(value))
        elif name == "header":
            value = "yes" if value else "no"
        elif name == "scale":
            value = f"{value[0]:g} to {value[1]:g}"
        if value is not None:
            shown.append((name.replace("_", " "), str(value), _OPTIONS[name]))
    return tuple(shown)
