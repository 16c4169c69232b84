"""What a factorisation machine sees of users, items and times: sparse rows of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
import surprise
from sklearn.preprocessing import normalize

from recli import errors
from recli.algorithms._contract.catalogue import catalogue_size
from recli.algorithms._shared.preferences import preferences
from recli.algorithms._shared.weighing import Alike
from recli.data.tables import features, user_features
from recli.data.trainset import Trainset, by_user

_DAY = 86_400  # seconds


@dataclass(frozen=True, eq=False)
class DesignSide:
    """The users or the items, a row for each: those with ratings, then those without.

    The last row stands for whomever the trainset does not know. The first columns are the ids of those
    with ratings, the next one is the id of all others: no rating has it, so that its weight and its
    factors are drawn from the prior.

    Attributes:
        x: float64[n_known + n_cold, n_columns of the side], sparse.
        columns: Which of the machine's columns these are.
        group: That of the ids.
        n_known: How many have ratings.
    """

    x: scipy.sparse.csr_array
    columns: slice
    group: int
    n_known: int

    @property
    def n_cold(self) -> int:
        """Rows without ratings."""
        return int(self.x.shape[0]) - self.n_known


@dataclass(frozen=True, eq=False)
class Design:
    """Ratings, and the columns that a machine learns them from.

    Attributes:
        values: float64[n_ratings].
        blocks: Rows that ratings share, float64[n, n_columns of the block], after int64[n_ratings],
            which of them a rating has; the machine's columns are those of the blocks, in their order.
        groups: int64[n_columns], which columns share a prior, from 0 on.
        users: Rows to predict from.
        items: Rows to predict from.
        times: float64[n_users + 1, n_bins], sparse, the shares of a user's ratings that are of each time,
            and last those of all ratings; the machine's last columns; None without time.
    """

    values: np.ndarray
    blocks: Sequence[tuple[np.ndarray, scipy.sparse.csr_array]]
    groups: np.ndarray
    users: DesignSide
    items: DesignSide
    times: scipy.sparse.csr_array | None


def design(
    trainset: surprise.Trainset,
    rated_items: bool,
    rating_users: bool,
    item_features: str | None,
    user_features: str | None,
    time_bin: float,
) -> Design:
    """The columns of `BayesianFM` from the trainset alone.

    A set of n items or users is n columns of n^-½, as in SVD++.

    Args:
        trainset: recli's own or Surprise's.
        rated_items: Whether what they rated describes a user.
        rating_users: Whether who rated it describes an item.
        item_features: Names, separated by commas, or "all"; with them each item of the catalogue without
            a rating has a row. None for no features.
        user_features: Names likewise.
        time_bin: Days that count as one time; 0 leaves time out.

    Returns:
        The columns.

    Raises:
        DataError: Where the trainset lacks what is asked for.
        UsageError: For an unknown feature.
    """
    indptr, items, values = by_user(trainset)
    users = np.repeat(np.arange(trainset.n_users), np.diff(indptr))
    rated = preferences(trainset, Alike(-np.inf))
    n_users, n_items = rated.shape
    of_users = [_ids(n_users, 1)]
    if rated_items:
        of_users.append(normalize(rated))
    if user_features is not None:
        of_users.append(_user_features(trainset, user_features))
    of_items = [_ids(n_items, 1 if item_features is None else _n_cold(trainset))]
    if rating_users:
        of_items.append(normalize(rated.T.tocsr()))
    if item_features is not None:
        of_items.append(_item_features(trainset, item_features))
    x_users, x_items = _beside(of_users), _beside(of_items)
    blocks = [(users, x_users[:n_users]), (items, x_items[:n_items])]
    kinds = [*of_users, *of_items]
    times = None
    if time_bin:
        bins = _bins(trainset, time_bin)
        blocks.append((bins, _one_hot(np.arange(bins.max() + 1))))
        times = _shares(users, bins, n_users)
        kinds.append(times)
    first = x_users.shape[1], x_users.shape[1] + x_items.shape[1]
    return Design(
        values=values,
        blocks=blocks,
        groups=np.repeat(np.arange(len(kinds)), [kind.shape[1] for kind in kinds]),
        users=DesignSide(x_users, slice(first[0]), 0, n_users),
        items=DesignSide(x_items, slice(*first), len(of_users), n_items),
        times=times,
    )


def _ids(n_known: int, n_cold: int) -> scipy.sparse.csr_array:
    return _one_hot(np.minimum(np.arange(n_known + n_cold), n_known))


def _n_cold(trainset: surprise.Trainset) -> int:
    return 1 + catalogue_size(trainset) - int(trainset.n_items)


def _user_features(trainset: surprise.Trainset, chosen: str) -> scipy.sparse.csr_array:
    """float64[n_users, n_values]."""
    table = trainset.user_table if isinstance(trainset, Trainset) else None
    of_codes, _ = user_features.matrix(table, features.names(chosen))
    return of_codes[trainset.user_codes]


def _item_features(trainset: surprise.Trainset, chosen: str) -> scipy.sparse.csr_array:
    """float64[n_catalogue, n_features]."""
    table = trainset.item_table if isinstance(trainset, Trainset) else None
    of_codes, _ = features.matrix(table, features.names(chosen))
    return of_codes[trainset.item_codes]


def _bins(trainset: surprise.Trainset, days: float) -> np.ndarray:
    """When ratings were given, user by user: int64[n_ratings], numbers of the bins that are not empty."""
    ratings = trainset.ratings if isinstance(trainset, Trainset) else None
    if ratings is None or ratings.times is None:
        raise errors.DataError(
            "time_bin needs to know when the ratings were given. Name the column of times in "
            'dataset.toml or with `time="NAME"`, or leave time_bin out.'
        )
    times = ratings.times[trainset.rows][np.argsort(trainset.users, kind="stable")]
    width = days * _DAY * ratings.per_second
    _, bins = np.unique((times - times.min()) // width, return_inverse=True)
    return bins


def _shares(users: np.ndarray, bins: np.ndarray, n_users: int) -> scipy.sparse.csr_array:
    """How many of a user's ratings are of each bin, as a share: float64[n_users + 1, n_bins].

    The last row are the shares of all ratings.
    """
    rows, n = np.concatenate([users, np.full_like(users, n_users)]), 2 * len(users)
    counts = scipy.sparse.coo_array((np.ones(n), (rows, np.tile(bins, 2))))
    return normalize(counts.tocsr(), norm="l1")


def _one_hot(columns: np.ndarray) -> scipy.sparse.csr_array:
    """float64[n, columns.max() + 1], 1 in the column of each row."""
    n = len(columns)
    return scipy.sparse.csr_array((np.ones(n), columns, np.arange(n + 1)))


def _beside(kinds: Sequence[scipy.sparse.csr_array]) -> scipy.sparse.csr_array:
    """All columns, float64[n, n_columns]; the first kind, the ids, has a row for everyone."""
    n = kinds[0].shape[0]
    for kind in kinds:
        kind.resize((n, kind.shape[1]))
    return scipy.sparse.csr_array(scipy.sparse.hstack(kinds))
