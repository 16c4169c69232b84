"""Fitted models, in memory and on disk. Nothing is pickled, and loading runs no code from a file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from safetensors import SafetensorError

import recli
from recli import errors, files
from recli.algorithms import Algorithm, Configured
from recli.data.dataset import Dataset
from recli.data.ids import Ids
from recli.data.ratings import Ratings
from recli.data.trainset import Trainset

SCHEMA = 2
_MANIFEST, _ARRAYS, _IDS = "model.json", "arrays.safetensors", "ids.json"
_KEYS = (
    "algorithm",
    "params",
    "seed",
    "dataset",
    "scale",
    "mean",
    "threshold",
    "refit",
    "state",
    "sha256",
)


@dataclass(frozen=True, eq=False)
class Model:
    """A fitted algorithm with the ratings that it learned from.

    dataset: name and fingerprint of those ratings
    titles: object[n_catalogue] of str by item code, or None
    """

    configured: Configured
    algorithm: Algorithm
    trainset: Trainset
    dataset: Mapping[str, Any]
    titles: np.ndarray | None
    seed: int

    def title(self, code: int) -> str:
        """The title of the item with this code, or nothing."""
        return "" if self.titles is None else str(self.titles[code])


def train(
    dataset: Dataset, configured: Configured, seed: int, threshold: float | None = None
) -> Model:
    """`configured` fitted on every rating of the dataset; `threshold` is where liking begins."""
    trainset = dataset.trainset(threshold=threshold)
    algorithm = configured.create(seed)
    algorithm.fit(trainset)
    about = {"name": dataset.name, "fingerprint": dataset.fingerprint}
    titles = dataset.items.titles if dataset.items else None
    return Model(configured, algorithm, trainset, about, titles, seed)


def save(model: Model, results: Path, name: str) -> Path:
    """Write the model as the folder `results/models/<name>`, whole or not at all, and return it.

    A model of the same name is replaced once the new one is complete.

    An algorithm that does not say what its fitted state is (`fitted`) is kept as a recipe: its
    ratings and parameters are stored, and `load` fits it again.
    """
    folder = results / "models" / name
    ratings = model.trainset.ratings
    arrays = {"ratings.users": ratings.users, "ratings.items": ratings.items}
    arrays["ratings.values"] = ratings.values
    plain: dict[str, Any] = {}
    state = model.algorithm.state()
    for attribute, value in (state or {}).items():
        if isinstance(value, np.ndarray):
            arrays[f"state.{attribute}"] = np.ascontiguousarray(value)
        else:
            plain[attribute] = value
    ids = {
        "users": ratings.user_ids.text.tolist(),
        "items": ratings.item_ids.text.tolist(),
        "titles": None if model.titles is None else model.titles.tolist(),
    }
    with files.new_folder(folder) as temporary:
        safetensors.numpy.save_file(arrays, temporary / _ARRAYS)
        files.write_json(temporary / _IDS, ids)
        manifest = {
            "schema": SCHEMA,
            "recli": recli.__version__,
            "algorithm": model.configured.name,
            "params": model.configured.params,
            "seed": model.seed,
            "dataset": dict(model.dataset),
            "scale": list(ratings.scale),
            "mean": model.trainset.global_mean,
            "threshold": model.trainset.threshold,
            "refit": state is None,
            "state": plain,
            "sha256": {part: _sha256(temporary / part) for part in (_ARRAYS, _IDS)},
        }
        files.write_json(temporary / _MANIFEST, manifest)
    return folder


def load(folder: Path) -> Model:
    """The model in `folder`.

    What it learned it ranks by, whether the packages that learned it are installed here or not.

    Raises NotFoundError when there is none, DataError when a part is missing or altered, or when it
    was written by another format.
    """
    manifest = _manifest(folder)
    for name in (_ARRAYS, _IDS):
        if not (folder / name).is_file():
            raise errors.DataError(f"{folder}: the part {name} is missing. Train the model again.")
        if _sha256(folder / name) != manifest["sha256"].get(name):
            raise errors.DataError(
                f"{folder / name}: is not what was written (SHA-256 differs). Train the model again."
            )
    try:
        arrays = safetensors.numpy.load_file(folder / _ARRAYS)
    except SafetensorError as error:
        raise errors.DataError(f"{folder / _ARRAYS}: cannot be read: {error}") from None
    ids = json.loads((folder / _IDS).read_text(encoding="utf-8"))
    low, high = manifest["scale"]
    ratings = Ratings(
        user_ids=Ids(np.array(ids["users"], object)),
        item_ids=Ids(np.array(ids["items"], object)),
        users=arrays["ratings.users"],
        items=arrays["ratings.items"],
        values=arrays["ratings.values"],
        times=None,
        scale=(low, high),
    )
    rows, threshold = np.arange(len(ratings)), manifest["threshold"]
    trainset = Trainset(ratings, rows, mean=manifest["mean"], threshold=threshold)
    to_fit = manifest["refit"]
    configured = Configured.of(manifest["algorithm"], manifest["params"], to_fit)
    algorithm = configured.create(manifest["seed"])
    if to_fit:
        algorithm.fit(trainset)
    else:
        prefix = "state."
        state = {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}
        algorithm.restore(trainset, {**manifest["state"], **state})
    titles = None if ids["titles"] is None else np.array(ids["titles"], object)
    return Model(configured, algorithm, trainset, manifest["dataset"], titles, manifest["seed"])


def find(results: Path, name: str) -> Path:
    """The folder of the model called `name`, or `name` itself if it is a folder with a model.

    Raises NotFoundError, the nearest names first.
    """
    for folder in (results / "models" / name, Path(name)):
        if (folder / _MANIFEST).is_file():
            return folder
    valid = errors.nearest(name, names(results))
    have = (
        f"There are: {', '.join(valid)}."
        if valid
        else "There is none yet: 'recli train' makes one."
    )
    raise errors.NotFoundError(f"There is no model '{name}' in {results / 'models'}. {have}")


def names(results: Path) -> list[str]:
    """The models in a results folder, the newest first."""
    manifests = list((results / "models").glob(f"*/{_MANIFEST}"))
    manifests.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    return [path.parent.name for path in manifests if not path.parent.name.startswith(".")]


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / _MANIFEST
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise errors.NotFoundError(f"{folder}: holds no model ({_MANIFEST} is missing).") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise errors.DataError(f"{path}: is damaged: {error}. Train the model again.") from None
    schema = manifest.get("schema") if isinstance(manifest, dict) else None
    if schema != SCHEMA:
        raise errors.DataError(
            f"{folder}: was written in format {schema}, this recli reads {SCHEMA}. "
            "Train the model again."
        )
    lacking = [key for key in _KEYS if key not in manifest]
    if lacking:
        raise errors.DataError(f"{path}: lacks {', '.join(lacking)}. Train the model again.")
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
