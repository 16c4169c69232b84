"""What the four k-NN algorithms share."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import surprise
from surprise.prediction_algorithms.knns import SymmetricAlgo

from recli.algorithms._base import Algorithm
from recli.algorithms._kernels.neighbours import aggregate
from recli.data.trainset import by_item, by_user


class Neighbours(Algorithm):
    """k-NN over the similarities in `sim`; x is a user if user-based, otherwise an item.

    Each variant says what it takes from a neighbour's rating (`_deviations`) and how the weighted
    mean of that becomes a prediction (`_from_mean`).
    """

    fitted: ClassVar[tuple[str, ...]] = ("sim",)

    def _deviations(self, neighbours: np.ndarray, ys: np.ndarray, values: np.ndarray) -> np.ndarray:
        """What counts of each rating, float64[n_ratings], given neighbour x', y and value."""
        return values

    def _from_mean(
        self, xs: np.ndarray, ys: np.ndarray, means: np.ndarray, enough: np.ndarray
    ) -> np.ndarray:
        """Estimates from the weighted means of deviations (NaN without neighbours)."""
        raise NotImplementedError

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        trainset = self.trainset
        items = self._known_items(items)
        xs, ys = self.switch(users, items)
        user_based = self.sim_options["user_based"]
        indptr, neighbours, values = (by_item if user_based else by_user)(trainset)
        ys_of_ratings = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
        deviations = self._deviations(neighbours, ys_of_ratings, values)
        sums, weights, counts = aggregate(
            xs, ys, np.asarray(self.sim), indptr, neighbours, deviations, self.k
        )
        with np.errstate(invalid="ignore"):
            means = sums / weights
        return self._from_mean(xs, ys, means, counts >= self.min_k)

    def restore(self, trainset: surprise.Trainset, state: dict[str, Any]) -> None:
        SymmetricAlgo.fit(self, trainset)
        for name, value in state.items():
            setattr(self, name, value)
