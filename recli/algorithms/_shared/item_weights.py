"""Models that carry preferences from item to item."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable

import numpy as np
import scipy.sparse
import surprise

from recli.algorithms._contract.abilities import Side
from recli.algorithms._shared.preferences import Ranker
from recli.algorithms._shared.reasons import Reason
from recli.algorithms._shared.sequences import NO_ITEM, last_preferred
from recli.data.trainset import Trainset

_CHUNK = 1 << 21  # weights: 16 MiB


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
        return (self.profile[users] @ self._w).toarray()

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


def strongest(
    rows: Callable[[slice], scipy.sparse.csr_array], trainset: surprise.Trainset, k: int
) -> scipy.sparse.csr_array:
    """The largest numbers of each row off the diagonal.

    Of equal numbers that of the item stays which appears in the data first.

    Args:
        rows: Gives some rows, positive where they are not 0. They are asked for some at a time, so that
            not all need to be in memory at once.
        trainset: Whose items the rows and columns are.
        k: How many of a row stay.

    Returns:
        float64[n_items, n_items], sparse.
    """
    n_items = trainset.n_items
    ids = places_of_items(trainset)
    size = max(1, _CHUNK // n_items)
    blocks = []
    for start in range(0, n_items, size):
        blocks.append(strongest_of(rows(slice(start, start + size)), start, ids, k))
    return scipy.sparse.csr_array(scipy.sparse.vstack(blocks, format="csr"))


def places_of_items(trainset: surprise.Trainset) -> np.ndarray:
    """What decides between items with equal weights: how many appeared in the data before each.

    Args:
        trainset: Whose items.

    Returns:
        int64[n_items], by inner id.
    """
    if isinstance(trainset, Trainset):
        places: np.ndarray = trainset.ratings.item_ids.places[trainset.item_codes]
        return places
    return np.arange(trainset.n_items)


def strongest_of(
    rows: scipy.sparse.csr_array, start: int, ids: np.ndarray, k: int
) -> scipy.sparse.csr_array:
    """`strongest` of some rows.

    Args:
        rows: float64[n, n_items], sparse, those of the items from `start` on.
        start: The item of the first row.
        ids: int64[n_items], see `places_of_items`.
        k: How many of a row stay.

    Returns:
        float64[n, n_items], sparse.
    """
    columns, values, lengths = [], [], []
    for row, (first, end) in enumerate(itertools.pairwise(rows.indptr), start):
        items, numbers = rows.indices[first:end], rows.data[first:end]
        kept = _largest(np.where(items == row, 0.0, numbers), ids[items], k)
        columns.append(items[kept])
        values.append(numbers[kept])
        lengths.append(len(kept))
    indptr = np.cumsum([0, *lengths])
    parts = np.concatenate(values), np.concatenate(columns), indptr
    return scipy.sparse.csr_array(parts, shape=rows.shape)


def _largest(numbers: np.ndarray, ids: np.ndarray, k: int) -> np.ndarray:
    """The places of the `k` largest positive numbers, of equal ones those with the smallest ids."""
    if len(numbers) <= k:
        return np.flatnonzero(numbers > 0)
    edge = np.partition(numbers, -k)[-k]
    if edge <= 0:
        return np.flatnonzero(numbers > 0)
    above, at = np.flatnonzero(numbers > edge), np.flatnonzero(numbers == edge)
    return np.append(above, at[np.argsort(ids[at])[: k - len(above)]])
