"""What lists are judged against besides the test: popularity, features, what a user liked before."""

from __future__ import annotations

import functools

import numpy as np
import scipy.sparse
from sklearn.preprocessing import normalize

from recli import errors
from recli.data.dataset import Dataset
from recli.data.tables import features
from recli.data.trainset import Trainset

# Kinds of features by what a metric asks for. No numbers: they lie around their mean, and a cosine
# below 0 would make a pair of items more than different. No years: what is of one decade is not alike.
_KINDS = {"any": ("categories", "flags", "tags", "text"), "categories": ("categories", "flags")}


class TrainingStatistics:
    """Items and users as the training rows of a fold and the item table show them.

    The same for every algorithm on the fold, so that it is computed once, and only what is asked
    for. Threads may share it: at worst two compute the same.

    Args:
        dataset: the ratings, and what is known of items and users
        train: int64[n], rows that are learned from, ascending
        threshold: the rating from which on an item is liked
    """

    def __init__(self, dataset: Dataset, train: np.ndarray, threshold: float) -> None:
        self.dataset = dataset
        self.train = train
        self.threshold = threshold

    @property
    def n_items(self) -> int:
        """Items of the catalogue."""
        return len(self.dataset.ratings.item_ids)

    @functools.cached_property
    def trainset(self) -> Trainset:
        """The training rows."""
        return self.dataset.trainset(self.train, self.threshold)

    @functools.cached_property
    def popularity(self) -> np.ndarray:
        """int64[n_catalogue], the training ratings of each item."""
        return np.bincount(self.dataset.ratings.items[self.train], minlength=self.n_items)

    @functools.cached_property
    def activity(self) -> np.ndarray:
        """int64[n user codes], the training ratings of each user."""
        n_users = len(self.dataset.ratings.user_ids)
        return np.bincount(self.dataset.ratings.users[self.train], minlength=n_users)

    @functools.cached_property
    def raters(self) -> np.ndarray:
        """int64[n_catalogue], the users who rated each item in training."""
        return np.bincount(self._pairs[1], minlength=self.n_items)

    @functools.cached_property
    def features(self) -> scipy.sparse.csr_array:
        """float64[n_catalogue, n_features], categories, flags, tags and text, each item's of
        length 1.

        Of length 0 for an item that they do not describe.

        Raises:
            DataError: where the dataset declares no such feature, or one that says nothing
        """
        return normalize(self._matrix("any"))

    @functools.cached_property
    def categories(self) -> scipy.sparse.csr_array:
        """float64[n_catalogue, n_categories], a weight of 1 spread evenly over an item's categories.

        All 0 for an item without.

        Raises:
            DataError: as `features` does
        """
        return normalize(self._matrix("categories").sign(), "l1")

    @functools.cached_property
    def tastes(self) -> scipy.sparse.csr_array:
        """float64[n user codes, n_categories], the mean over the items that the user liked.

        Liked are training ratings of `threshold` or more; of these the items with categories count.
        All 0 for a user without.

        Raises:
            DataError: as `features` does
        """
        ratings = self.dataset.ratings
        rows = self.train[ratings.values[self.train] >= self.threshold]
        pairs = ratings.users[rows], ratings.items[rows]
        shape = len(ratings.user_ids), self.n_items
        # The sign: whoever rated an item twice likes it once.
        liked = scipy.sparse.csr_array((np.ones(len(rows)), pairs), shape).sign()
        return normalize(liked @ self.categories, "l1")

    def popularity_places(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        """How many items a popularity ranker surely puts before the item in the user's list, int64[n].

        Those with more training ratings than the item, less what the user rated in training and what
        the dataset withholds. O(log n_ratings) an item.

        Args:
            users: int[n], codes
            items: likewise
        """
        ranks, start = self._popularity_ranks[items], users.astype(np.int64) * self.n_items
        seen = np.searchsorted(self._seen, start + ranks) - np.searchsorted(self._seen, start)
        return ranks - seen

    @functools.cached_property
    def _popularity_ranks(self) -> np.ndarray:
        """int64[n_catalogue], how many items are more popular, 0 for the most popular."""
        return np.searchsorted(np.sort(-self.popularity), -self.popularity)

    @functools.cached_property
    def _seen(self) -> np.ndarray:
        """int64[n pairs], user * n_items + popularity rank of what is in no list of the user; sorted."""
        left_out = np.divmod(self.dataset.withheld, self.n_items)
        users, items = np.hstack([self._pairs, left_out])
        return np.sort(users * self.n_items + self._popularity_ranks[items])

    @functools.cached_property
    def _pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Users and items of the training ratings, int64, each pair once."""
        ratings = self.dataset.ratings
        users, items = ratings.users[self.train].astype(np.int64), ratings.items[self.train]
        return np.divmod(np.unique(users * self.n_items + items), self.n_items)

    def _matrix(self, needed: str) -> scipy.sparse.csr_array:
        missing = _missing(self.dataset, needed)
        if missing:
            raise errors.DataError(
                f"This {missing}. Describe them in its dataset.toml, for instance:\n"
                f"{features.EXAMPLE}"
            )
        chosen = _declared(self.dataset, needed)
        return features.matrix(self.dataset.items, chosen, told_apart=False)[0]


def missing_features(needed: str, dataset: Dataset) -> str:
    """Why a metric that needs such `features` cannot be computed on `dataset`; empty where it can.

    To be read after the metric's name.

    By what the dataset declares: whether the features say anything is seen when they are read.

    Args:
        needed: `any`, or `categories`: the kind of features that is needed
        dataset: the ratings, and what is known of items and users
    """
    return _missing(dataset, needed) if needed else ""


def _missing(dataset: Dataset, needed: str) -> str:
    if _declared(dataset, needed):
        return ""
    kinds = " or ".join(_KINDS[needed])
    return f"needs item features of the kind {kinds}, and dataset '{dataset.name}' declares none"


def _declared(dataset: Dataset, needed: str) -> list[str]:
    """Names of the features that are of a kind that is needed."""
    declared = dataset.items.features if dataset.items else ()
    return [feature.name for feature in declared if feature.kind in _KINDS[needed]]
