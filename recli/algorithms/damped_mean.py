"""The mean rating of each item, damped."""

from __future__ import annotations

import numpy as np
import surprise

from recli.algorithms._base import Algorithm
from recli.algorithms._contract.catalogue import catalogue_size
from recli.algorithms._contract.state import Floats, Layout
from recli.algorithms._shared.arrays import padded
from recli.algorithms._shared.reasons import Reason
from recli.data.trainset import by_item
from recli.params import Float


class DampedMean(Algorithm):
    """The mean of an item's ratings, pulled towards the mean of all by `damping` ratings of that.

    μ + Σ (r_ui − μ) / (n_i + damping): an item with a single 5 does not stand above one with a
    thousand ratings of 4.6 in the mean. An item without ratings has the mean of all; of the user
    nothing is learned.
    """

    source = "Funk 2006 (Netflix Update: Try This at Home), the 'better mean'"
    kind = "baseline"
    cold_users = "baseline"
    # Funk takes 25, the ratio of the variance within items to that between them, for Netflix.
    parameters = (
        Float("damping", 25.0, "ratings of the mean of all", low=0, tune=(1, 100), log=True),
    )
    fitted = ("bi",)
    additive = True

    def layout(self) -> Layout:
        return {"bi": Floats((self.trainset.n_items,))}

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        indptr, _, values = by_item(trainset)
        n_ratings = np.diff(indptr)
        deviations = np.add.reduceat(values - trainset.global_mean, indptr[:-1])
        self.bi = deviations / (n_ratings + self.damping)

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        self._alone(items, values, user)

    def explain(self, user: int, item: int) -> list[Reason]:
        [deviation] = padded(self.bi)[self._known_items(np.array([item]))].tolist()
        mean = float(self.trainset.global_mean)
        return [Reason("mean", "", mean), Reason("item bias", "", deviation)]

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        return self.trainset.global_mean + padded(self.bi)[self._known_items(items)]

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        items = np.arange(catalogue_size(self.trainset))
        return np.tile(self._estimate_pairs(items, items), (len(users), 1))
