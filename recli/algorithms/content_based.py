"""Ratings from what items are."""

from __future__ import annotations

import numpy as np
import scipy.sparse
import surprise

from recli import errors
from recli.algorithms._base import Algorithm, catalogue_size, padded
from recli.algorithms._declared import baselines
from recli.data import features
from recli.data.items import Items
from recli.data.trainset import Trainset, by_user
from recli.params import Float, Int, Text


class ContentBased(Algorithm):
    """A ridge regression for each user, from the features of items to her ratings.

    μ + b_u + b_i + x_i · w_u, where w_u minimises Σ (r_ui − μ − b_u − b_i − x_i · w_u)² + reg |w_u|²
    over her ratings: with few ratings or a large `reg` the prediction shrinks to the baseline. An
    item that nobody rated has b_i = 0 and is predicted from its features; an unknown user gets the
    baseline.

    items: the item table; by default that of the trainset's dataset
    """

    source = "Lops, de Gemmis and Semeraro 2011, section 3.3.3 (linear models of a user's profile)"
    kind = "content"
    cold_users = "baseline"
    cold_items = "features"
    uses = ("item features",)
    needs_features = True
    parameters = (
        Float("reg", 5.0, "pull towards the baseline", low=1e-6, tune=(1, 100), log=True),
        Text("item_features", "all", "features to use, separated by commas"),
        Int("text_terms", 1000, "words kept of a text feature", low=1),
        *baselines(tune=True, only_for=None),
    )
    sized_by = ("text_terms",)
    fitted = ("bu", "bi", "weights", "feature_data", "feature_indices", "feature_indptr")

    def __init__(
        self,
        reg: float = 5.0,
        item_features: str = "all",
        text_terms: int = 1000,
        bsl_options: dict[str, object] | None = None,
        items: Items | None = None,
    ) -> None:
        surprise.AlgoBase.__init__(self, bsl_options=bsl_options or {}, sim_options={})
        self.reg = reg
        self.item_features = item_features
        self.text_terms = text_terms
        self.items = items

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        self.bu, self.bi = self.compute_baselines()
        described = self._features()
        self.feature_data, self.feature_indices = described.data, described.indices
        self.feature_indptr = described.indptr
        indptr, items, values = by_user(trainset)
        residuals = values - trainset.global_mean - self.bi[items]
        residuals -= np.repeat(self.bu, np.diff(indptr))
        self._check_fits(8 * trainset.n_users * described.shape[1], "the weights of its features")
        self.weights = np.zeros((trainset.n_users, described.shape[1]))
        for user in range(trainset.n_users):
            ratings = slice(indptr[user], indptr[user + 1])
            x = described[items[ratings]].toarray()
            self.weights[user] = ridge(x, residuals[ratings], self.reg)

    def _features(self) -> scipy.sparse.csr_array:
        """float64[n_catalogue, n_features], in the order of inner ids."""
        trainset = self.trainset
        ours = isinstance(trainset, Trainset)
        table = self.items or (trainset.item_table if ours else None)
        chosen = self.item_features.split(",") if self.item_features != "all" else ()
        described, _ = features.matrix(table, [name.strip() for name in chosen], self.text_terms)
        if ours:
            return described[trainset.item_codes]
        assert table is not None
        raw = [str(trainset.to_raw_iid(item)) for item in trainset.all_items()]
        codes = table.ids.codes(raw)
        if (codes < 0).any():
            absent = [raw[item] for item in np.flatnonzero(codes < 0)]
            raise errors.DataError(
                f"The item table lacks {len(absent):,} rated items:\n{errors.first_ten(absent)}"
            )
        return described[codes]

    @property
    def _x(self) -> scipy.sparse.csr_array:
        shape = (len(self.feature_indptr) - 1, self.weights.shape[1])
        return scipy.sparse.csr_array(
            (self.feature_data, self.feature_indices, self.feature_indptr), shape=shape
        )

    def estimate(self, u: int | str, i: int | str) -> float:
        return self._estimate_one(u, i)

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        x = self._x[np.maximum(items, 0)]
        # Only the weights of the features that an item has: the rest would be n × n_features zeros.
        pair = np.repeat(np.arange(len(users)), np.diff(x.indptr))
        products = x.data * padded(self.weights)[users[pair], x.indices]
        content = np.bincount(pair, products, minlength=len(users))
        baseline = self._baseline(users, items)
        return baseline + np.where(items >= 0, content, 0.0)

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        items = np.arange(catalogue_size(self.trainset))
        content = (self._x @ padded(self.weights)[users].T).T
        return self._baseline(users[:, None], items) + content

    def _baseline(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        known = self._known_items(items)
        return self.trainset.global_mean + padded(self.bu)[users] + padded(self.bi)[known]


def ridge(x: np.ndarray, y: np.ndarray, reg: float) -> np.ndarray:
    """argmin_w |y − x w|² + reg |w|², solved in the smaller of the two dimensions.

    >>> ridge(np.array([[1.0], [1.0]]), np.array([1.0, 3.0]), 2.0)
    array([1.])
    """
    n, d = x.shape
    if d <= n:
        return np.linalg.solve(x.T @ x + reg * np.eye(d), x.T @ y)
    return x.T @ np.linalg.solve(x @ x.T + reg * np.eye(n), y)
