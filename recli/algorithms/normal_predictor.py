"""Random ratings from the normal distribution of the training ratings."""

from __future__ import annotations

import numpy as np
import surprise

from recli import kernels
from recli.algorithms._base import Algorithm
from recli.algorithms._contract.constructor import Argument
from recli.algorithms._contract.state import FiniteNumber, Layout
from recli.algorithms._shared.reasons import Reason
from recli.data.trainset import by_user


class NormalPredictor(Algorithm, surprise.NormalPredictor):
    """Random ratings, normally distributed as the training ratings are.

    The floor under every comparison. `surprise.NormalPredictor` draws from numpy's global generator,
    so that its numbers depend on whatever ran before; here a prediction is a function of seed, user
    and item, and asking again gives the same.
    """

    source = "surprise.NormalPredictor"
    kind = "baseline"
    cold_users = "random"
    cold_items = "random"
    fitted = ("sigma",)
    additive = True
    takes = (Argument("random_state", 0, "the seed, a whole number"),)

    def layout(self) -> Layout:
        return {"sigma": FiniteNumber(low=0.0)}

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        self.sigma = float(np.std(by_user(trainset)[2]))

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        self._alone(items, values, user)

    def explain(self, user: int, item: int) -> list[Reason]:
        """The mean, and chance."""
        mean = float(self.trainset.global_mean)
        [estimate] = self._estimate_pairs(np.array([user]), np.array([item])).tolist()
        return [Reason("mean", "", mean), Reason("chance", "", estimate - mean)]

    def estimate(self, u: int | str, i: int | str) -> float:
        return self._estimate_one(u, i)

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        draws = kernels.noise.standard_normal(self.random_state, users, items)
        return self.trainset.global_mean + self.sigma * draws
