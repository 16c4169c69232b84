"""Clusters of users and of items at once."""

from __future__ import annotations

import numpy as np
import surprise

from recli.algorithms._base import Algorithm
from recli.params import Int


class CoClustering(Algorithm, surprise.CoClustering):
    """The mean of the co-cluster, corrected by how user and item differ from their own clusters.

    As in Surprise, clusters are found on whole ratings: half stars are cut off; and an unknown user
    or item gets the global mean.
    """

    source = "George and Merugu 2005; surprise.CoClustering"
    parameters = (
        Int("n_cltr_u", 3, "user clusters", low=1, tune=(1, 12)),
        Int("n_cltr_i", 3, "item clusters", low=1, tune=(1, 12)),
        Int("n_epochs", 20, "passes over users and items", low=0, tune=(5, 40)),
    )
    fitted = (
        *("cltr_u", "cltr_i", "user_mean", "item_mean"),
        *("avg_cltr_u", "avg_cltr_i", "avg_cocltr"),
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
