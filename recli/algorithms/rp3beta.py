"""A random walk of three steps, with less for what is popular."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from recli.algorithms._shared.item_weights import ItemWeights, strongest_of_products
from recli.algorithms._shared.preferences import GRADED
from recli.algorithms._shared.weighing import WEIGHTING
from recli.params import Float, Int


class RP3beta(ItemWeights):
    """The chance to walk from user to item by way of an item and a user, over popularity^beta.

    Σ_j Σ_v p_uj p_jv p_vi / d_i^beta, where p is the chance of a step along a preference to the
    power alpha (x_uj / Σ_j x_uj from user to item, x_vj / Σ_v x_vj from item to user) and d_i the
    preferences of i in all. From each item j only the `k` largest Σ_v p_jv p_vi are kept. The first
    step, the same for all items of the user, is left out: it changes no order.

    O(n_items · preferences) to fit.
    """

    source = "Paudel et al. 2017; alpha from Cooper et al. 2014 (P3alpha)"
    kind = "graph"
    cost = "medium"
    parameters = (
        GRADED,
        *WEIGHTING,
        # The papers are best with alpha from 0.5 to 1.8 and beta from 0.3 to 0.8.
        Float("alpha", 0.7, "power of the chance of a step", low=0, high=10, tune=(0.4, 1.6)),
        Float(
            "beta",
            0.65,
            "power of the popularity, which divides",
            low=0,
            high=10,
            tune=(0, 1),
            lower_for="divergence",
        ),
        Int("k", 400, "items that can be reached from each", low=1, tune=(20, 1000), log=True),
    )

    def _weigh(self, preferred: scipy.sparse.csr_array) -> scipy.sparse.csr_array:
        to_item = _steps(preferred, self.alpha)
        to_user = _steps(preferred.T.tocsr(), self.alpha)
        found = strongest_of_products(to_user, to_item, self.trainset, self.k)
        # A small number to a large power may be 0: that what comes out is infinite is seen afterwards.
        with np.errstate(divide="ignore"):
            found.data /= self.popularity[found.indices] ** self.beta
        return found


def _steps(preferred: scipy.sparse.csr_array, alpha: float) -> scipy.sparse.csr_array:
    """The chance of each step from a row to a column, to the power `alpha`."""
    of_row = np.repeat(preferred.sum(axis=1), np.diff(preferred.indptr))
    chances = (preferred.data / of_row) ** alpha
    return scipy.sparse.csr_array((chances, preferred.indices, preferred.indptr), preferred.shape)
