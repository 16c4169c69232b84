"""A file of ratings made a dataset with a name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from recli import errors, files
from recli.data import description, find
from recli.data.dataset import Dataset
from recli.data.description import toml
from recli.data.load import read_header
from recli.data.numbers import is_gap

_TITLE_NAMES = ("title", "name", "label")


def add(
    name: str,
    ratings_file: Path,
    dataset: Dataset,
    items_file: Path | None = None,
    users_file: Path | None = None,
) -> Path:
    """Copy the file of a dataset that was loaded into the user's folder, with a dataset.toml.

    Of an item table the first column is the id, a column called title or name the title; columns are
    declared as features by what they hold. Of a user table the first column is the id as well.

    Raises UsageError for a name that cannot be a folder's or is taken and for files of one name,
    NotFoundError for an absent file.
    """
    folder = find.user_folder() / files.checked_name(name, "dataset")
    if folder.exists():
        raise errors.UsageError(
            f"There is a dataset '{name}' already: {folder}. Choose another name."
        )
    copied: dict[str, Path] = {}
    for file in filter(None, (ratings_file, items_file, users_file)):
        if not file.is_file():
            raise errors.NotFoundError(f"{file}: no such file.")
        other = copied.setdefault(file.name, file)
        if other is not file:
            raise errors.UsageError(
                f"{other} and {file} would be one file in the dataset's folder: rename one of them."
            )
    with files.new_folder(folder) as temporary:
        for file in copied.values():
            shutil.copyfile(file, temporary / file.name)
        text = _ratings_toml(name, ratings_file.name, dataset)
        if items_file is not None:
            text += _items_toml(items_file)
        if users_file is not None:
            text += _users_toml(users_file)
        files.write_text(temporary / description.FILE_NAME, text)
    return folder


def _ratings_toml(name: str, file: str, dataset: Dataset) -> str:
    source = dataset.description.ratings
    lines = [f"name = {toml(name)}", "", "[ratings]", f"file = {toml(file)}"]
    for key in ("format", "delimiter", "header", "encoding", "columns", "user", "item", "rating",
                "time", "scale", "time_unit", "time_format", "prepare"):  # fmt: skip
        value = getattr(source, key)
        if value is not None:
            lines.append(f"{key} = {toml(value)}")
    return "\n".join(lines) + "\n"


def _items_toml(path: Path) -> str:
    columns = read_header(path)
    names = list(columns)
    title = next((n for n in names if n.strip().lower() in _TITLE_NAMES), None)
    lines = ["", "[items]", f"file = {toml(path.name)}", f"id = {toml(names[0])}"]
    if title is not None:
        lines.append(f"title = {toml(title)}")
    lines += ["", "[items.features]"]
    for column in names[1:]:
        if column != title:
            key = column if re.fullmatch(r"[A-Za-z0-9_-]+", column) else toml(column)
            lines.append(f"{key} = {_feature(column, columns[column])}")
    return "\n".join(lines) + "\n"


def _users_toml(path: Path) -> str:
    first, *_ = read_header(path)
    return f"\n[users]\nfile = {toml(path.name)}\nid = {toml(first)}\n"


def _feature(name: str, values: list[str]) -> str:
    """The declaration that fits a column's name and values: year, number, tags, categories, text."""
    filled = [value for value in values if value.strip()]
    known = [value for value in filled if not is_gap(value)]
    if known and all(_is_number(value) for value in known):
        return f'{{ kind = "{"year" if "year" in name.lower() else "number"}" }}'
    separator = next((s for s in "|;," if any(s in value for value in filled)), "|")
    parts = {part.strip() for value in filled for part in value.split(separator)}
    if parts and all(re.fullmatch(r".+:\s*\d+", part) for part in parts):
        return f'{{ kind = "tags", separator = "{separator}" }}'
    if len(parts) < max(2, len(filled) // 2):
        return f'{{ kind = "categories", separator = "{separator}" }}'
    return '{ kind = "text" }'


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"\s*[-+]?\d+(\.\d+)?\s*", text))
