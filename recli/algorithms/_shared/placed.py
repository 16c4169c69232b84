"""A fitted algorithm under the inner ids of another trainset."""

from __future__ import annotations

import numpy as np

from recli.algorithms._base import Algorithm
from recli.data.trainset import Trainset


class Placed(Algorithm):
    """What a fitted algorithm says, asked by the users and items of another trainset.

    They are known again by their raw ids. Whoever the algorithm does not know is an unknown user to
    it; an item that it does not know is predicted as an unknown one, and never ranked.

    Args:
        algorithm: Fitted on a trainset of recli's own.
        trainset: The other, recli's own.
    """

    def __init__(self, algorithm: Algorithm, trainset: Trainset) -> None:
        users, items = trainset.places_in(algorithm.trainset)
        self.algorithm, self.trainset = algorithm, trainset
        self.predicts = algorithm.predicts
        self._users, self._items = np.append(users, -1), np.append(items, -1)

    @property
    def item_by_item(self) -> bool:
        return self.algorithm.item_by_item

    def default_prediction(self) -> float:
        return float(self.algorithm.default_prediction())

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        return self.algorithm.estimate_pairs(self._users[users], self._items[items])

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        scores = self.algorithm.score_users(self._users[users])
        placed: np.ndarray = np.take(scores, self._items[:-1], axis=1)
        placed[:, self._items[:-1] < 0] = -np.inf
        return placed
