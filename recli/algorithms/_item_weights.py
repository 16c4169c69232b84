"""Models that carry preferences from item to item."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.sparse
import surprise

from recli.algorithms._base import Side
from recli.algorithms._preferences import Ranker
from recli.algorithms._ranking import best
from recli.algorithms._reasons import Reason
from recli.data.trainset import Trainset

_CHUNK = 1 << 21  # weights: 16 MiB


class ItemWeights(Ranker):
    """The score Σ_j x_uj w_ji, where x_uj is how much the user prefers j and w_ji what `_weigh` gives.

    weights: float64[n], the w_ji that are not 0, item j by item j
    weight_items: int32[n], their items i
    weight_indptr: int32[n_items + 1], where those of each item j begin
    """

    additive = True
    similarity = "weights between items"
    fitted = (*Ranker.fitted, "weights", "weight_items", "weight_indptr")
    weights: np.ndarray
    weight_items: np.ndarray
    weight_indptr: np.ndarray

    def _weigh(self, preferred: scipy.sparse.csr_array) -> scipy.sparse.csr_array:
        """The weights w_ji, float64[n_items, n_items], from float64[n_users, n_items]."""
        raise NotImplementedError

    def _fit(self, preferred: scipy.sparse.csr_array) -> None:
        found = self._weigh(preferred)
        self.weights = found.data
        self.weight_items, self.weight_indptr = found.indices, found.indptr

    @property
    def _w(self) -> scipy.sparse.csr_array:
        n_items = self.trainset.n_items
        return scipy.sparse.csr_array(
            (self.weights, self.weight_items, self.weight_indptr), shape=(n_items, n_items)
        )

    def _scores(self, users: np.ndarray) -> np.ndarray:
        return (self.preferred[users] @ self._w).toarray()

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """Her preferences; the weights between items stay."""
        self._prefers(items, values, user)

    def _reasons(self, user: int, item: int) -> list[Reason]:
        own = self.preferred[[user]]
        return self._carried(user, own.data * self._w[own.indices][:, [item]].toarray()[:, 0])

    def similarities(self, side: Side, x: int) -> np.ndarray:
        """Of items, what x carries to each, w_xi; it does not compare users."""
        if side == "user":
            return super().similarities(side, x)
        found: np.ndarray = self._w[[x]].toarray()[0]
        return found


def strongest(
    rows: Callable[[slice], np.ndarray], trainset: surprise.Trainset, k: int
) -> scipy.sparse.csr_array:
    """The `k` largest of the positive numbers in each row, float64[n_items, n_items], the rest 0.

    rows: gives some rows, float64[n, n_items], which may be overwritten. They are asked for some at
        a time, so that not all need to be in memory at once.

    The diagonal counts as 0. Of equal numbers that of the smaller item id stays.
    """
    n_items = trainset.n_items
    by_id = np.arange(n_items)
    if isinstance(trainset, Trainset):
        by_id = np.argsort(trainset.item_codes[:n_items], kind="stable")
    size, k = max(1, _CHUNK // n_items), min(k, n_items)
    parts = []
    for start in range(0, n_items, size):
        chunk = rows(slice(start, start + size))
        own = np.arange(len(chunk))
        chunk[own, start + own] = 0.0
        chunk = chunk[:, by_id]
        chunk[chunk <= 0] = -np.inf
        row, _, column = best(chunk, k)
        kept = chunk[row, column], (row, by_id[column])
        parts.append(scipy.sparse.csr_array(kept, chunk.shape))
    return scipy.sparse.vstack(parts, format="csr")
