"""The items of a model from the largest vector on, by which a large catalogue is searched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from recli.algorithms import Algorithm
from recli.data.trainset import Trainset

_AT_ONCE = 1 << 16


@dataclass(frozen=True, eq=False)
class ByNorm:
    """The items that scores are products of, from the largest norm on.

    Attributes:
        algorithm: fitted, scores by products
        items: int64[n], inner ids
        norms: float64[n]
        place: int64[n_catalogue], where an inner id stands in `items`; n for one that does not
    """

    algorithm: Algorithm
    items: np.ndarray
    norms: np.ndarray
    place: np.ndarray
    _blocks: dict[int, np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(cls, algorithm: Algorithm, trainset: Trainset) -> Self:
        """The order of an algorithm's items.

        Args:
            algorithm: fitted on the trainset
            trainset: whose catalogue is searched
        """
        norms = np.empty(trainset.n_catalogue)
        for start in range(0, len(norms), _AT_ONCE):  # their vectors once more take much memory
            some = np.arange(start, min(start + _AT_ONCE, len(norms)))
            norms[some] = np.linalg.norm(algorithm.item_vectors(some), axis=1)
        order = np.argsort(-norms, kind="stable")  # NaN comes last
        items = order[: np.count_nonzero(~np.isnan(norms))]
        place = np.full(len(norms), len(items))
        place[items] = np.arange(len(items))
        return cls(algorithm, items, norms[items], place)

    def vectors(self, start: int, stop: int) -> np.ndarray:
        """float64[stop - start, k], those of the items in these places; what was asked for is kept.

        Args:
            start: the first place
            stop: the place after the last
        """
        if start not in self._blocks:
            self._blocks[start] = self.algorithm.item_vectors(self.items[start:stop])
        return self._blocks[start]
