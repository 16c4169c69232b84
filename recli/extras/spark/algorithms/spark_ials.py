"""Matrix factorisation of preferences by alternating least squares, on Spark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import scipy.sparse

from recli.algorithms._contract.constructor import RANDOM_STATE
from recli.algorithms._shared.factor_rankers import FactorRanker
from recli.algorithms._shared.preferences import PREFERENCES
from recli.algorithms._shared.weighing import WEIGHTING
from recli.params import Float, Int, Value


class SparkIALS(FactorRanker):
    """Factors that give preferences 1 and all other pairs 0, by MLlib's alternating least squares.

    p_u · q_i, where the factors minimise Σ c_ui (x_ui − p_u · q_i)² + reg (Σ n_u |p_u|² + Σ n_i |q_i|²)
    over all pairs of user and item: x_ui is 1 and c_ui 1 + `alpha` times its weight for a preference, 0
    and 1 for any other pair; n_u and n_i count preferences. It is learned in single precision by Spark,
    on whatever master; lists take no Spark.
    """

    source = "Hu, Koren and Volinsky 2008; pyspark.ml.recommendation.ALS"
    cost = "high"
    releases_gil = False
    takes = (RANDOM_STATE,)
    parameters = (
        PREFERENCES,
        *WEIGHTING,
        Int("n_factors", 64, "factors", low=1, tune=(16, 256), log=True, lower_for="memory"),
        Int("n_epochs", 10, "times that items and users are solved for", low=1, tune=(5, 30)),
        # Times the preferences of a user or an item.
        Float("reg", 0.1, "regularisation", low=1e-6, tune=(0.01, 1), log=True),
        Float("alpha", 5.0, "confidence in a preference", low=1e-3, tune=(1, 50), log=True),
    )
    quick: ClassVar[Mapping[str, Value]] = {"n_factors": 4, "n_epochs": 2}

    def _fit(self, preferred: scipy.sparse.csr_array) -> None:
        from recli.extras.spark.algorithms._als import factors

        pairs = preferred.tocoo()
        self.user_factors, self.item_factors = factors(
            pairs.coords[0],
            pairs.coords[1],
            pairs.data,
            preferred.shape,
            rank=self.n_factors,
            maxIter=self.n_epochs,
            regParam=self.reg,
            implicitPrefs=True,
            alpha=self.alpha,
            seed=self.random_state or 0,
        )

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """The user's least squares; items stay."""
        self._prefers(items, values, user)
        own = self.preferred
        rated, weights = self.item_factors[own.indices], self.alpha * own.data[:, None]
        squares = self.item_factors.T @ self.item_factors + rated.T @ (weights * rated)
        squares[np.diag_indices(len(squares))] += self.reg * max(1, own.nnz)
        self.user_factors = np.linalg.solve(squares, ((1 + weights) * rated).sum(axis=0))[None]
