"""A linear model from item to item, in closed form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.sparse

from recli.algorithms._contract.abilities import Side
from recli.algorithms._contract.state import Floats, Layout, damaged
from recli.algorithms._shared.gram import gram, inverse
from recli.algorithms._shared.preferences import GRADED, Ranker
from recli.algorithms._shared.reasons import Reason
from recli.algorithms._shared.weighing import WEIGHTING
from recli.params import Float

_CHUNK = 1 << 21  # numbers: 16 MiB


class EASE(Ranker):
    """The score x_u B, where B has a zero diagonal and minimises |X − X B|² + reg |B|².

    X holds how much users prefer items. With P = (XᵀX + reg I)⁻¹ it is B_ji = −P_ji / P_ii off the
    diagonal, so that the score of i is x_ui − (x_u P)_i / P_ii.

    The inverse is taken over items or users, whichever are fewer, which gives the same: by
    Woodbury's identity x_u P is row u of (X Xᵀ + reg I)⁻¹ times X, and
    P_ii = (1 − x_iᵀ (X Xᵀ + reg I)⁻¹ x_i) / reg. An item that nobody prefers scores 0 and takes no
    part. O(n³) to fit and O(n²) to store, where n is the smaller number.

    Attributes:
        inverse: float64[n, n], of the items that somebody prefers, or of the users.
        diagonal: float64[n_items], P_ii.

    Raises:
        TooLargeError: Where the inverse does not fit in memory.
    """

    source = "Steck 2019"
    kind = "linear"
    parameters = (
        GRADED,
        *WEIGHTING,
        # Steck takes 200 to 1,000 for 20 million ratings and more; smaller data take less.
        Float("reg", 200.0, "regularisation", low=0.1, tune=(10, 2000), log=True),
    )
    additive = True
    similarity = "weights between items"
    fitted = (*Ranker.fitted, "inverse", "diagonal")

    def layout(self) -> Layout:
        tiny = float(np.finfo(float).tiny)
        return {
            **super().layout(),
            "inverse": Floats(("n", "n")),
            "diagonal": Floats((self.trainset.n_items,), low=tiny),
        }

    def _check_state(self, state: Mapping[str, Any]) -> None:
        super()._check_state(state)
        n = min(self.trainset.n_users, int(np.count_nonzero(self.popularity > 0)))
        if len(self.inverse) != n:
            raise damaged(f"inverse is of {len(self.inverse):,} numbers, where {n:,} belong")

    def _fit(self, preferred: scipy.sparse.csr_array) -> None:
        known = self.popularity > 0
        over_users = preferred.shape[0] < np.count_nonzero(known)
        rows = preferred if over_users else preferred[:, known].T.tocsr()
        n = rows.shape[0]
        few = "Leave out users and items with few ratings."
        self._check_fits(8 * n * n, f"the inverse of {n:,} × {n:,} numbers", few)
        matrix = self._gram(rows)
        matrix[np.diag_indices(n)] += self.reg
        self.inverse = inverse(matrix)
        self.diagonal = np.full(preferred.shape[1], 1 / self.reg)
        if over_users:
            self.diagonal -= self._explained(preferred) / self.reg
        else:
            self.diagonal[known] = self.inverse.diagonal()

    def _gram(self, rows: scipy.sparse.csr_array) -> np.ndarray:
        """A Aᵀ, float64[n, n], of the rows of A, float64[n, d]."""
        return gram(rows)

    def _explained(self, preferred: scipy.sparse.csr_array) -> np.ndarray:
        """x_iᵀ (X Xᵀ + reg I)⁻¹ x_i, float64[n_items]."""
        found = np.zeros(preferred.shape[1])
        size = max(1, _CHUNK // preferred.shape[1])
        for start in range(0, preferred.shape[0], size):
            chunk = slice(start, start + size)
            found += preferred[chunk].multiply(self.inverse[chunk] @ preferred).sum(axis=0)
        return found

    def _scores(self, users: np.ndarray) -> np.ndarray:
        own = self.preferred[users]
        known = self.popularity > 0
        if self._folded is not None:
            projected = self._folded[users]
        elif self._over_users:
            projected = self.inverse[users] @ self.preferred
        else:
            projected = np.zeros(own.shape)
            projected[:, known] = own[:, known] @ self.inverse
        return own.toarray() - projected / self.diagonal

    @property
    def ranks_by_own_ratings(self) -> bool:
        return not self._over_users

    @property
    def _over_users(self) -> bool:
        return len(self.inverse) < int(np.count_nonzero(self.popularity > 0))

    _everybody: scipy.sparse.csr_array | None = None
    _folded: np.ndarray | None = None
    """Preferences of those it has learned from and x_u P, float64[1, n_items], of a folded-in user,
    where the inverse is over users."""

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """X B of the user's preferences x; the weights between items stay.

        Over users it is x P = (x − x Xᵀ (X Xᵀ + reg I)⁻¹ X) / reg.
        """
        everybody, over_users = self.preferred, self._over_users
        self._prefers(items, values, user)
        if over_users:
            x = self.preferred
            common = (x @ everybody.T).toarray() @ self.inverse
            self._everybody = everybody
            self._folded = (x.toarray() - common @ everybody) / self.reg

    def _reasons(self, user: int, item: int) -> list[Reason]:
        own = self.preferred[[user]]
        carried = -own.data * self._row(item)[own.indices] / self.diagonal[item]
        return self._carried(user, np.where(own.indices == item, 0.0, carried))

    def similarities(self, side: Side, x: int) -> np.ndarray:
        """Of items, the weight B_xi from x to each; it does not compare users."""
        if side == "user":
            return super().similarities(side, x)
        return -self._row(x) / self.diagonal

    def _row(self, item: int) -> np.ndarray:
        """Row of P, which is symmetric; float64[n_items]."""
        if self._over_users:
            everybody = self.preferred if self._everybody is None else self._everybody
            row = -(everybody[:, [item]].toarray()[:, 0] @ self.inverse) @ everybody
            row[item] += 1.0
            return row / self.reg
        known = self.popularity > 0
        row = np.zeros(len(known))
        if known[item]:
            row[known] = self.inverse[np.count_nonzero(known[:item])]
        return row
