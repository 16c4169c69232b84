"""The items most like those that the user prefers."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from recli.algorithms._shared.item_weights import ItemWeights, strongest_of_products
from recli.algorithms._shared.preferences import GRADED
from recli.algorithms._shared.weighing import WEIGHTING
from recli.params import Float, Int


class ItemKNN(ItemWeights):
    """The similarity of an item to those that the user prefers, summed over its `k` nearest items.

    Σ_j x_uj s_ij over the k items j with the largest s_ij = x_i · x_j / (|x_i| |x_j| + shrinkage),
    where x_i holds how much each user prefers i: the cosine, pulled towards 0 where few users prefer
    both. O(n_items · preferences) to fit. With `last` only the items that the user preferred last
    count: the nearest to the very last one are what a model of sequences has to beat.
    """

    source = "Sarwar et al. 2001; Deshpande and Karypis 2004, section 4"
    kind = "neighbours"
    cost = "medium"
    parameters = (
        GRADED,
        *WEIGHTING,
        # Between 10 and 100 neighbours little changes in either paper; sparse data take more.
        Int("k", 100, "neighbours of an item", low=1, tune=(10, 400), log=True),
        # As in Ferrari Dacrema, Cremonesi and Jannach 2019, who search up to 1,000 for all data.
        Float("shrinkage", 10.0, "pull of few common users towards 0", low=0, tune=(0, 100)),
        Int("last", None, "last items of a user that count, older ones less; none: all", low=1),
    )

    def _weigh(self, preferred: scipy.sparse.csr_array) -> scipy.sparse.csr_array:
        nearest = strongest_of_products(
            preferred.T.tocsr(),
            preferred,
            self.trainset,
            self.k,
            item_norms(preferred),
            self.shrinkage,
        )
        return nearest.T.tocsr()


def item_norms(preferred: scipy.sparse.csr_array) -> np.ndarray:
    """|x_i| of every item i.

    Args:
        preferred: float64[n_users, n_items], sparse, how much each user prefers each item.

    Returns:
        float64[n_items]; infinite where the squares are so small that they vanish: such an item is like
        no other.
    """
    found: np.ndarray = np.sqrt((preferred**2).sum(axis=0))
    found[found == 0] = np.inf
    return found
