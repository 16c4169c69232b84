"""Items that are not like one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse

from recli.models.model import FittedModel
from recli.params import Float
from recli.ranking import qualities, similarity
from recli.ranking.ranked_lists import Measure, RankedLists
from recli.ranking.rerankers._greedy import Term


@dataclass(frozen=True, eq=False)
class Diversify(Term):
    """Maximal marginal relevance: (1 − w) · score − w · max_j cos(v_i, v_j), j in the list so far.

    Carbonell and Goldstein, The use of MMR, SIGIR 1998, where λ is 1 − w.

    Attributes:
        weight: w
        vectors: float64[n_catalogue, k] by item code, rows of length 1 or 0: features or factors
    """

    parameters = (
        Float("weight", 0.3, "weight of how unlike an item is what stands above it", low=0, high=1),
    )
    position = 100

    weight: float
    vectors: scipy.sparse.csr_array

    @classmethod
    def of(cls, whole: FittedModel, model: FittedModel, seed: int, *, weight: float) -> Diversify:
        """By what the model knows of items.

        Args:
            model: a fitted model
            seed: what is drawn at random is drawn by it
            weight: what one of them weighs
            whole: the model as it was trained

        Raises:
            UsageError: where it knows nothing
        """
        return cls(weight, similarity.vectors(whole)[0])

    @classmethod
    def check(cls, model: FittedModel, *, weight: float) -> None:
        similarity.check(model)

    def begin(self, user: int, items: np.ndarray) -> _Nearest:
        own = self.vectors[items]
        return _Nearest((own @ own.T).toarray())

    def measures(self) -> Mapping[str, Measure]:
        def diversity(lists: RankedLists) -> np.ndarray:
            return qualities.diversity(lists.items, self.vectors)

        return {"diversity": diversity}


class _Nearest:
    """Less the cosine of an item and the one most like it in the list; 0 while that is empty."""

    def __init__(self, cosines: np.ndarray) -> None:
        self._cosines = cosines
        self._nearest: np.ndarray | None = None

    def values(self) -> np.ndarray:
        return np.zeros(len(self._cosines)) if self._nearest is None else -self._nearest

    def add(self, place: int) -> None:
        own = self._cosines[place]
        self._nearest = own if self._nearest is None else np.maximum(self._nearest, own)
