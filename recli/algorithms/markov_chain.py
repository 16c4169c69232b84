"""What comes after what."""

from __future__ import annotations

import numpy as np
import scipy.sparse

from recli.algorithms._shared.item_weights import ItemWeights
from recli.algorithms._shared.sequences import ORDERED, in_order
from recli.params import Float, Int


class MarkovChain(ItemWeights):
    """The items that others preferred after the last ones that the user prefers.

    Σ_j x_uj w_ji over the `last` items j of the user, where x_uj is 1 for the last one, 1/2 for the one
    before it, and so on. w_ji is Σ 1 / d over the users who preferred i after j, d places later and at
    most `steps`, divided by `shrinkage` and the sum of all that follows j. With one step and no
    shrinkage it is the share of what came next: a Markov chain of the first order.

    It knows of nothing but order: what models of sequences have to beat.
    """

    source = (
        "Rendle, Freudenthaler and Schmidt-Thieme 2010, section 4 (Markov chains); Ludewig and Jannach "
        "2018, Evaluation of session-based recommendation algorithms, section 3.2 (sequential rules)"
    )
    kind = "sequence"
    uses = ("times",)
    parameters = (
        ORDERED,
        Int("steps", 1, "places that an item may come later", low=1, tune=(1, 20), log=True),
        Int(
            "last",
            1,
            "last items of a user that count, older ones less",
            low=1,
            tune=(1, 20),
            log=True,
        ),
        Float("shrinkage", 0.0, "pull of what few followed towards 0", low=0, tune=(0, 20)),
    )

    steps: int
    shrinkage: float

    def _weigh(self, preferred: scipy.sparse.csr_array) -> scipy.sparse.csr_array:
        users, items = in_order(self.trainset, self.weigh)
        shape = (preferred.shape[1],) * 2
        total = scipy.sparse.csr_array(shape)
        for d in range(1, self.steps + 1):
            same = users[:-d] == users[d:]
            if not same.any():
                break
            counts = np.full(np.count_nonzero(same), 1.0 / d)
            total += scipy.sparse.csr_array((counts, (items[:-d][same], items[d:][same])), shape)
        sums = np.asarray(total.sum(axis=1)) + self.shrinkage
        scale = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)
        return scipy.sparse.csr_array(scipy.sparse.diags_array(scale) @ total)
