"""Matrix factorisation of ratings by alternating least squares, on Spark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import surprise

from recli.algorithms._contract.catalogue import triples
from recli.algorithms._contract.constructor import RANDOM_STATE
from recli.algorithms._shared.factors import Factors
from recli.params import Float, Int, Value


class SparkALS(Factors):
    """The ratings less their mean as products of factors, by MLlib's alternating least squares.

    μ + p_u · q_i, where the factors minimise
    Σ (r_ui − μ − p_u · q_i)² + reg (Σ n_u |p_u|² + Σ n_i |q_i|²)
    over the ratings, n_u and n_i of them of a user and an item. Users and items are solved for in turn.
    An unknown user or item has zeros for factors. It is learned in single precision by Spark, on whatever
    master; predictions take no Spark.

    Attributes:
        pu: float64[n_users, n_factors].
        qi: float64[n_items, n_factors].
        bu: float64[n_users], zeros.
        bi: float64[n_items], zeros.
    """

    source = "Zhou, Wilkinson, Schreiber and Pan 2008; pyspark.ml.recommendation.ALS"
    kind = "factors"
    cost = "high"
    releases_gil = False
    takes = (RANDOM_STATE,)
    parameters = (
        Int("n_factors", 20, "factors", low=1, tune=(5, 100), log=True, lower_for="memory"),
        Int("n_epochs", 10, "times that items and users are solved for", low=1, tune=(5, 30)),
        # Times the ratings of a user or an item.
        Float("reg", 0.1, "regularisation", low=1e-6, tune=(0.01, 1), log=True, lower_for="zeros"),
    )
    quick: ClassVar[Mapping[str, Value]] = {"n_factors": 2, "n_epochs": 2}
    fitted = ("pu", "qi", "bu", "bi")  # the biases are 0

    def _learn(self, trainset: surprise.Trainset) -> None:
        from recli.extras.spark.algorithms._als import factors

        surprise.AlgoBase.fit(self, trainset)
        users, items, values = triples(trainset)
        self.bu, self.bi = np.zeros(trainset.n_users), np.zeros(trainset.n_items)
        self.pu, self.qi = factors(
            users,
            items,
            values - trainset.global_mean,
            (trainset.n_users, trainset.n_items),
            rank=self.n_factors,
            maxIter=self.n_epochs,
            regParam=self.reg,
            seed=self.random_state or 0,
        )

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """The user's least squares; items stay."""
        items, values = self._alone(items, values, user)
        rated = self.qi[items]
        squares = rated.T @ rated
        squares[np.diag_indices(len(squares))] += self.reg * len(items)
        solved = np.linalg.solve(squares, rated.T @ (values - self.trainset.global_mean))
        self.bu, self.pu = np.zeros(1), solved[None]
