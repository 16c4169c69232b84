"""Models that Spark has learned, which are recli's own."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recli.algorithms import Algorithm, Configured
from recli.algorithms._configured import class_of
from recli.data.dataset import Dataset
from recli.data.trainset import Trainset
from recli.models.model import FittedModel, about_dataset

_FITS = "recli.extras.spark.fits"


def names() -> list[str]:
    """The algorithms whose fit Spark does, sorted; others are learned on the driver."""
    files = (Path(__file__).parent / "fits").glob("[!_]*.py")
    return sorted(path.stem.replace("_", "-") for path in files)


def fitted(configured: Configured, trainset: Trainset, seed: int) -> Algorithm:
    """The algorithm, fitted by Spark where it does that, and else on the driver.

    Args:
        configured: an algorithm with its parameters
        trainset: the training ratings
        seed: what is drawn at random is drawn by it

    Raises:
        RecliError: as `Algorithm.fit` does
    """
    algorithm = configured.create(seed)
    if configured.name not in names():
        return algorithm.fit(trainset)
    module = importlib.import_module(f"{_FITS}.{configured.name.replace('-', '_')}")
    own = class_of(configured.name)
    [by_spark] = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and value.__module__ == module.__name__
    ]
    learner = by_spark(**configured.arguments(own, seed))
    learner.fit(trainset)
    algorithm.restore(trainset, learner.state())
    return algorithm


def trained(
    dataset: Dataset,
    configured: Configured,
    seed: int,
    threshold: float | None,
    origin: Mapping[str, Any] | None,
) -> FittedModel:
    """As `recli.models.model.train`, see `fitted`.

    Args:
        dataset: the ratings, and what is known of items and users
        configured: an algorithm with its parameters
        seed: what is drawn at random is drawn by it
        threshold: the rating from which on an item is liked
        origin: where the parameters come from and what was measured
    """
    trainset = dataset.trainset(threshold=threshold)
    algorithm = fitted(configured, trainset, seed)
    return FittedModel(configured, algorithm, trainset, about_dataset(dataset), seed, origin or {})
