"""Matrix factorisation of preferences by weighted least squares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import surprise

from recli import kernels
from recli.algorithms._contract.catalogue import triples
from recli.algorithms._contract.constructor import RANDOM_STATE
from recli.algorithms._shared.factor_rankers import FactorRanker
from recli.algorithms._shared.preferences import PREFERENCES
from recli.algorithms._shared.weighing import WEIGHTING
from recli.kernels.csr import parts
from recli.params import Float, Int

if TYPE_CHECKING:
    import scipy.sparse

_STEPS = 3


class IALS(FactorRanker):
    """Factors that give preferences 1 and all other pairs 0, the former with more weight.

    p_u · q_i, where the factors minimise Σ c_ui (x_ui − p_u · q_i)² + reg (Σ |p_u|² + Σ |q_i|²) over
    all pairs of user and item: x_ui is 1 and c_ui `alpha` times its weight for a preference, 0 and 1
    for any other pair. Users and items are solved for in turn, by three steps of conjugate gradients
    each, in single precision. O(n_epochs · (preferences · n_factors + (n_users + n_items) ·
    n_factors²)) to fit. It begins where the library `implicit` does, so that with the same seed both
    find the same, but for rounding, of which little regularisation makes much.
    """

    source = "Hu, Koren and Volinsky 2008; Takács, Pilászy and Tikk 2011; Rendle et al. 2022"
    takes = (RANDOM_STATE,)
    parameters = (
        PREFERENCES,
        *WEIGHTING,
        # Well tuned it ranks like the best, and more factors keep helping (Rendle et al. 2022).
        Int("n_factors", 64, "factors", low=1, tune=(16, 256), log=True, lower_for="memory"),
        Int("n_epochs", 15, "times that users and items are solved for", low=1, tune=(5, 30)),
        # What users and items share less often than about reg / alpha times is taken for chance.
        Float(
            "reg",
            30.0,
            "regularisation",
            low=1e-6,
            tune=(1, 100),
            log=True,
            lower_for="divergence",
        ),
        Float(
            "alpha",
            5.0,
            "confidence in a preference",
            low=1,
            high=1e6,
            tune=(1, 50),
            log=True,
            lower_for="divergence",
        ),
    )

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        # Besides the factors, their products with each other, and those of the longest row once more.
        users, items, _ = triples(trainset)
        longest = max(int(np.bincount(of).max()) for of in (users, items))
        return super()._state_bytes(trainset) + 4 * self.n_factors * (self.n_factors + longest)

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """The user's least squares, (QᵀQ + Qᵀ(C − 1)Q + reg I)⁻¹ QᵀC x, solved; items stay."""
        self._prefers(items, values, user)
        own = self.preferred
        weighted, inverse = self._normal(own)
        self.user_factors = (inverse @ weighted.sum(axis=0))[None]

    def _normal(self, own: scipy.sparse.csr_array) -> tuple[np.ndarray, np.ndarray]:
        """c_uj q_j of the items that a user prefers, and the inverse in their least squares.

        own: float64[1, n_items]
        """
        rated, confidence = self.item_factors[own.indices], self.alpha * own.data[:, None]
        squares = self.item_factors.T @ self.item_factors + rated.T @ ((confidence - 1) * rated)
        squares[np.diag_indices(len(squares))] += self.reg
        return confidence * rated, np.linalg.inv(squares)

    def _amounts(self, user: int, item: int, own: scipy.sparse.csr_array) -> np.ndarray:
        """c_uj q_iᵀ W q_j, where W is the inverse in the least squares (Hu et al. 2008, section 5)."""
        weighted, inverse = self._normal(own)
        amounts: np.ndarray = weighted @ (inverse @ self.item_factors[item])
        return amounts

    def _fit(self, preferred: scipy.sparse.csr_array) -> None:
        confidence = self.alpha * preferred.astype(np.float32)
        by_user, by_item = parts(confidence), parts(confidence.T.tocsr())
        rng = np.random.default_rng(self.random_state)
        users, items = (0.01 * rng.random((n, self.n_factors), np.float32) for n in preferred.shape)
        for _ in range(self.n_epochs):
            kernels.als.improve(users, items, self._squares(items), by_user, _STEPS)
            kernels.als.improve(items, users, self._squares(users), by_item, _STEPS)
        self.user_factors, self.item_factors = users.astype(float), items.astype(float)

    def _squares(self, factors: np.ndarray) -> np.ndarray:
        """QᵀQ + reg I, float32[n_factors, n_factors]."""
        squares: np.ndarray = factors.T @ factors
        squares[np.diag_indices(self.n_factors)] += np.float32(self.reg)
        return squares
