"""Models that carry preferences from item to item."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse
import surprise

from recli import kernels
from recli.algorithms._contract.abilities import Side
from recli.algorithms._contract.state import Floats, Indices, Layout, Starts
from recli.algorithms._shared.preferences import Ranker
from recli.algorithms._shared.reasons import Reason
from recli.algorithms._shared.sequences import NO_ITEM, last_preferred
from recli.data.trainset import Trainset
from recli.kernels.csr import parts

if TYPE_CHECKING:
    from recli.kernels.strongest import Rows

_CHUNK = 1 << 21  # weights: 24 MiB with their items


class ItemWeights(Ranker):
    """The score Σ_j x_uj w_ji, where x_uj is how much the user prefers j and w_ji what `_weigh` gives.

    Attributes:
        last: How many of the items that a user preferred last count, the last one as it is, the one
            before it half, the next a third, and so on; None: all of them, as they are.
        weights: float64[n], the w_ji that are not 0, item j by item j.
        weight_items: int32[n], their items i.
        weight_indptr: int32[n_items + 1], where those of each item j begin.
    """

    additive = True
    similarity = "weights between items"
    fitted = (*Ranker.fitted, "weights", "weight_items", "weight_indptr")
    follows = (*Ranker.follows, "profile")
    last: int | None = None
    weights: np.ndarray
    weight_items: np.ndarray
    weight_indptr: np.ndarray

    def layout(self) -> Layout:
        n_items = self.trainset.n_items
        return {
            **super().layout(),
            "weights": Floats(("weights",)),
            "weight_items": Indices(("weights",), n_items),
            "weight_indptr": Starts(n_items, "weights"),
        }

    def _weigh(self, preferred: scipy.sparse.csr_array) -> scipy.sparse.csr_array:
        """The weights w_ji, float64[n_items, n_items], from float64[n_users, n_items]."""
        raise NotImplementedError

    def _fit(self, preferred: scipy.sparse.csr_array) -> None:
        found = self._weigh(preferred)
        self.weights = found.data
        self.weight_items, self.weight_indptr = found.indices, found.indptr

    @property
    def ranks_by_own_ratings(self) -> bool:
        return True

    @property
    def _w(self) -> scipy.sparse.csr_array:
        n_items = self.trainset.n_items
        return scipy.sparse.csr_array(
            (self.weights, self.weight_items, self.weight_indptr), shape=(n_items, n_items)
        )

    def _scores(self, users: np.ndarray) -> np.ndarray:
        if len(users) == 1:  # for whom numba is not worth loading
            return (self.profile[users] @ self._w).toarray()
        found: np.ndarray = kernels.dense_rows.dense_rows(
            users, parts(self.profile), parts(self._w), self.trainset.n_items
        )
        return found

    @functools.cached_property
    def profile(self) -> scipy.sparse.csr_array:
        """The x_uj, float64[n_users, n_items]."""
        if self.last is None:
            return self.preferred
        sequences = last_preferred(self.trainset, self.weigh, self.last)
        users, places = np.nonzero(sequences != NO_ITEM)
        items = sequences[users, places] - 1
        counts = self.preferred[users, items] / (self.last - places)
        return scipy.sparse.csr_array((counts, (users, items)), self.preferred.shape)

    def _fold_in(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """The user's preferences; the weights between items stay."""
        self._prefers(items, values, user)
        self.__dict__.pop("profile", None)

    def _reasons(self, user: int, item: int) -> list[Reason]:
        own = self.profile[[user]]
        return self._carried(user, own.data * self._w[own.indices][:, [item]].toarray()[:, 0])

    def similarities(self, side: Side, x: int) -> np.ndarray:
        """Of items, what x carries to each, w_xi; it does not compare users."""
        if side == "user":
            return super().similarities(side, x)
        found: np.ndarray = self._w[[x]].toarray()[0]
        return found


def strongest_of_products(
    left: scipy.sparse.csr_array,
    right: scipy.sparse.csr_array,
    trainset: surprise.Trainset,
    k: int,
    norms: np.ndarray | None = None,
    shrinkage: float = 0.0,
) -> scipy.sparse.csr_array:
    """The largest numbers of each row of a product off the diagonal, positive ones alone.

    Of equal numbers that of the item stays which appears in the data first.

    Args:
        left: float64[n_items, n_users], sparse.
        right: float64[n_users, n_items], sparse.
        trainset: Whose items the rows and columns are.
        k: How many of a row stay.
        norms: float64[n_items]; a number is divided by the product of those of its row and column, and
            the shrinkage. None: by nothing.
        shrinkage: What is added to the product of the norms.

    Returns:
        float64[n_items, n_items], sparse.
    """
    n_items = trainset.n_items
    k = min(k, n_items)  # one of any size goes, which a kernel's integer does not hold
    norms = np.ones(n_items) if norms is None else norms
    places = places_of_items(trainset)
    size = max(1, _CHUNK // k)
    found = [
        kernels.strongest.strongest_of_products(
            parts(left),
            parts(right),
            first,
            min(size, n_items - first),
            norms,
            shrinkage,
            places,
            k,
        )
        for first in range(0, n_items, size)
    ]
    return _sparse(found, n_items)


def places_of_items(trainset: surprise.Trainset) -> np.ndarray:
    """What decides between items with equal weights: how many appeared in the data before each.

    Args:
        trainset: Whose items.

    Returns:
        int64[n_items], by inner id.
    """
    if isinstance(trainset, Trainset):
        places: np.ndarray = trainset.ratings.item_ids.places[
            trainset.item_codes[: trainset.n_items]
        ]
        return places
    return np.arange(trainset.n_items)


def strongest_of_rows(
    rows: scipy.sparse.csr_array, first: int, places: np.ndarray, k: int
) -> scipy.sparse.csr_array:
    """As `strongest_of_products`, of some rows that are there already.

    Args:
        rows: float64[n, n_items], sparse, those of the items from `first` on.
        first: The item of the first row.
        places: int64[n_items], see `places_of_items`.
        k: How many of a row stay.

    Returns:
        float64[n, n_items], sparse.
    """
    n_items = rows.shape[1]
    k = min(k, n_items)
    return _sparse([kernels.strongest.strongest_of_rows(parts(rows), first, places, k)], n_items)


def _sparse(blocks: list[Rows], n_columns: int) -> scipy.sparse.csr_array:
    """The rows of all blocks."""
    counts, columns, values = (np.concatenate(each) for each in zip(*blocks, strict=True))
    indptr = np.concatenate(([0], np.cumsum(counts)))
    if indptr[-1] <= np.iinfo(columns.dtype).max:
        indptr = indptr.astype(columns.dtype)  # scipy would widen the columns to its type
    return scipy.sparse.csr_array((values, columns, indptr), shape=(len(counts), n_columns))
