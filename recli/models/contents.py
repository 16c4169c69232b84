"""Whether the contents of a stored model go together: checksums tell that they are what somebody wrote.

Whoever writes a model can make its checksums, too. So what is read is looked at before anything uses it:
types, names, lengths and bounds of each part, by what the other parts say. What is looked at is what is
read anyway; the state is left to the algorithm, see `Algorithm.layout`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NotRequired, TypedDict

import msgspec
import numpy as np

from recli import errors
from recli.configuration import Place, convert
from recli.data.description import DescribedFeature, Feature
from recli.data.ratings import PER_SECOND
from recli.models.list_quality import ORIGIN, ListQuality

_NEEDED = {"users": np.int32, "items": np.int32, "values": np.float64}
_POSSIBLE = {
    **_NEEDED,
    "times": np.int64,
    "first_times": np.int64,
    "user_places": np.int64,
    "item_places": np.int64,
}
"""The columns of ratings; places are of ids."""
_SEEDS = 2**32
_FIRST_YEAR, _LAST_YEAR = 1971, 9998  # which every time zone has
_MOST_CANDIDATES = 1 << 20
_ROUNDED = 1e-6  # of the largest rating: what the order of a sum makes of a mean of floats


class RawIds(TypedDict):
    """What `ids.json` says: the raw ids of users and items, by code."""

    users: list[str]
    items: list[str]


class StoredTable(TypedDict):
    """What `tables.json` says of users or items, see `Table`, `Users` and `Items`."""

    columns: dict[str, list[str]]
    in_table: list[bool]
    n_unrated: NotRequired[int]
    titles: NotRequired[list[str] | None]
    features: NotRequired[list[dict[str, Any]]]


class StoredTables(TypedDict):
    """What `tables.json` says; None where there is no such table."""

    users: StoredTable | None
    items: StoredTable | None


def check_manifest(manifest: Mapping[str, Any]) -> None:
    """Hold the values of a manifest of the right types to their bounds and to each other.

    Args:
        manifest: what it says

    Raises:
        ValueError: for what cannot be; it says what it is
    """
    low, high = _pair(manifest["scale"])
    _refuse(low > high, f"its scale goes from {low:g} to {high:g}")
    _refuse(manifest.get("implicit", False) and low <= 0, f"its least weight is {low:g}")
    slack = _slack(low, high)
    mean = manifest["mean"]
    _refuse(not low - slack <= mean <= high + slack, f"its mean of {mean:g} is not on the scale")
    seed, unit = manifest["seed"], manifest.get("time_unit", "s")
    _refuse(not 0 <= seed < _SEEDS, f"its seed is {seed}")
    _refuse(unit not in PER_SECOND, f"its unit of time is '{unit}'")
    _refuse("recli" not in manifest["versions"], "it does not say by which recli it was written")
    year = datetime.fromisoformat(manifest["trained"]).year
    _refuse(not _FIRST_YEAR <= year <= _LAST_YEAR, f"it was trained in the year {year}")
    if index := manifest.get("index"):
        fits = 1 <= index["depth"] <= _MOST_CANDIDATES and 0 <= index["recall"] <= 1
        _refuse(not (fits and index["users"] >= 0), "what it says of its index cannot be")
    quality = manifest["origin"].get(ORIGIN)
    if quality is not None and "ndcg" in quality:
        msgspec.convert(quality, ListQuality)
        unknown = quality.keys() - ListQuality.__annotations__.keys()
        _refuse(bool(unknown), f"nobody knows its {', '.join(sorted(unknown))}")
    elif quality is not None:
        _refuse("unmeasured" not in quality, "it does not say how good its lists are, nor why not")


def check_ids(raw: RawIds) -> None:
    """Every id is there once, and is a text that can be written.

    Args:
        raw: what is there

    Raises:
        ValueError: for what cannot be; it says what it is
    """
    for side in ("users", "items"):
        texts: list[str] = raw[side]  # type: ignore[literal-required]
        _refuse(len(set(texts)) < len(texts), f"an id is there twice among the {side}")
        _check_texts(texts)


def check_ratings(
    columns: Mapping[str, np.ndarray], manifest: Mapping[str, Any], raw: RawIds, whole: bool = True
) -> None:
    """The columns of ratings go with each other, with the ids and with the manifest.

    Args:
        columns: by name
        manifest: what the manifest says
        raw: the ids
        whole: whether these are the ratings of all users

    Raises:
        ValueError: for what cannot be; it says what it is
    """
    check_columns(columns)
    n = len(columns["values"])
    _refuse(whole and not n, "it has no ratings")
    for side in ("user", "item"):
        ids: list[str] = raw[f"{side}s"]  # type: ignore[literal-required]
        check_codes(columns[f"{side}s"], len(ids), f"{side}s")
        if f"{side}_places" in columns:
            _check_places(columns[f"{side}_places"], len(ids), side)
    implicit, (low, high) = manifest.get("implicit", False), manifest["scale"]
    for name in ("users", "items", "values", "times", "first_times"):
        _refuse(name in columns and len(columns[name]) != n, f"{name} are not {n:,}")
    _refuse("first_times" in columns and not implicit, "ratings have no first_times")
    values = columns["values"]
    if n:  # NaN is neither
        on_scale = low <= values.min() and values.max() <= high
        _refuse(not on_scale, f"a value is not on the scale from {low:g} to {high:g}")
    if whole:
        off = abs(float(values.mean()) - manifest["mean"])
        _refuse(not off <= _slack(low, high), f"its values have not the mean {manifest['mean']:g}")


def check_columns(columns: Mapping[str, Any]) -> None:
    """The columns of ratings are those that there may be, of their types.

    Args:
        columns: by name, arrays or anything that tells its `dtype` and `shape` as they do

    Raises:
        ValueError: for what cannot be; it says what it is
    """
    lacking, unknown = _NEEDED.keys() - columns.keys(), columns.keys() - _POSSIBLE.keys()
    _refuse(bool(lacking), f"it lacks {', '.join(sorted(lacking))}")
    _refuse(bool(unknown), f"nobody knows its {', '.join(sorted(unknown))}")
    for name, column in columns.items():
        right = column.dtype == _POSSIBLE[name] and len(column.shape) == 1
        _refuse(not right, f"{name} are {column.dtype}, in {len(column.shape)} dimensions")


def check_codes(codes: np.ndarray, n: int, what: str) -> None:
    """Codes are those of ids.

    Args:
        codes: int32, those in a file
        n: how many ids there are
        what: what they are of

    Raises:
        ValueError: for what cannot be; it says what it is
    """
    within = not len(codes) or 0 <= codes.min() <= codes.max() < n
    _refuse(not within, f"{what} have codes outside of 0 to {n - 1}")


def check_table(table: StoredTable | None, n: int) -> tuple[Feature, ...]:
    """A table has as many rows as there are ids, and what it says of its features is so.

    Args:
        table: what is there
        n: how many ids there are

    Returns:
        The features, of items.

    Raises:
        ValueError: for what cannot be; it says what it is
    """
    if table is None:
        return ()
    titles = table.get("titles")
    lengths = {name: len(column) for name, column in table["columns"].items()}
    for name, length in [*lengths.items(), ("in_table", len(table["in_table"]))]:
        _refuse(length != n, f"{name} has not {n:,} rows")
    _refuse(titles is not None and len(titles) != n, f"titles are not {n:,}")
    for texts in (list(table["columns"]), *table["columns"].values(), titles or []):
        _check_texts(texts)
    _refuse(table.get("n_unrated", 0) < 0, "n_unrated is below 0")
    place = Place("its features", {})
    given = [
        {key: value for key, value in one.items() if value is not None}
        for one in table.get("features", [])
    ]
    features: tuple[Feature, ...]
    try:
        features = convert(tuple[DescribedFeature, ...], given, place)
    except errors.DataError as error:
        raise ValueError(error) from None
    for feature in features:
        for column in feature.columns or (feature.column,):
            _refuse(column not in table["columns"], f"'{feature.name}' has no column {column}")
    names = [feature.name for feature in features]
    _refuse(len(set(names)) < len(names), "a feature is there twice")
    return features


def _check_places(places: np.ndarray, n: int, side: str) -> None:
    """Each number below n is there once."""
    fit = len(places) == n and (not n or 0 <= places.min() <= places.max() < n)
    fit = fit and bool((np.bincount(places, minlength=n) == 1).all())
    _refuse(not fit, f"{side}_places do not put {n:,} ids in order")


def _check_texts(texts: Sequence[str]) -> None:
    try:
        "\n".join(texts).encode()
    except UnicodeEncodeError:
        raise ValueError("a text has half a character of two, such as \\ud800") from None


def _pair(scale: Sequence[float]) -> tuple[float, float]:
    _refuse(len(scale) != 2, f"its scale has {len(scale)} ends")
    low, high = scale
    return low, high


def _slack(low: float, high: float) -> float:
    return _ROUNDED * max(abs(low), abs(high))


def _refuse(wrong: bool, problem: str) -> None:
    if wrong:
        raise ValueError(problem)
