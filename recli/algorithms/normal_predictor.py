"""Random ratings from the normal distribution of the training ratings."""

from __future__ import annotations

import numpy as np
import surprise

from recli.algorithms._base import Algorithm, catalogue_size


class NormalPredictor(Algorithm, surprise.NormalPredictor):
    """Random ratings, normally distributed as the training ratings are.

    The floor under every comparison. `surprise.NormalPredictor` draws from numpy's global generator,
    so that its numbers depend on whatever ran before; here a prediction is a function of seed, user
    and item, and asking again gives the same.
    """

    source = "surprise.NormalPredictor"
    fitted = ("sigma",)

    def __init__(self, random_state: int = 0) -> None:
        surprise.NormalPredictor.__init__(self)
        self.random_state = random_state

    def _learn(self, trainset: surprise.Trainset) -> None:
        super()._learn(trainset)
        self.sigma: float = float(self.sigma)

    def estimate(self, u: int | str, i: int | str) -> float:
        return self._estimate_one(u, i)

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        result = np.empty(len(users))
        for user in np.unique(users):
            mine = users == user
            result[mine] = self._one_user(user)[items[mine]]
        return result

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        result = np.empty((len(users), catalogue_size(self.trainset)))
        for row, user in enumerate(users):
            result[row] = self._one_user(user)[:-1]
        return result

    def _one_user(self, user: int) -> np.ndarray:
        """Estimates of the catalogue, and last of an unknown item, whose inner id is -1."""
        rng = np.random.default_rng([self.random_state, int(user) + 1])
        draws = rng.standard_normal(catalogue_size(self.trainset) + 1)
        return self.trainset.global_mean + self.sigma * draws
