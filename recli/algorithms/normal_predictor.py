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

    def fit(self, trainset: surprise.Trainset) -> NormalPredictor:
        surprise.NormalPredictor.fit(self, trainset)
        self.sigma: float = float(self.sigma)
        return self

    def estimate(self, u: int | str, i: int | str) -> float:
        user, item = (x if isinstance(x, int | np.integer) else -1 for x in (u, i))
        return float(self._estimate_pairs(np.array([user]), np.array([item]))[0])

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        result = np.empty(len(users))
        for user in np.unique(users):
            mine = users == user
            result[mine] = self._estimate_users(np.array([user]))[0, items[mine]]
        return result

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        n = catalogue_size(self.trainset) + 1  # the last one is for the unknown item, -1
        draws = [
            np.random.default_rng([self.random_state, int(user) + 1]).standard_normal(n)
            for user in users
        ]
        return self.trainset.global_mean + self.sigma * np.array(draws)
