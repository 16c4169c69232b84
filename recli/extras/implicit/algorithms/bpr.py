"""Matrix factorisation of preferences by pairs of items."""

from __future__ import annotations

from typing import Any

import numpy as np

from recli.algorithms._shared.preferences import PREFERENCES
from recli.extras.implicit.algorithms._learned import Learned
from recli.params import Float, Int

_DRAWS = 8  # of other items for each preference of somebody folded in, where training has one


class BPR(Learned):
    """Factors that rank what a user prefers above what they do not.

    b_i + p_u · q_i, where stochastic gradient descent lowers
    Σ −ln σ(b_i + p_u · q_i − b_j − p_u · q_j) + reg (|p_u|² + |q_i|² + |q_j|² + b_i² + b_j²) / 2
    over preferences (u, i) and items j that u does not prefer. Both are drawn, an epoch has as many
    draws as there are preferences, and j is drawn the more often the more users prefer it. What a
    preference weighs is left aside: all are alike to it.
    """

    source = "Rendle, Freudenthaler, Gantner and Schmidt-Thieme 2009"
    cost = "medium"
    parameters = (
        PREFERENCES,
        Int("n_factors", 64, "factors", low=1, tune=(16, 256), log=True, lower_for="memory"),
        # Too many are worse than too few: what is popular is drawn against so often that in the end
        # it stands no higher than the rest.
        Int("n_epochs", 60, "passes over the preferences", low=1, tune=(20, 200), log=True),
        Float(
            "learning_rate",
            0.01,
            "learning rate",
            low=0,
            tune=(0.003, 0.03),
            log=True,
            lower_for="divergence",
        ),
        Float("reg", 0.01, "regularisation", low=0, tune=(0.001, 0.1), log=True),
    )

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """A third of the user's steps of training, with more draws each; the item side stays.

        Items begin small in training. With what they have become, all steps would carry a user
        nearly twice as far as there.
        """
        self._prefers(items, values, user)
        own, rng = self.preferred.indices, np.random.default_rng(self.random_state)
        factors, biases = self.item_factors[:, :-1], self.item_factors[:, -1]
        known = float(len(own) > 0 and self.popularity.any())
        learned, share = (
            np.zeros(factors.shape[1]),
            self.popularity / (self.popularity.sum() or 1.0),
        )
        for _ in range(-(-self.n_epochs // 3) if known else 0):
            better = np.repeat(own, _DRAWS)
            worse = rng.choice(len(share), len(better), p=share)
            better, worse = (side[~np.isin(worse, own)] for side in (better, worse))
            apart = factors[better] - factors[worse]
            margin = apart @ learned + biases[better] - biases[worse]
            pull = np.exp(-np.logaddexp(0.0, margin)) @ apart - self.reg * len(better) * learned
            learned += self.learning_rate / _DRAWS * pull
        self.user_factors = np.append(learned, known)[None]

    def _model(self) -> Any:
        from implicit.cpu.bpr import BayesianPersonalizedRanking

        return BayesianPersonalizedRanking(
            factors=self.n_factors,
            learning_rate=self.learning_rate,
            regularization=self.reg,
            iterations=self.n_epochs,
            num_threads=1,
            random_state=self.random_state,
        )
