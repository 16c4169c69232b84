"""Mean differences between pairs of items."""

from __future__ import annotations

import functools

import numpy as np
import surprise

from recli import kernels
from recli.algorithms._base import Algorithm
from recli.algorithms._contract.catalogue import catalogue_size
from recli.algorithms._contract.guards import NO_MATRIX
from recli.algorithms._declared import CUT_HALF_STARS, whole_where
from recli.algorithms._shared.reasons import Reason, rated_items
from recli.data.trainset import by_item, by_user
from recli.kernels.csr import with_first


class SlopeOne(Algorithm, surprise.SlopeOne):
    """The user's mean plus the mean difference between the item and those that the user rated.

    An unknown user or item has no prediction. Differences are computed when a prediction needs
    them; the matrices `dev` and `freq` are for code that asks for them.
    """

    source = "Lemire and Maclachlan 2005; surprise.SlopeOne"
    kind = "neighbours"
    additive = True
    parameters = (CUT_HALF_STARS,)

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        users = by_user(trainset)
        indptr, _, values = users
        self.user_mean = np.add.reduceat(values, indptr[:-1]) / np.diff(indptr)
        self._by_user = whole_where(self.cut_half_stars, users)
        self._by_item = whole_where(self.cut_half_stars, by_item(trainset))
        self.__dict__.pop("_matrices", None)

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """The user's ratings against the differences between items, which stay."""
        items, values = self._alone(items, values, user)
        self.user_mean = np.array([values.mean()])
        own = np.trunc(values) if self.cut_half_stars else values
        self._by_user = with_first(self._by_user, items, own)
        indptr, users, ratings = self._by_item
        self._by_item = indptr, users + 1, ratings

    def explain(self, user: int, item: int) -> list[Reason]:
        """The user's mean, and the difference between the item and each rated one, over their number."""
        if user < 0 or not 0 <= item < self.trainset.n_items:
            return self._default_reasons()
        indptr, items, values = self._by_user
        rated, given = (column[indptr[user] : indptr[user + 1]] for column in (items, values))
        difference, together = kernels.slope_one.row(self._by_user, self._by_item, item)
        counted = together[rated] > 0
        amounts = difference[rated[counted]] / max(1, np.count_nonzero(counted))
        mean = Reason("user mean", "", float(self.user_mean[user]))
        return [mean, *rated_items(self.trainset, rated[counted], amounts, given[counted])]

    @functools.cached_property
    def _matrices(self) -> tuple[np.ndarray, np.ndarray]:
        self._check_fits(16 * self.trainset.n_items**2, "all differences", NO_MATRIX)
        return kernels.slope_one.matrices(self._by_user, self._by_item)

    @property
    def dev(self) -> np.ndarray:
        """Mean differences of items, float64[n_items, n_items]; 0 where nobody rated both.

        Raises:
            TooLargeError: Where they do not fit in memory.
        """
        return self._matrices[0]

    @property
    def freq(self) -> np.ndarray:
        """How often both items are rated, intp[n_items, n_items]."""
        return self._matrices[1].astype(np.intp)

    @property
    def item_by_item(self) -> bool:
        return True

    def estimate(self, u: int | str, i: int | str) -> float:
        return self._estimate_one(u, i)

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        order = np.argsort(items, kind="stable")
        result = np.empty(len(users))
        result[order] = self._grouped(users[order], items[order])
        return result

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        n_items = catalogue_size(self.trainset)
        n_rows = np.diff(self._by_user[0])[users[users >= 0]].sum()
        if n_rows < self.trainset.n_items:  # the differences of what they rated, not of all items
            estimates = np.full((len(users), n_items), np.nan)
            for row, user in enumerate(users):
                if user >= 0:
                    estimates[row, : self.trainset.n_items] = self.user_mean[
                        user
                    ] + kernels.slope_one.deviations_of(self._by_user, self._by_item, user)
            return estimates
        pairs = np.tile(users, n_items), np.repeat(np.arange(n_items), len(users))
        return self._grouped(*pairs).reshape(n_items, len(users)).T.copy()

    def _grouped(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """Estimates for pairs in which those of one item stand together."""
        known = self._known_items(items)
        deviations = kernels.slope_one.deviations(self._by_user, self._by_item, users, known)
        return self.user_mean[users] + deviations
