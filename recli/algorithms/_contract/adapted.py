"""Algorithms of Surprise's contract alone, as a user writes them."""

from __future__ import annotations

import copy
import math

import numpy as np
import surprise

from recli import errors, registry
from recli.algorithms._base import Algorithm
from recli.algorithms._contract.estimates import number
from recli.data.ratings import Ratings


class Adapted(Algorithm):
    """Any other `surprise.AlgoBase`, unchanged, behind the contract.

    Args:
        algorithm: The algorithm that answers.
    """

    def __init__(self, algorithm: surprise.AlgoBase) -> None:
        self.algorithm = algorithm

    @property
    def folds_in(self) -> bool:
        return False

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        self.algorithm = copy.copy(self.algorithm)
        super()._fold_in(items, values, user)

    def fit(self, trainset: surprise.Trainset) -> Adapted:
        self.trainset = trainset
        self.algorithm.fit(trainset)
        return self

    def estimate(self, u: object, i: object) -> float:
        return self.algorithm.estimate(u, i)

    def check_data(self, ratings: Ratings) -> None:
        """What it makes of interactions is up to it."""

    @property
    def _own_name(self) -> str:
        return registry.name_of(type(self.algorithm))

    def default_prediction(self) -> float:
        """What the algorithm gives where its `estimate` gives nothing.

        Raises:
            UsageError: Where that is no number.
        """
        said = self.algorithm.default_prediction()
        found = number(said)
        if not math.isfinite(found):
            raise errors.UsageError(
                f"{self._own_name} gives {said} as `default_prediction`: it is to be a finite number."
            )
        return found


def adapted(algorithm: surprise.AlgoBase) -> Algorithm:
    """An algorithm behind the contract.

    Args:
        algorithm: recli's own or any other.

    Returns:
        `algorithm` itself, or the wrapper that gives a foreign one the array primitives.
    """
    return algorithm if isinstance(algorithm, Algorithm) else Adapted(algorithm)
