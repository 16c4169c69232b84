"""Clusters of users and of items at once."""

from __future__ import annotations

import numpy as np
import surprise
from surprise.utils import get_rng

from recli import kernels
from recli.algorithms._base import Algorithm
from recli.algorithms._contract.state import Floats, Indices, Layout
from recli.algorithms._declared import CUT_HALF_STARS, whole_where
from recli.algorithms._shared.reasons import Reason
from recli.data.trainset import by_item, by_user
from recli.kernels.csr import Csr
from recli.params import Int


class CoClustering(Algorithm, surprise.CoClustering):
    """The mean of the co-cluster, corrected by how user and item differ from their own clusters.

    As in Surprise, an unknown user or item gets the global mean.
    """

    source = "George and Merugu 2005; surprise.CoClustering"
    kind = "other"
    parameters = (
        Int("n_cltr_u", 3, "user clusters", low=1, tune=(1, 12), lower_for="memory"),
        Int("n_cltr_i", 3, "item clusters", low=1, tune=(1, 12), lower_for="memory"),
        Int("n_epochs", 20, "passes over users and items", low=0, tune=(5, 40)),
        CUT_HALF_STARS,
    )
    fitted = (
        *("cltr_u", "cltr_i", "user_mean", "item_mean"),
        *("avg_cltr_u", "avg_cltr_i", "avg_cocltr"),
    )
    additive = True

    def layout(self) -> Layout:
        n_users, n_items = self.trainset.n_users, self.trainset.n_items
        return {
            "cltr_u": Indices((n_users,), self.n_cltr_u),
            "cltr_i": Indices((n_items,), self.n_cltr_i),
            "user_mean": Floats((n_users,)),
            "item_mean": Floats((n_items,)),
            "avg_cltr_u": Floats((self.n_cltr_u,)),
            "avg_cltr_i": Floats((self.n_cltr_i,)),
            "avg_cocltr": Floats((self.n_cltr_u, self.n_cltr_i)),
        }

    def _state_bytes(self, trainset: surprise.Trainset) -> int:
        # Sums, counts and means of the co-clusters beside the means before; of either side twice.
        n_u, n_i = self.n_cltr_u, self.n_cltr_i
        return 8 * (4 * n_u * n_i + 2 * (n_u + n_i))

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        rng = get_rng(self.random_state)
        self.cltr_u = rng.randint(self.n_cltr_u, size=trainset.n_users).astype(np.intp)
        self.cltr_i = rng.randint(self.n_cltr_i, size=trainset.n_items).astype(np.intp)
        users = whole_where(self.cut_half_stars, by_user(trainset))
        items = whole_where(self.cut_half_stars, by_item(trainset))
        self.user_mean = np.add.reduceat(users[2], users[0][:-1]) / np.diff(users[0])
        self.item_mean = np.add.reduceat(items[2], items[0][:-1]) / np.diff(items[0])
        for _ in range(self.n_epochs):
            self._average(users)
            by_clusters = self.avg_cocltr
            kernels.co_clustering.assign(
                *(users, self.user_mean, self.item_mean, self.avg_cltr_u, self.avg_cltr_i),
                *(by_clusters, self.cltr_i, self.cltr_u, True),
            )
            kernels.co_clustering.assign(
                *(items, self.item_mean, self.user_mean, self.avg_cltr_i, self.avg_cltr_u),
                *(np.ascontiguousarray(by_clusters.T), self.cltr_u, self.cltr_i, False),
            )
        self._average(users)

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """Put the user into the cluster in which the ratings are predicted best; the clusters stay."""
        items, values = self._alone(items, values, user)
        values = np.trunc(values) if self.cut_half_stars else values
        self.cltr_u, self.user_mean = np.zeros(1, np.intp), np.array([values.mean()])
        kernels.co_clustering.assign(
            *((np.array([0, len(items)]), items, values), self.user_mean, self.item_mean),
            *(self.avg_cltr_u, self.avg_cltr_i, self.avg_cocltr, self.cltr_i, self.cltr_u, True),
        )

    def explain(self, user: int, item: int) -> list[Reason]:
        """The mean of the co-cluster, and how far user and item are from their own clusters."""
        if user < 0 or not 0 <= item < self.trainset.n_items:
            return self._default_reasons()
        g, h = self.cltr_u[user], self.cltr_i[item]
        return [
            Reason("co-cluster", f"{g}, {h}", float(self.avg_cocltr[g, h])),
            Reason("user bias", "", float(self.user_mean[user] - self.avg_cltr_u[g])),
            Reason("item bias", "", float(self.item_mean[item] - self.avg_cltr_i[h])),
        ]

    def _average(self, users: Csr) -> None:
        """Set the means of the clusters as they are now."""
        self.avg_cltr_u, self.avg_cltr_i, self.avg_cocltr = kernels.co_clustering.averages(
            users, self.cltr_u, self.cltr_i, self.n_cltr_u, self.n_cltr_i, self.trainset.global_mean
        )

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        items = self._known_items(items)
        known = (users >= 0) & (items >= 0)
        user_clusters, item_clusters = self.cltr_u[users], self.cltr_i[items]
        estimates = (
            self.avg_cocltr[user_clusters, item_clusters]
            + (self.user_mean[users] - self.avg_cltr_u[user_clusters])
            + (self.item_mean[items] - self.avg_cltr_i[item_clusters])
        )
        return np.where(known, estimates, self.trainset.global_mean)
