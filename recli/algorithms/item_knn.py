"""The items most like those that the user prefers."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from recli.algorithms._shared.item_weights import ItemWeights, strongest
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
        norms = np.sqrt((preferred**2).sum(axis=0))
        by_item = preferred.T.tocsr()

        def similarities(items: slice) -> scipy.sparse.csr_array:
            return shrunk(by_item[items] @ preferred, items, norms, self.shrinkage)

        return strongest(similarities, self.trainset, self.k).T.tocsr()


def shrunk(
    common: scipy.sparse.csr_array, items: slice, norms: np.ndarray, shrinkage: float
) -> scipy.sparse.csr_array:
    """x_i · x_j / (|x_i| |x_j| + shrinkage) for some items i and all items j.

    Args:
        common: float64[n, n_items], sparse, the products x_i · x_j; divided in place.
        items: The items i.
        norms: float64[n_items], |x_i|.
        shrinkage: What pulls towards 0.

    Returns:
        `common`.
    """
    of_row = np.repeat(norms[items], np.diff(common.indptr))
    common.data /= of_row * norms[common.indices] + shrinkage
    return common
