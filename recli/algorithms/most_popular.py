"""The items that most users like."""

from __future__ import annotations

import numpy as np
import scipy.sparse
import surprise

from recli import errors
from recli.algorithms._contract.state import Floats, Layout
from recli.algorithms._shared.preferences import PREFERENCES, Ranker, preferring
from recli.algorithms._shared.reasons import Reason
from recli.algorithms._shared.weighing import WEIGHTING
from recli.data.trainset import Trainset
from recli.params import Float

_DAY = 24 * 60 * 60


class MostPopular(Ranker):
    """The number of users who like an item: the same list for everybody, less what they know.

    The floor under every ranking: what is not above it has learned nothing of the user. With a
    `half_life` of h days a preference that is t days older than the newest rating counts 2^(−t / h),
    so that the list shows what is popular now.

    Raises:
        DataError: For a `half_life` where ratings have no time.
    """

    source = "Cremonesi, Koren and Turrin 2010, section 3.1; Ji et al. 2020 (popularity by time)"
    kind = "baseline"
    additive = True
    parameters = (
        PREFERENCES,
        *WEIGHTING,
        Float("half_life", None, "days in which a preference loses half its weight", low=1e-3),
    )
    fitted = (*Ranker.fitted, "popularity")

    def layout(self) -> Layout:
        return {**super().layout(), "popularity": Floats((self.trainset.n_items,))}

    @property
    def ranks_by_own_ratings(self) -> bool:
        return True

    def _fit(self, preferred: scipy.sparse.csr_array) -> None:
        if self.half_life is None:
            return
        times, per_day = _times(self.trainset)
        rows, weights = preferring(self.trainset, self.weigh)
        age = (times.max() - times[rows]) / per_day
        weights *= np.exp2(-age / self.half_life)
        items, n_items = self.trainset.items[rows], self.trainset.n_items
        self.popularity = np.bincount(items, weights, minlength=n_items)

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        self._prefers(items, values, user)

    def _reasons(self, user: int, item: int) -> list[Reason]:
        return [Reason("popularity", "", float(self.popularity[item]))]

    def _scores(self, users: np.ndarray) -> np.ndarray:
        return np.tile(self.popularity, (len(users), 1))

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        return np.repeat(super()._estimate_users(users[:1]), len(users), axis=0)


def _times(trainset: surprise.Trainset) -> tuple[np.ndarray, int]:
    """When the ratings were made, int64[n_ratings], and how much of that a day is."""
    ratings = trainset.ratings if isinstance(trainset, Trainset) else None
    if ratings is None or ratings.times is None:
        raise errors.DataError(
            "most-popular: half_life needs to know when ratings were made, and the data have no times. "
            'Name their column with `time="NAME"`, or leave half_life out.'
        )
    return ratings.times[trainset.rows], _DAY * ratings.per_second
