"""An algorithm."""

from __future__ import annotations

import surprise

from recli.algorithms import Algorithm


class ShopMean(Algorithm):
    """The mean of all ratings, for everything."""

    source = "the shop"
    kind = "baseline"

    def __init__(self) -> None:
        surprise.AlgoBase.__init__(self)

    def estimate(self, u: object, i: object) -> float:
        return float(self.trainset.global_mean)
