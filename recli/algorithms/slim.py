"""A sparse linear model from item to item."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from recli import kernels
from recli.algorithms._shared.gram import gram
from recli.algorithms._shared.item_weights import ItemWeights
from recli.algorithms._shared.preferences import GRADED
from recli.algorithms._shared.weighing import WEIGHTING
from recli.params import Float

_TOLERANCE = 1e-5
_MAX_SWEEPS = 1000


class SLIM(ItemWeights):
    """The score x_u W, where W ≥ 0 has a zero diagonal and minimises an elastic net for each item.

    Column i of W minimises |x_i − X w|² / 2 + l2 |w|² / 2 + l1 Σ_j w_j over w ≥ 0 with w_i = 0, where X
    holds how much users prefer items: found by coordinate descent until no weight changes by more
    than 0.00001. Most weights are 0, the more so the larger `l1`.

    Raises:
        TooLargeError: Where XᵀX does not fit in memory.
    """

    source = "Ning and Karypis 2011"
    kind = "linear"
    cost = "medium"
    parameters = (
        GRADED,
        *WEIGHTING,
        Float(
            "l1",
            1.0,
            "pull of weights to 0",
            low=0,
            tune=(0.1, 10),
            log=True,
            lower_for="zeros",
        ),
        Float("l2", 100.0, "pull of weights towards 0", low=0, tune=(1, 500), log=True),
    )

    def _weigh(self, preferred: scipy.sparse.csr_array) -> scipy.sparse.csr_array:
        known = np.flatnonzero(self.popularity > 0).astype(np.int32)
        n, n_items = len(known), preferred.shape[1]
        few = "Leave out items with few ratings."
        self._check_fits(8 * n * n, f"the products of {n:,} × {n:,} items", few)
        indptr, items, weights = kernels.slim.descend(
            gram(preferred[:, known].T.tocsr()), self.l1, self.l2, _TOLERANCE, _MAX_SWEEPS
        )
        to = known[np.repeat(np.arange(n), np.diff(indptr))]
        return scipy.sparse.csr_array((weights, (known[items], to)), (n_items, n_items))
