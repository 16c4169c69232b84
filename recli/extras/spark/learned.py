"""Algorithms that Spark has fitted, which are recli's own."""

from __future__ import annotations

import importlib
from pathlib import Path

from recli.algorithms import Algorithm, Configured
from recli.algorithms._configured import class_of
from recli.data.trainset import Trainset

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
