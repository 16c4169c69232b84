"""`recli.load`."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
import surprise

from recli import errors
from recli.api._arguments import mapping
from recli.api._in_memory import InMemory, Table
from recli.data import find, surprise_dataset
from recli.data.dataset import Dataset
from recli.data.description import Quote, TimeUnit
from recli.data.load import load_described
from recli.data.preparation._base import Step

Source: TypeAlias = str | Path | pd.DataFrame | surprise.Dataset | Dataset
"""What a dataset is made of: a name, a path, a URL, a table, or a dataset that there is already."""


def load(
    source: Source = find.DEFAULT,
    *,
    user: Hashable = None,
    item: Hashable = None,
    rating: Hashable = None,
    weight: Hashable = None,
    event: Hashable = None,
    time: Hashable = None,
    implicit: bool | None = None,
    scale: tuple[float, float] | None = None,
    weights: Mapping[str, float] | None = None,
    time_unit: Literal["s", "ms", "us", "ns", "date"] | None = None,
    time_format: str | None = None,
    items: Table | None = None,
    users: Table | None = None,
    items_id: str | None = None,
    users_id: str | None = None,
    on_bad: Literal["error", "skip"] = "error",
    duplicates: Literal["error", "first", "last", "mean"] = "error",
    prepare: Iterable[str | Step] = (),
    name: str | None = None,
    query: str | None = None,
    format: str | None = None,
    delimiter: str | None = None,
    header: bool | None = None,
    encoding: str | None = None,
    quote: Literal["auto", "double", "none"] | None = None,
    escape: str | None = None,
    decimal: str | None = None,
    missing: float | None = None,
) -> Dataset:
    """A dataset of ratings or interactions.

    Which column plays which role is found out by a look at the table, as for files on the command
    line; `repr` of the dataset shows what was found, and the arguments overrule it.

    Args:
        source: the name of a dataset (`movielens-small` comes with recli), a file, a folder with a
            dataset.toml, a URL, a pandas DataFrame, or a `surprise.Dataset`
        user: the column of users, by name; in a file without names by number, from 1 on
        item: the column of items
        rating: the column of ratings
        weight: of interactions, the column that says how much each weighs, such as a count
        event: of interactions, the column that says of what kind each is
        time: the column of times
        implicit: whether rows are interactions (views, purchases, plays) or ratings
        scale: the lowest and the highest rating possible
        weights: what each kind of interaction weighs, 0 to leave it out
        time_unit: unit of the time column, `s`, `ms`, `us` or `ns` since 1970, or `date`
        time_format: how dates are written, as strptime has it
        items: a table of items, a DataFrame or a file: a column called title or name is the title,
            and the others are features by what they hold
        users: a table of users, a DataFrame or a file
        items_id: the column of ids in `items`; by default the one that has those of the ratings
        users_id: the column of ids in `users`, likewise
        on_bad: what becomes of rows that are no ratings: `error`, or `skip`, which sets them aside
            in `bad_rows`
        duplicates: which of several ratings of one user for one item counts, the `first`, the
            `last`, or their `mean`
        prepare: steps of preparation in their order, as text (`"k-core:min_user_ratings=5"`, see
            `recli list steps`) or as instances of their classes
        name: what the dataset is called; by default as its source
        query: of a database, what is asked
        format: of a file, its format
        delimiter: of a file, what cuts a row into columns
        header: of a file, whether its first row has the names of the columns
        encoding: of a file, its encoding
        quote: of a file, whether double quotes enclose cells
        escape: of a file, the character that takes the next one literally
        decimal: of a file, the decimal point
        missing: of a wide matrix, the number that stands for no rating

    Returns:
        The dataset: `ratings`, `items`, `users`, and `trainset()`, `to_pandas()`, `to_surprise()`.

    Raises:
        NotFoundError: there is no such dataset or file
        DataError: the content is no table of ratings; the message has row and reason
        UsageError: an argument is none of those that are valid

    >>> import pandas as pd, recli
    >>> frame = pd.DataFrame({
    ...     "customer": ["ann", "ann", "bob"], "film": ["Heat", "Alien", "Heat"], "stars": [5, 3, 4],
    ... })
    >>> recli.load(frame, scale=(1, 5), name="shop")
    shop: 2 users × 2 items, 3 ratings from 1 to 5
      user: customer
      item: film
      rating: stars
    """
    if isinstance(source, Dataset):
        raise errors.UsageError("This is a dataset already: there is nothing to load.")
    roles = {"user": user, "item": item, "rating": rating, "weight": weight, "event": event}
    roles["time"] = time
    if isinstance(source, surprise.Dataset):
        scale = tuple(source.reader.rating_scale) if scale is None else scale
        source = surprise_dataset.frame(source)
    of_file = {
        "query": query,
        "format": format,
        "delimiter": delimiter,
        "header": header,
        "encoding": encoding,
        "quote": quote,
        "escape": escape,
        "decimal": decimal,
        "missing": missing,
    }
    if isinstance(source, pd.DataFrame):
        _check_frame(of_file)
        roles = {role: _column(source, label) for role, label in roles.items()}
    given = {
        **of_file,
        **{role: None if label is None else str(label) for role, label in roles.items()},
        "implicit": implicit,
        "scale": _scale(scale),
        "weights": _weights(weights),
        "time_unit": time_unit,
        "time_format": time_format,
        "prepare": _steps(prepare),
    }
    for parameter, value, valid in (
        ("time_unit", time_unit, _names(TimeUnit)),
        ("quote", quote, _names(Quote)),
        ("implicit", implicit, (True, False)),
    ):
        if value is not None and value not in valid:
            raise errors.unknown(parameter, str(value), map(str, valid))
    about = InMemory.of(source, name)
    about = about.with_table("items", items, items_id).with_table("users", users, users_id)
    overrides = {key: value for key, value in given.items() if value is not None}
    dataset = load_described(about, overrides, on_bad, duplicates)
    rated, raters = np.unique(dataset.ratings.items), np.unique(dataset.ratings.users)
    if items is not None and dataset.items is not None:
        _check_found("items", dataset.items.in_table[rated], dataset.ratings.item_ids.text[rated])
    if users is not None and dataset.users is not None:
        _check_found("users", dataset.users.in_table[raters], dataset.ratings.user_ids.text[raters])
    return about.forgotten_by(dataset)


def as_dataset(source: Source) -> Dataset:
    """`source` itself, if it is a dataset, else what `load` makes of it.

    Args:
        source: a dataset, or what `load` takes
    """
    return source if isinstance(source, Dataset) else load(source)


def _names(kind: Any) -> tuple[str, ...]:
    """What a text of this kind may be."""
    _, one_of = get_args(kind)
    names: tuple[str, ...] = one_of.names
    return names


def _check_found(role: str, found: np.ndarray, ids: np.ndarray) -> None:
    """Raise DataError for a table that describes none of those in the ratings, object[n] of str."""
    if not found.any():
        raise errors.DataError(
            f"`{role}` describes none of the {len(ids):,} {role} in the ratings, such as "
            f"{', '.join(ids[:3])}. Say which column has their ids: `{role}_id`."
        )


def _check_frame(of_file: Mapping[str, Any]) -> None:
    """Raise UsageError for what says how a file is read, where there is none."""
    given = [name for name, value in of_file.items() if value is not None]
    if given:
        raise errors.UsageError(f"`{given[0]}` says how a file is read, and this is a DataFrame.")


def _column(frame: pd.DataFrame, label: Hashable) -> str | None:
    """How a column of a DataFrame is named: by number, unless its label is one that a file may have."""
    labels: list[Any] = frame.columns.tolist()
    if label is None:
        return None
    named = isinstance(label, str) and label and label == label.strip()
    return str(label) if named or label not in labels else str(labels.index(label) + 1)


def _scale(scale: tuple[float, float] | None) -> tuple[float, float] | None:
    """Raises UsageError for what is no scale."""
    if scale is None:
        return None
    try:
        low, high = map(float, () if isinstance(scale, str) else scale)
    except (TypeError, ValueError):
        raise errors.UsageError(
            f"`scale={scale!r}` should be the lowest and the highest rating: `scale=(1, 5)`."
        ) from None
    if not -math.inf < low < high < math.inf:
        raise errors.UsageError(
            f"`scale=({low:g}, {high:g})`: the lowest is not below the highest, or has no end."
        )
    return low, high


def _weights(given: Mapping[str, float] | None) -> dict[str, float] | None:
    """Raises UsageError for what is no number of each kind."""
    found = mapping("weights", given, '{"view": 1, "buy": 5}')
    try:
        return {str(kind): float(weight) for kind, weight in found.items()} or None
    except (TypeError, ValueError):
        raise errors.UsageError(f"`weights={given!r}`: weights are numbers, 0 or more.") from None


def _steps(given: object) -> tuple[str, ...] | None:
    """One step or several, as text. Raises UsageError for what are none."""
    if isinstance(given, str | Step):
        return (str(given),)
    if not isinstance(given, Iterable):
        raise errors.UsageError(f"`prepare={given!r}` should be a list of steps.")
    return tuple(map(str, given)) or None
