"""What lists are judged against besides the test: popularity, features, what a user liked before."""

from __future__ import annotations

import functools

import numpy as np
import scipy.sparse

from recli.data import features
from recli.data.dataset import Dataset
from recli.data.trainset import Trainset


class Background:
    """Items and users as the training rows of a fold and the item table show them.

    The same for every algorithm on the fold, so that it is computed once, and only what is asked
    for.
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
        return self.dataset.trainset(self.train)

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
    def features(self) -> scipy.sparse.csr_array:
        """float64[n_catalogue, n_features], each item's scaled to length 1. Raises DataError."""
        matrix, _ = features.matrix(self.dataset.items)
        lengths = np.sqrt(matrix.multiply(matrix).sum(axis=1))
        scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        return scipy.sparse.csr_array(matrix.multiply(scale[:, None]))
