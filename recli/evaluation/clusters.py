"""Users or items put together by what they have in common, where no column says it."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.sparse
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from recli import errors, params
from recli.data.dataset import Dataset
from recli.data.tables import features, user_features
from recli.data.training_statistics import TrainingStatistics
from recli.params import Choice, Int

NONE = "(none)"
_MOST = 30
_FACTORS = 16
_SHOWN = 2  # features of a cluster, to name it by
_PARAMETERS = (
    Int("k", 8, "clusters", low=2, high=_MOST),
    Choice("by", None, "what is alike in a cluster", options=("features", "ratings")),
)
_found: weakref.WeakKeyDictionary[TrainingStatistics, dict[Clusters, dict[str, np.ndarray]]] = (
    weakref.WeakKeyDictionary()
)


@dataclass(frozen=True)
class Clusters:
    """`k` clusters of users or of items.

    By `features`, those that are described alike, by the item table's features or the user table's
    columns; the same in every fold. By `ratings`, those who rated alike in training, or were rated by
    the same: of the users × items of a fold, the rows or columns of length 1, in 16 dimensions of a
    singular value decomposition. Both by k-means (scikit-learn's `KMeans`, of seed 0) on vectors of
    length 1. The largest is the first; those of whom nothing is known are "(none)".

    Attributes:
        kind: whose table it is
        k: the least number of ratings that each has
        by: `user`, or `all` for all ratings together
    """

    kind: Literal["user", "item"]
    k: int
    by: str

    @classmethod
    def parse(cls, kind: Literal["user", "item"], text: str, dataset: Dataset) -> Clusters:
        """The clusters that `k=8,by=ratings` asks for; without `by`, by features where there are any.

        Args:
            kind: whose table it is
            text: the text to read
            dataset: the ratings, and what is known of items and users

        Raises:
            UsageError: for an option that there is not or that is out of bounds
            DataError: for `by=features` in a dataset without
        """
        pairs = [part for part in text.split(",") if part.strip()]
        found = {parameter.name: parameter.default for parameter in _PARAMETERS}
        for name, value in params.assignments(pairs, f"{kind}:cluster:", "k=8").items():
            if name not in found:
                raise errors.unknown(f"option of {kind}:cluster", name, found)
            found[name] = next(p for p in _PARAMETERS if p.name == name).check(value)
        described = dataset.has_features if kind == "item" else bool(dataset.users)
        by = str(found["by"] or ("features" if described else "ratings"))
        if by == "features" and not described:
            raise errors.DataError(
                f"Dataset '{dataset.name}' describes no {kind}s: cluster them with by=ratings, or "
                f"describe them in its dataset.toml, for instance:\n"
                f"{features.EXAMPLE if kind == 'item' else user_features.EXAMPLE}"
            )
        return cls(kind, int(str(found["k"])), by)

    def __str__(self) -> str:
        return f"{self.kind}:cluster:k={self.k},by={self.by}"

    def groups(self, statistics: TrainingStatistics) -> dict[str, np.ndarray]:
        """Name -> bool[n codes], which users or items belong to it; the largest first.

        Args:
            statistics: what the training ratings and the item table show
        """
        found = _found.setdefault(statistics, {})
        if self not in found:
            found[self] = self._groups(statistics)
        return found[self]

    def _groups(self, statistics: TrainingStatistics) -> dict[str, np.ndarray]:
        x, names = self._vectors(statistics)
        known = np.flatnonzero(abs(x).sum(axis=1))
        groups: dict[str, np.ndarray] = {}
        if len(known):
            from sklearn.cluster import KMeans  # loads much, and few ask for clusters

            vectors = normalize(x[known])
            if scipy.sparse.issparse(vectors):  # k-means takes 32-bit indices alone
                vectors.indices = vectors.indices.astype(np.int32)
                vectors.indptr = vectors.indptr.astype(np.int32)
            k = min(self.k, _n_distinct(vectors))
            found = KMeans(k, n_init=4, random_state=0).fit(vectors)
            order = np.argsort(-np.bincount(found.labels_), kind="stable")
            for place, cluster in enumerate(order, start=1):
                strongest = np.argsort(-found.cluster_centers_[cluster], kind="stable")[:_SHOWN]
                about = ", ".join(names[column] for column in strongest) if names else ""
                members = np.zeros(x.shape[0], bool)
                members[known[found.labels_ == cluster]] = True
                groups[f"{place}: {about}" if about else str(place)] = members
        rest = np.ones(x.shape[0], bool)
        rest[known] = False
        return groups | {NONE: rest}

    def _vectors(
        self, statistics: TrainingStatistics
    ) -> tuple[scipy.sparse.csr_array | np.ndarray, list[str]]:
        """float64[n codes, n_columns], 0 for whom nothing is known; and the columns' names, if any."""
        dataset = statistics.dataset
        if self.by == "features" and self.kind == "item":
            return features.matrix(dataset.items)
        if self.by == "features":
            return user_features.matrix(dataset.users)
        pairs = dataset.ratings.users[statistics.train], dataset.ratings.items[statistics.train]
        shape = len(dataset.ratings.user_ids), statistics.n_items
        rated = scipy.sparse.csr_array((np.ones(len(pairs[0])), pairs), shape).sign()
        rows = normalize(rated if self.kind == "user" else rated.T.tocsr())
        n_factors = min(_FACTORS, min(shape) - 1)
        if n_factors < 1:
            return rows, []
        svd = TruncatedSVD(n_factors, algorithm="arpack", random_state=0)
        return svd.fit_transform(rows) * (rows.sum(axis=1) > 0)[:, None], []


def _n_distinct(vectors: scipy.sparse.csr_array | np.ndarray) -> int:
    """How many vectors differ: no more clusters can be made. Told apart by a random direction."""
    direction = np.random.default_rng(0).normal(size=vectors.shape[1])
    return len(np.unique(np.round(vectors @ direction, 9)))
