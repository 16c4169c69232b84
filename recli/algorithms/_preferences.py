"""Models that order items by what users liked, without predicting ratings."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
import surprise

from recli.algorithms._base import Algorithm, catalogue_size
from recli.data.trainset import by_user, threshold
from recli.params import Choice

PREFERENCES = Choice(
    "preferences",
    "liked",
    "what counts as a preference: ratings from the threshold on, or all of them",
    options=("liked", "all"),
)
_CHUNK = 1 << 22  # scores: 32 MiB


def preferences(trainset: surprise.Trainset, liked_from: float) -> scipy.sparse.csr_array:
    """Who prefers what, float64[n_users, n_items]: 1 where a rating is `liked_from` or more.

    Items within a user are ascending; a pair that is rated twice counts once, if either is liked.
    """
    indptr, items, values = by_user(trainset)
    users = np.repeat(np.arange(trainset.n_users), np.diff(indptr))
    liked = values >= liked_from
    pairs = users[liked], items[liked]
    shape = trainset.n_users, trainset.n_items
    found = scipy.sparse.csr_array((np.ones(len(pairs[0])), pairs), shape)
    found.sum_duplicates()
    found.data[:] = 1.0
    return found


class Ranker(Algorithm):
    """A model that scores items to rank them, from preferences: ratings that are high enough.

    A subclass learns in `_fit` and scores known users in `_scores`. Every score is finite, and of a
    user only the order counts:

    - A user without a preference, an unknown one included, gets the items by their number of
      preferences.
    - An item that the trainset lacks stands below all others.

    preferences: which ratings count, see `PREFERENCES`
    liked_from: the lowest rating that counts, once fitted
    """

    predicts = "scores"
    cold_users = "popularity"
    cold_items = "last"
    preferences: str
    liked_from: float

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        self.liked_from = (
            threshold(trainset) if self.preferences == "liked" else float(trainset.rating_scale[0])
        )
        self._prefer()
        self._fit(self.preferred)

    def restore(self, trainset: surprise.Trainset, state: Any) -> None:
        super().restore(trainset, state)
        self._prefer()

    def _prefer(self) -> None:
        """Set what follows from the trainset and `liked_from`: no stored model holds it.

        preferred: float64[n_users, n_items], 1 where the user prefers the item
        popularity: float64[n_items], the users who prefer it
        """
        self.preferred = preferences(self.trainset, self.liked_from)
        self.popularity = np.bincount(
            self.preferred.indices, minlength=self.trainset.n_items
        ).astype(np.float64)

    def _fit(self, preferred: scipy.sparse.csr_array) -> None:
        """Set what `fitted` names, from float64[n_users, n_items]."""

    def _scores(self, users: np.ndarray) -> np.ndarray:
        """Finite scores, float64[n, n_items], of users who have a preference, int[n]."""
        raise NotImplementedError

    def estimate(self, u: int | str, i: int | str) -> float:
        return self._estimate_one(u, i)

    def default_prediction(self) -> float:
        return 0.0

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        n_items = self.trainset.n_items
        scores = np.empty((len(users), catalogue_size(self.trainset)))
        scores[:, :n_items] = self.popularity
        has_any = (users >= 0) & (np.diff(self.preferred.indptr)[users] > 0)
        if has_any.any():
            scores[has_any, :n_items] = self._scores(users[has_any])
        scores[:, n_items:] = below(scores[:, :n_items])
        return scores

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        distinct, row = np.unique(users, return_inverse=True)
        estimates = np.empty(len(users))
        n_catalogue = catalogue_size(self.trainset)
        size = max(1, _CHUNK // max(1, n_catalogue))
        for start in range(0, len(distinct), size):
            scores = self._estimate_users(distinct[start : start + size])
            # For items of -1, which are not in the catalogue.
            scores = np.append(scores, below(scores[:, : self.trainset.n_items]), axis=1)
            chosen = np.flatnonzero((row >= start) & (row < start + size))
            estimates[chosen] = scores[row[chosen] - start, items[chosen]]
        return estimates


def below(scores: np.ndarray) -> np.ndarray:
    """A score below all of each row, float64[n, n_items] -> float64[n, 1]."""
    return scores.min(axis=1, initial=0.0)[:, None] - 1.0
