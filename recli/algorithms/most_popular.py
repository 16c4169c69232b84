"""The items that most users like."""

from __future__ import annotations

import numpy as np
import surprise

from recli.algorithms._preferences import PREFERENCES, Ranker
from recli.algorithms._reasons import Reason


class MostPopular(Ranker):
    """The number of users who like an item: the same list for everybody, less what she knows.

    The floor under every ranking: what is not above it has learned nothing of the user.
    """

    source = "Cremonesi, Koren and Turrin 2010, section 3.1"
    kind = "baseline"
    additive = True
    parameters = (PREFERENCES,)
    fitted = ("liked_from",)

    def __init__(self, preferences: str = "liked") -> None:
        surprise.AlgoBase.__init__(self)
        self.preferences = preferences

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        self._prefers(items, values, user)

    def _reasons(self, user: int, item: int) -> list[Reason]:
        return [Reason("popularity", "", float(self.popularity[item]))]

    def _scores(self, users: np.ndarray) -> np.ndarray:
        return np.tile(self.popularity, (len(users), 1))
