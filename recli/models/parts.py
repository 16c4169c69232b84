"""The files that a stored model consists of.

model.json           the manifest: algorithm, parameters, dataset, origin, versions, checksums
ratings.safetensors  users, items, values and times of the ratings
state.safetensors    what the algorithm has learned
ids.json             raw ids of users and items
tables.json          the item and the user table, without which there is no title and no filter
state.pickle         instead of a state: of a class of the user's own, and only if they say so
items.index          by which items are found without the scores of all, if it has one
"""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

import recli
from recli import errors, files, json_documents
from recli.data.description import Feature
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.tables.items import Items
from recli.data.tables.table import Table
from recli.data.tables.users import Users
from recli.data.trainset import Trainset
from recli.models import contents
from recli.models.stored import MODELS
from recli.stored import sealed

_RATINGS, _STATE, _IDS, _TABLES = PARTS = (
    "ratings.safetensors",
    "state.safetensors",
    "ids.json",
    "tables.json",
)
PICKLE = "state.pickle"
_ROWS = 1 << 22  # of ratings that are looked at at a time: 100 MB
INDEX = "items.index"
_PACKAGES = ("numpy", "scipy", "scikit-surprise", "safetensors")


def write(
    folder: Path, about: Mapping[str, Any], state: Mapping[str, np.ndarray], trainset: Trainset
) -> None:
    """Every part but a pickle and an index, which are there; manifest, versions and checksums last.

    Args:
        folder: the folder of the model
        about: the manifest of the model
        state: arrays of the fitted algorithm
        trainset: the ratings that it learned from
    """
    ratings = trainset.own_ratings
    columns = {
        "users": ratings.users,
        "items": ratings.items,
        "values": ratings.values,
        "user_places": ratings.user_ids.places,
        "item_places": ratings.item_ids.places,
    }
    if ratings.times is not None:
        columns["times"] = ratings.times
    if ratings.first_times is not None:
        columns["first_times"] = ratings.first_times
    _save(folder / _RATINGS, columns)
    _save(folder / _STATE, {name: np.ascontiguousarray(array) for name, array in state.items()})
    ids = {"users": ratings.user_ids.text.tolist(), "items": ratings.item_ids.text.tolist()}
    files.write_json(folder / _IDS, ids)
    tables = {"items": trainset.item_table, "users": trainset.user_table}
    files.write_json(folder / _TABLES, {name: _document(table) for name, table in tables.items()})
    from importlib.metadata import version  # not for those who only read

    versions = {name: version(name) for name in _PACKAGES}
    manifest = {
        "schema": MODELS.schema,
        **about,
        "scale": list(ratings.scale),
        "time_unit": ratings.time_unit,
        "implicit": ratings.implicit,
        "versions": {"recli": recli.__version__, "python": platform.python_version(), **versions},
        "sha256": {part: files.sha256(folder / part) for part in _parts(about)},
    }
    MODELS.write(folder, manifest)


def verified(
    folder: Path, advice: str = MODELS.advice, unused: Collection[str] = ()
) -> dict[str, Any]:
    """The manifest in `folder`, once every part is what it says.

    Args:
        folder: the folder of the model
        advice: what to do about it
        unused: parts that nobody is going to read, which may be damaged

    Raises:
        NotFoundError: without a manifest
        DataError: for one that is damaged, of another format, or lacks something, and for a part
            that is missing or altered; `advice` says what to do
    """
    manifest = read_manifest(folder, advice)
    for part in (part for part in _parts(manifest) if part not in unused):
        if not (folder / part).is_file():
            raise errors.DataError(f"{folder}: the part {part} is missing. {advice}")
        if files.sha256(folder / part) != manifest["sha256"].get(part):
            raise errors.DataError(
                f"{folder / part}: is not what was written (SHA-256 differs). {advice}"
            )
    return manifest


def read(
    folder: Path, manifest: Mapping[str, Any], of_users: np.ndarray | None = None
) -> tuple[dict[str, np.ndarray], tuple[Ratings, Items | None, Users | None]]:
    """The arrays of the fitted state by name; then ratings, item and user table.

    Args:
        folder: the folder of the model
        manifest: the manifest of the model
        of_users: bool[n_users] by code, whose ratings are read, the others' never being in memory all at
            once; None for all
    """
    state = _arrays(folder / _STATE)
    with _told(folder / _IDS):
        ids = _said(folder / _IDS, contents.RawIds)
        contents.check_ids(ids)
    with _told(folder / _RATINGS):
        columns = (
            _arrays(folder / _RATINGS)
            if of_users is None
            else _of_users(folder / _RATINGS, of_users)
        )
        contents.check_ratings(columns, manifest, ids, whole=of_users is None)
    with _told(folder / _TABLES):
        tables = _said(folder / _TABLES, contents.StoredTables)
        features = contents.check_table(tables["items"], len(ids["items"]))
        contents.check_table(tables["users"], len(ids["users"]))
    low, high = manifest["scale"]
    ratings = Ratings(
        user_ids=Ids(np.array(ids["users"], object), columns.get("user_places")),
        item_ids=Ids(np.array(ids["items"], object), columns.get("item_places")),
        users=columns["users"],
        items=columns["items"],
        values=columns["values"],
        times=columns.get("times"),
        scale=(low, high),
        time_unit=manifest.get("time_unit", "s"),  # models of older versions knew no other
        implicit=manifest.get("implicit", False),
        first_times=columns.get("first_times"),
    )
    items, users = tables["items"], tables["users"]
    return state, (
        ratings,
        items and _items(items, ratings.item_ids, features),
        users and Users(ratings.user_ids, **_columns(users), n_unrated=users.get("n_unrated", 0)),
    )


@contextmanager
def _told(path: Path, advice: str = MODELS.advice) -> Iterator[None]:
    """A block in which what is wrong with a part becomes an error that names it."""
    try:
        yield
    except ValueError as error:
        raise errors.DataError(f"{path}: is damaged: {error}. {advice}") from None


def _said(path: Path, shape: Any) -> Any:
    """What a part says that is JSON. Raises ValueError for what has not this shape."""
    return msgspec.convert(json_documents.parsed(path.read_bytes()), shape)


def _of_users(path: Path, users: np.ndarray) -> dict[str, np.ndarray]:
    """The columns of the rows of some users; of ids, all. Raises ValueError for others' codes."""
    with _readable(path), safetensors.safe_open(path, framework="numpy") as file:
        every = list(file.keys())
        of_ids = {name: file.get_tensor(name) for name in every if name.endswith("_places")}
        names = [name for name in every if name not in of_ids]
        slices = {name: file.get_slice(name) for name in names}
        contents.check_columns({name: column[:0] for name, column in slices.items()})
        [n] = slices["users"].get_shape()
        found: dict[str, list[np.ndarray]] = {name: [] for name in names}
        for start in range(0, max(1, n), _ROWS):
            rows = slice(start, min(start + _ROWS, n))
            codes = slices["users"][rows]
            contents.check_codes(codes, len(users), "users")
            chosen = users[codes]
            for name in names:
                found[name].append(slices[name][rows][chosen])
    return of_ids | {name: np.concatenate(chunks) for name, chunks in found.items()}


def without_index(folder: Path) -> dict[str, Any]:
    """The manifest in `folder` as that of the same model without its index.

    Args:
        folder: the folder of the model
    """
    manifest = read_manifest(folder)
    if "index" not in manifest:
        return manifest
    rest = {key: value for key, value in manifest.items() if key not in ("index", "seal")}
    rest["sha256"] = {part: rest["sha256"][part] for part in _parts(rest)}
    return sealed(rest)


def _parts(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    more = {PICKLE: manifest["pickled"], INDEX: "index" in manifest}
    return (*PARTS, *(part for part, there in more.items() if there))


def _document(table: Table | None) -> dict[str, Any] | None:
    """All of a table but its ids."""
    if table is None:
        return None
    document: dict[str, Any] = {
        "columns": {name: column.tolist() for name, column in table.columns.items()},
        "in_table": table.in_table.tolist(),
    }
    if isinstance(table, Users):
        document["n_unrated"] = table.n_unrated
    if isinstance(table, Items):
        document["titles"] = None if table.titles is None else table.titles.tolist()
        document["features"] = [dataclasses.asdict(feature) for feature in table.features]
    return document


def _columns(document: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: np.array(texts, object) for name, texts in document["columns"].items()}
    return {"columns": columns, "in_table": np.array(document["in_table"], bool)}


def _items(document: Mapping[str, Any], ids: Ids, features: tuple[Feature, ...]) -> Items:
    titles = document.get("titles")
    return Items(
        ids,
        **_columns(document),
        titles=None if titles is None else np.array(titles, object),
        features=features,
    )


def _save(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    try:
        safetensors.numpy.save_file(dict(arrays), path)
    except SafetensorError as error:  # it has the system's refusals as its own
        raise OSError(str(error)) from error


def _arrays(path: Path) -> dict[str, np.ndarray]:
    with _readable(path):
        arrays: dict[str, np.ndarray] = safetensors.numpy.load_file(path)
    return arrays


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """A block in which a file of arrays is read; the last two are raised for types that NumPy lacks."""
    try:
        yield
    except (SafetensorError, TypeError, AttributeError) as error:
        raise errors.DataError(f"{path}: cannot be read: {error}. {MODELS.advice}") from None


def read_manifest(folder: Path, advice: str = MODELS.advice) -> dict[str, Any]:
    """The manifest in `folder`; raises as `verified` does, without a look at the parts.

    Args:
        folder: the folder of the model
        advice: what to do about it
    """
    manifest = MODELS.read(folder, advice)
    with _told(folder / MODELS.document, advice):
        contents.check_manifest(manifest)
    return manifest
