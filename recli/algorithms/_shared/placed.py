"""A fitted algorithm under the inner ids of another trainset."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from recli.algorithms._base import Algorithm
from recli.algorithms._contract.catalogue import UNKNOWN, raw_item, raw_user
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

    def estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        users, items = np.asarray(users), np.asarray(items)
        if self.algorithm.asked_one_by_one:
            return self._estimate_pairs(users, items)
        return self.algorithm.estimate_pairs(self._users[np.maximum(users, -1)], self._items[items])

    def score_users(self, users: np.ndarray) -> np.ndarray:
        users = np.asarray(users)
        if self.algorithm.asked_one_by_one:
            placed = self._default_where_impossible(self._estimate_users(users))
        else:
            scores = self.algorithm.score_users(self._users[np.maximum(users, -1)])
            placed = np.take(scores, self._items[:-1], axis=1)
        placed[:, self._items[:-1] < 0] = -np.inf
        return placed

    def estimate(self, u: int | str, i: int | str) -> object:
        """What an algorithm that has nothing else says, which is told the raw ids of the unknown."""
        user = u if isinstance(u, str) else UNKNOWN + raw_user(self.trainset, u)
        item = i if isinstance(i, str) else UNKNOWN + raw_item(self.trainset, i)
        known = self.algorithm.trainset
        return self.algorithm.estimate(
            _there(user, known.to_inner_uid), _there(item, known.to_inner_iid)
        )


def _there(unknown: str, known: Callable[[str], int]) -> int | str:
    """The inner id of whom or what is known there after all, else what `estimate` is told."""
    try:
        return known(unknown.removeprefix(UNKNOWN))
    except ValueError:
        return unknown
