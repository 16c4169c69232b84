"""A file of ratings made a dataset with a name, and the removal of such a dataset."""

from __future__ import annotations

import dataclasses
import shutil
from dataclasses import dataclass
from pathlib import Path

from recli import errors, files
from recli.configuration import key, toml
from recli.data import description, find
from recli.data.columns.table_ids import Known, share
from recli.data.dataset import Dataset
from recli.data.description import Feature, ItemsSource, UsersSource
from recli.data.ids import Ids
from recli.data.load import load
from recli.data.sources.locate import locate
from recli.data.sources.location import Location
from recli.data.tables import features, reading
from recli.data.tables.guess_features import guess_items
from recli.data.tables.reading import DescribedTable


@dataclass(frozen=True)
class Added:
    """A dataset that was added: its folder, itself as it loads from there, and what there is to tell.

    Attributes:
        folder: the folder of the dataset
        dataset: the ratings, and what is known of items and users
        told: what was decided, a sentence each
    """

    folder: Path
    dataset: Dataset
    told: tuple[str, ...]


def add(
    name: str,
    ratings_file: Path | str,
    dataset: Dataset,
    items_file: Path | str | None = None,
    users_file: Path | str | None = None,
    items_id: str | None = None,
    users_id: str | None = None,
    on_bad: str = "error",
    duplicates: str = "error",
) -> Added:
    """Copy the file of a dataset that was loaded into the user's folder, with a dataset.toml.

    Of an item table a column called title or name is the title; columns are declared as features by
    what they hold, but for those that say nothing. The whole is loaded, features and all, before the
    folder gets its name. Files at a URL are fetched; many parts and tables in a database stay where
    they are, and the dataset.toml says where, without a password.

    Args:
        name: the name
        ratings_file: the table of ratings, a file or an address
        dataset: the ratings, and what is known of items and users
        items_file: the table of items
        users_file: the table of users
        items_id: the column of the item table that holds the ids; None looks for it
        users_id: the column of the user table that holds the ids; None looks for it
        on_bad: `error`, or `skip` to set bad rows aside
        duplicates: what becomes of repeated pairs of user and item: `error`, `first`, `last`,
            `mean` or `keep`

    Raises:
        UsageError: for a name that cannot be a folder's or is taken and for files of one name
        NotFoundError: for an absent file
        DataError: for a table that cannot be read
    """
    folder = find.user_folder() / files.checked_name(name, "dataset")
    if folder.exists():
        raise errors.UsageError(
            f"There is a dataset '{name}' already: {folder}. Choose another name, or remove it with "
            f"'recli data rm {name}'."
        )
    ratings = locate(Path(), str(ratings_file), dataset.description.ratings.query)
    items, users = (
        locate(Path(), str(given)) if given is not None else None
        for given in (items_file, users_file)
    )
    copied = _to_copy(*filter(None, (ratings, items, users)))
    text, told = _ratings_toml(name, _kept_as(ratings), dataset), list[str]()
    if items is not None:
        text += _items_toml(items, items_id, dataset, on_bad, told)
    if users is not None:
        text += _users_toml(users, users_id, dataset, on_bad, told)
    with files.new_folder(folder) as temporary:
        for file in copied:
            shutil.copyfile(file.path, temporary / file.name)
        files.write_text(temporary / description.FILE_NAME, text)
        loaded = load(str(temporary), on_bad=on_bad, duplicates=duplicates)
        if loaded.has_features:
            features.matrix(loaded.items)
    return Added(folder, loaded, tuple(told))


def remove(name: str) -> Path:
    """Remove a dataset from the user's own folder.

    Args:
        name: the name

    Raises:
        NotFoundError: where it is not in there
    """
    folder = find.own(name)
    with files.writable(folder):
        gone = folder.rename(folder.with_name(f".{name}.removed"))
        shutil.rmtree(gone)
    return folder


def _to_copy(*all_files: Location) -> list[Location]:
    copied: dict[str, Location] = {}
    for file in all_files:
        if not file.exists():
            raise errors.NotFoundError(f"{file}: no such file.")
        if file.stays:
            continue
        other = copied.setdefault(file.name, file)
        if other.whole != file.whole:
            raise errors.UsageError(
                f"{other} and {file} would be one file in the dataset's folder: rename one of them."
            )
    return list(copied.values())


def _kept_as(file: Location) -> str:
    """A file as the dataset.toml names it: the copy beside it, or a member of that; or many parts."""
    if file.stays:
        return file.reference()
    return file.name if file.member is None else f"{file.name}::{file.member}"


def _ratings_toml(name: str, file: str, dataset: Dataset) -> str:
    source = dataset.description.ratings
    lines = [f"name = {toml(name)}", "", "[ratings]", f"file = {toml(file)}"]
    for field in dataclasses.fields(source):
        value = getattr(source, field.name)
        if field.name == "file":
            continue
        if value is not None:
            lines.append(f"{field.name} = {toml(value)}")
    return "\n".join(lines) + "\n"


def _items_toml(
    file: Location, id_column: str | None, dataset: Dataset, on_bad: str, told: list[str]
) -> str:
    """The tables [items] and [items.features]; what was decided is added to `told`."""
    ratings = dataset.ratings
    known = Known.items(dataset.description.ratings, ratings.item_ids.text[ratings.item_counts > 0])
    described = reading.describe(file, ItemsSource(file.name, id=id_column), known, on_bad)
    catalogue = Ids.of(ratings.item_ids.text, described.ids)
    guessed = guess_items(described, ItemsSource(file.name), catalogue)
    title, kept = guessed.source.title, guessed.source.features
    told.append(_found(file, described, known) + (f", titles in {title}" if title else "") + ".")
    if kept:
        told.append(f"Features: {', '.join(feature.name for feature in kept)}.")
    told += [f"Left out: {name} (row numbers)." for name in guessed.numbering]
    if guessed.silent:
        told.append(f"No features, for they do not tell items apart: {', '.join(guessed.silent)}.")
    lines = ["", "[items]", f"file = {toml(_kept_as(file))}", f"id = {toml(described.id)}"]
    if title is not None:
        lines.append(f"title = {toml(title)}")
    lines += ["", "[items.features]"]
    for feature in kept:
        lines.append(f"{key(feature.name)} = {_declared(feature)}")
    return "\n".join(lines) + "\n"


def _declared(feature: Feature) -> str:
    """A feature as a dataset.toml has it."""
    cut = f', separator = "{feature.separator}"' if feature.kind in ("categories", "tags") else ""
    return f'{{ kind = "{feature.kind}"{cut} }}'


def _users_toml(
    file: Location, id_column: str | None, dataset: Dataset, on_bad: str, told: list[str]
) -> str:
    """The table [users]; what was decided is added to `told`."""
    known = Known.users(dataset.description.ratings, dataset.ratings.user_ids.text)
    described = reading.describe(file, UsersSource(file.name, id=id_column), known, on_bad)
    told.append(_found(file, described, known) + ".")
    return f"\n[users]\nfile = {toml(_kept_as(file))}\nid = {toml(described.id)}\n"


def _found(file: Location, described: DescribedTable, known: Known) -> str:
    has = f"{share(known.found_in(described.ids))} of the {known.whose}"
    return f"{known.role.capitalize()}s: {file.name}, ids in {described.id} ({has})"
