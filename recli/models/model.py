"""Fitted models, in memory and on disk. Loading runs no code from a file, unless that is allowed."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recli import errors, files, registry, spec
from recli.algorithms import Algorithm, Configured
from recli.data import event_kinds
from recli.data.dataset import Dataset
from recli.data.description import Description, RatingsSource
from recli.data.event import CLICK
from recli.data.tables.items import Items
from recli.data.trainset import Trainset
from recli.models import item_index, parts, pickled
from recli.models.by_norm import ByNorm
from recli.models.item_index import ItemIndex
from recli.models.stored import MODELS

if TYPE_CHECKING:
    from recli.data.training_statistics import TrainingStatistics


@dataclass(frozen=True, eq=False)
class FittedModel:
    """A fitted algorithm with the ratings and tables that it learned from.

    Attributes:
        configured: an algorithm with its parameters
        algorithm: a fitted algorithm
        trainset: the ratings that it learned from
        dataset: name and fingerprint of what it learned from, and the kinds of interaction, if any
        seed: what is drawn at random is drawn by it
        origin: `params`, where its parameters come from, such as a study and its best value; `run`,
            what an evaluation has found of it; each if known
        lists: how its lists are made where nobody says otherwise, as `ListOptions.document` has it
        index: by which items are found without the scores of all; None where there is none
    """

    configured: Configured
    algorithm: Algorithm
    trainset: Trainset
    dataset: Mapping[str, Any]
    seed: int
    origin: Mapping[str, Any] = field(default_factory=dict)
    lists: Mapping[str, Any] = field(default_factory=dict)
    index: ItemIndex | None = None

    @functools.cached_property
    def statistics(self) -> TrainingStatistics:
        """Items and users as the ratings that it learned from show them, and the item table."""
        from recli.data.training_statistics import TrainingStatistics  # takes a second to import

        name, trainset = str(self.dataset["name"]), self.trainset
        description = Description(name, Path(), RatingsSource())
        dataset = Dataset(name, description, trainset.ratings, self.items, trainset.user_table)
        return TrainingStatistics(dataset, trainset.rows, trainset.threshold)

    @functools.cached_property
    def by_norm(self) -> ByNorm:
        """Its items, to be searched, where the algorithm scores by products."""
        return ByNorm.of(self.algorithm, self.trainset)

    @property
    def without_index(self) -> FittedModel:
        """The model that makes exact lists."""
        return self if self.index is None else replace(self, index=None)

    @property
    def kinds(self) -> event_kinds.Weights:
        """What each kind of interaction weighs that it learns from; of ratings there is none."""
        return kinds(self.trainset.ratings.implicit, self.dataset)

    @property
    def items(self) -> Items | None:
        """The item table, if the dataset has one."""
        return self.trainset.item_table

    @property
    def titles(self) -> np.ndarray | None:
        """The titles of items by code, object[n_catalogue] of str, or None."""
        return None if self.items is None else self.items.titles

    def title(self, code: int) -> str:
        """The title of the item with this code, or nothing.

        Args:
            code: the code of an item
        """
        return "" if self.items is None else self.items.title(code)

    def user_code(self, user: str) -> int:
        """The code of a raw user id.

        Args:
            user: the raw id of a user

        Raises:
            NotFoundError: with the nearest ids
        """
        ids = self.trainset.ratings.user_ids
        code = ids.code(user)
        if code < 0:
            implicit = self.trainset.ratings.implicit
            by, value = ("what they did", "WEIGHT") if implicit else ("their ratings", "RATING")
            raise errors.NotFoundError(
                f"There is no user '{user}' among the {len(ids):,} that the model has learned from. "
                f"Nearest ids: {', '.join(ids.nearest(user))}. Somebody new gets a "
                f"list by {by}: `fold_in({{ITEM: {value}}})`."
            )
        return code


def kinds(implicit: bool, dataset: Mapping[str, Any]) -> event_kinds.Weights:
    """`FittedModel.kinds`, by what its manifest says.

    Args:
        implicit: whether the data are interactions
        dataset: what the manifest says of the dataset
    """
    return dict(dataset.get("kinds") or {CLICK: 1.0}) if implicit else {}


def train(
    dataset: Dataset,
    configured: Configured,
    seed: int,
    threshold: float | None = None,
    origin: Mapping[str, Any] | None = None,
) -> FittedModel:
    """`configured` fitted on every rating of the dataset; `threshold` is where liking begins.

    Args:
        dataset: the ratings, and what is known of items and users
        configured: an algorithm with its parameters
        seed: what is drawn at random is drawn by it
        threshold: the rating from which on an item is liked
        origin: where the parameters come from and what was measured
    """
    trainset = dataset.trainset(threshold=threshold)
    algorithm = configured.create(seed)
    algorithm.fit(trainset)
    return FittedModel(configured, algorithm, trainset, about_dataset(dataset), seed, origin or {})


def of_training(
    statistics: TrainingStatistics, configured: Configured, algorithm: Algorithm, seed: int
) -> FittedModel:
    """An algorithm that was fitted on the training rows of a fold, as a model of these.

    It is what `train` would make of a dataset with those ratings alone, and the same ids.

    Args:
        statistics: The training rows.
        configured: What the algorithm is called, and its parameters.
        algorithm: Fitted on `statistics.trainset`.
        seed: That of the fit.
    """
    about = about_dataset(statistics.dataset)
    model = FittedModel(configured, algorithm, statistics.trainset, about, seed)
    vars(model)["statistics"] = statistics  # what is known of items is computed once for a fold
    return model


def about_dataset(dataset: Dataset) -> dict[str, Any]:
    """What a model keeps of its dataset beside ratings and tables.

    Args:
        dataset: the ratings, and what is known of items and users
    """
    about: dict[str, Any] = {"name": dataset.name, "fingerprint": dataset.fingerprint}
    kinds = event_kinds.weights(dataset)
    return {**about, "kinds": kinds} if kinds else about


def save(model: FittedModel, results: Path, name: str, allow_pickle: bool = False) -> Path:
    """Write the model as the folder `results/models/<name>`, whole or not at all, and return it.

    A model of the same name is replaced once the new one is complete.

    An algorithm that does not say what its fitted state is (`fitted`) is kept as a recipe: its
    ratings, tables and parameters are stored, and `load` fits it again. With `allow_pickle`, what it
    has learned is pickled instead, and `load` wants to be allowed that too.

    Args:
        model: a fitted model
        results: the results folder
        name: the name
        allow_pickle: whether what a class of the user's own has learned may be pickled
    """
    return save_in(MODELS.folder(results, name), model, allow_pickle)


def save_in(folder: Path, model: FittedModel, allow_pickle: bool = False) -> Path:
    """Write the model as this folder, see `save`.

    Args:
        folder: the folder of the model
        model: a fitted model
        allow_pickle: whether what a class of the user's own has learned may be pickled

    Raises:
        UsageError: for an algorithm that nothing but an object in memory is
    """
    if not model.configured.is_named:
        raise errors.UsageError(
            f"{model.configured.name} is an object in memory, and a stored model has to make it again: "
            "train by the name of an algorithm, or by a class of a module, with its parameters."
        )
    state = model.algorithm.state()
    arrays = {key: value for key, value in (state or {}).items() if isinstance(value, np.ndarray)}
    plain = {key: value for key, value in (state or {}).items() if key not in arrays}
    about = {
        "algorithm": model.configured.name,
        "params": model.configured.params,
        "seed": model.seed,
        "trained": datetime.now(UTC).isoformat(timespec="seconds"),
        "dataset": dict(model.dataset),
        "origin": dict(model.origin),
        "lists": dict(model.lists),
        "mean": model.trainset.global_mean,
        "threshold": model.trainset.threshold,
        "refit": state is None and not allow_pickle,
        "pickled": state is None and allow_pickle,
        "state": plain,
        **({} if model.index is None else {"index": model.index.document}),
    }
    with files.new_folder(folder) as temporary:
        if about["pickled"]:
            pickled.write(temporary / parts.PICKLE, model.algorithm)
        if model.index is not None:
            model.index.searched.write(temporary / parts.INDEX)
        parts.write(temporary, about, arrays, model.trainset)
    return folder


def load(
    folder: Path, allow_pickle: bool = False, exact: bool = False, allow_code: bool = False
) -> FittedModel:
    """The model in `folder`.

    What it learned it ranks by, whether the packages that learned it are installed here or not.

    Args:
        folder: the folder of the model
        allow_pickle: whether what a class of the user's own has learned may be pickled
        exact: whether to do without its index, which may be damaged then
        allow_code: whether classes that it names as `module:Class` may be imported; a pickle that is
            allowed may do that, too

    Raises:
        NotFoundError: when there is none
        DataError: when a part is missing or altered, or when it was written by another format
        UsageError: when it holds a pickle that is not allowed
        CodeError: when it names a class that is not allowed
    """
    about = parts.verified(folder, unused=(parts.INDEX,) if exact else ())
    if about["pickled"] and not allow_pickle:
        raise errors.UsageError(
            f"{folder}: holds a pickle, and to read a pickle runs whatever code is in it. If the model "
            "is your own, `allow_pickle=True` reads it; else train it again without."
        )
    with registry.names_of(folder, allow_code or about["pickled"]):
        return _loaded(folder, about, exact)


def _loaded(folder: Path, about: dict[str, Any], exact: bool) -> FittedModel:
    """The model with a manifest, whose pickle and classes are allowed by now."""
    for reranker in about.get("lists", {}).get("rerank", ()):
        spec.parse("reranker", reranker)  # it is not looked for before lists are made
    indexed = "index" in about and not exact
    arrays, (ratings, items, users) = parts.read(folder, about)
    rows, threshold = np.arange(len(ratings)), about["threshold"]
    trainset = Trainset(ratings, rows, items, about["mean"], threshold, users)
    configured = Configured.of(about["algorithm"], about["params"], about["refit"])
    algorithm = configured.create(about["seed"])
    algorithm.check_data(ratings)
    if about["refit"] and algorithm.fitted and configured.is_own:
        raise errors.DataError(
            f"{folder}: is stored as a recipe, and {configured.name} keeps what it has learned. "
            "Train the model again."
        )
    if about["refit"]:
        algorithm.fit(trainset)
    elif about["pickled"]:
        pickled.read(folder / parts.PICKLE, algorithm, trainset)
    else:
        state = {**about["state"], **arrays}
        if set(state) != set(algorithm.fitted) or not state:
            raise errors.DataError(
                f"{folder}: was written by recli {about['versions']['recli']}, whose {configured.name} "
                f"kept {', '.join(sorted(state))}; here it is {', '.join(sorted(algorithm.fitted))}. "
                "Train the model again."
            )
        try:
            algorithm.restore(trainset, state)
        except errors.DataError as error:
            raise errors.DataError(f"{folder}: {error} Train the model again.") from None
    return FittedModel(
        configured=configured,
        algorithm=algorithm,
        trainset=trainset,
        dataset=about["dataset"],
        seed=about["seed"],
        origin=about["origin"],
        lists=about.get("lists", {}),  # models of older versions made them by their scores alone
        index=item_index.read(folder / parts.INDEX, about["index"], algorithm) if indexed else None,
    )


def about(folder: Path, verify: bool = False) -> dict[str, Any]:
    """The manifest of the model in `folder`, its parts verified if `verify`.

    Raises as `load` does.

    Args:
        folder: the folder of the model
        verify: whether checksums are compared
    """
    return parts.verified(folder) if verify else parts.read_manifest(folder)
