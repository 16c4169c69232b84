"""Matrix factorisation of the probability of a preference."""

from __future__ import annotations

from typing import Any

import numpy as np

from recli.algorithms._shared.preferences import PREFERENCES
from recli.algorithms._shared.weighing import WEIGHTING
from recli.extras.implicit.algorithms._learned import Learned
from recli.params import Float, Int

_TINY = 1e-6  # under Adagrad's root, as in the library


class LogisticMF(Learned):
    """Factors that tell preferences from other pairs by logistic regression.

    b_u + b_i + p_u · q_i is the log-odds that u prefers i. In an epoch each user's preferences, and
    `n_factors` + 2 items drawn from the preferences of all, move their factors, and the same for items
    with users; the steps are Adagrad's. A preference counts as often as it weighs.
    """

    source = "Johnson 2014"
    cost = "medium"
    parameters = (
        PREFERENCES,
        *WEIGHTING,
        Int("n_factors", 64, "factors", low=1, tune=(16, 256), log=True, lower_for="memory"),
        Int("n_epochs", 60, "passes over users and items", low=1, tune=(20, 200), log=True),
        Float(
            "learning_rate",
            1.0,
            "learning rate",
            low=0,
            tune=(0.1, 2),
            log=True,
            lower_for="divergence",
        ),
        Float("reg", 6.0, "regularisation", low=0, tune=(0.5, 30), log=True),
    )

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """The user's steps of training, over their mean over all draws; the item side stays.

        The factor before the last is 1 for users, so that the items' are their biases; that of users
        in the last, where items have 1, is their bias.
        """
        self._prefers(items, values, user)
        own, n = self.preferred, self.item_factors.shape[1]
        known = float(own.nnz > 0 and self.popularity.any())
        drawn = n * self.popularity / (self.popularity.sum() or 1.0)  # n is n_factors + 2
        drawn[own.indices] = 0.0
        others = np.arange(n) != n - 2
        x, biases = self.item_factors[:, others], self.item_factors[:, n - 2]
        learned, squares = np.zeros(n - 1), np.zeros(n - 1)
        for _ in range(self.n_epochs if known else 0):
            odds = np.exp(-np.logaddexp(0.0, -(x @ learned + biases)))
            pull = -drawn * odds
            pull[own.indices] = own.data * (1.0 - odds[own.indices])
            gradient = pull @ x - self.reg * learned
            squares += gradient**2
            learned += self.learning_rate * gradient / np.sqrt(_TINY + squares)
        self.user_factors = np.zeros((1, n))
        self.user_factors[0, others], self.user_factors[0, n - 2] = learned, known

    def _model(self) -> Any:
        from implicit.cpu.lmf import LogisticMatrixFactorization

        return LogisticMatrixFactorization(
            factors=self.n_factors,
            learning_rate=self.learning_rate,
            regularization=self.reg,
            iterations=self.n_epochs,
            num_threads=1,
            random_state=self.random_state,
        )
