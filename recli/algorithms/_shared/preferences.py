"""Models that order items by what users prefer, without predicting ratings."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np
import surprise

from recli import errors, registry
from recli.algorithms._base import Algorithm
from recli.algorithms._contract.catalogue import catalogue_size, triples
from recli.algorithms._contract.state import FiniteNumber, Layout
from recli.algorithms._shared.reasons import Reason, rated_items
from recli.algorithms._shared.weighing import LOG, Weigh, weigh
from recli.data.distinct import distinct
from recli.data.trainset import Trainset, by_user, threshold
from recli.params import Choice

if TYPE_CHECKING:
    import scipy.sparse

PREFERENCES = Choice(
    "preferences",
    "liked",
    "what counts: ratings from the threshold on, all alike, or each by its height (graded); "
    "interactions count by their weight, unless all are alike",
    options=("liked", "all", "graded"),
)
GRADED = replace(PREFERENCES, default="graded")
"""For models that take preferences of any weight. On MovieLens 100K their lists are 2 to 5 % better in
nDCG@10 for it, on movielens-small hardly or not at all."""
_CHUNK = 1 << 22  # scores: 32 MiB
_FEW = 64  # scores of a row, of which hardly ever all are the same if not those of the whole row


def preferences(trainset: surprise.Trainset, weigh: Weigh) -> scipy.sparse.csr_array:
    """Who prefers what and how much.

    Items within a user are ascending; of a pair that is there twice the larger weight counts.

    Args:
        trainset: recli's own or Surprise's.
        weigh: Gives the weight of each rating.

    Returns:
        float64[n_users, n_items], sparse.
    """
    import scipy.sparse  # not for stored factors, of which lists are sooner made than it is loaded

    users, items, _ = triples(trainset)
    rows, weights = preferring(trainset, weigh)
    shape = trainset.n_users, trainset.n_items
    return scipy.sparse.csr_array((weights, (users[rows], items[rows])), shape)


def preferring(trainset: surprise.Trainset, weigh: Weigh) -> tuple[np.ndarray, np.ndarray]:
    """The ratings that are preferences.

    Args:
        trainset: recli's own or Surprise's.
        weigh: Gives the weight of each rating.

    Returns:
        The rows of the trainset, int64[n], by user and item, and what they weigh, float64[n].
    """
    users, items, _ = triples(trainset)
    weights = weigh(trainset)
    pairs = users.astype(np.int64) * trainset.n_items + items
    rows = distinct(pairs, weights)
    rows = rows[weights[rows] > 0]
    return rows, weights[rows]


class Ranker(Algorithm):
    """A model that scores items to rank them, from preferences: ratings that are high enough.

    A subclass learns in `_fit` and scores users in `_scores`. Every score is finite, and of a user
    only the order counts:

    - A user without a preference, an unknown one included, gets the items by their popularity, and so
      does one whose preferences say the same of every item.
    - An item that the trainset lacks stands below all others.

    Attributes:
        preferences: Which ratings count, see `PREFERENCES`.
        weighting: How interactions become weights, see `WEIGHTING`.
        cap: Counts of interactions above it count as it; None for no limit.
        liked_from: The lowest rating that counts, once fitted.

    Raises:
        DataError: Where not a single rating is a preference.
    """

    predicts = "scores"
    cold_users = "popularity"
    cold_items = "last"
    fitted: tuple[str, ...] = ("liked_from",)
    follows: ClassVar[tuple[str, ...]] = ("weigh", "preferred", "popularity")
    """What is made of the trainset when it is asked for."""
    of_all_ratings = ("weigh", "popularity")
    preferences: str
    weighting: str = LOG
    cap: float | None = None
    liked_from: float

    @classmethod
    def uses_threshold(cls, given: Mapping[str, object]) -> bool:
        return given.get("preferences") == "liked"

    def layout(self) -> Layout:
        return {"liked_from": FiniteNumber()}

    def _learn(self, trainset: surprise.Trainset) -> None:
        surprise.AlgoBase.fit(self, trainset)
        low = float(trainset.rating_scale[0])
        self.liked_from = threshold(trainset) if self.preferences == "liked" else low
        for earlier in self.follows:
            self.__dict__.pop(earlier, None)
        if not self.preferred.nnz:
            implicit = isinstance(trainset, Trainset) and trainset.ratings.implicit
            what, reaches = ("interactions", "weighs") if implicit else ("ratings", "is")
            raise errors.DataError(
                f"{registry.name_of(type(self))} has nothing to learn from: of "
                f"{trainset.n_ratings:,} {what} none {reaches} {self.liked_from:g} or more, from where "
                "on they count as liked. Lower that with `threshold`, or take "
                '`algorithm(…, preferences="all")`.'
            )
        self._fit(self.preferred)

    # What follows from the trainset, so that no stored model needs to hold it.

    @functools.cached_property
    def weigh(self) -> Weigh:
        """What ratings weigh, of those that it has learned from and of others."""
        return weigh(self.trainset, self.preferences, self.liked_from, self.weighting, self.cap)

    @functools.cached_property
    def preferred(self) -> scipy.sparse.csr_array:
        """How much users prefer items, float64[n_users, n_items], see `preferences`."""
        return preferences(self.trainset, self.weigh)

    @functools.cached_property
    def popularity(self) -> np.ndarray:
        """The users who prefer each item, or the sum of their weights; float64[n_items]."""
        return np.bincount(
            self.preferred.indices, self.preferred.data, minlength=self.trainset.n_items
        )

    def _fit(self, preferred: scipy.sparse.csr_array) -> None:
        """Set what `fitted` names, from float64[n_users, n_items]."""

    def _scores(self, users: np.ndarray) -> np.ndarray:
        """Finite scores, float64[n, n_items], of users who have a preference, int[n]."""
        raise NotImplementedError

    def fold_in(self, items: np.ndarray, values: np.ndarray, user: int = -1) -> Self:
        self.popularity, self.preferred  # noqa: B018, made here once, not in every copy
        return super().fold_in(items, values, user)

    def _prefers(self, items: np.ndarray, values: np.ndarray, user: int) -> None:
        """Make these the only preferences, for a subclass that scores by them and by its items alone.

        The popularity of items stays.
        """
        import scipy.sparse

        self._alone(items, values, user)
        alone = self.trainset
        rows, weights = preferring(alone, self.weigh)
        known = alone.items[rows] < alone.n_items
        rated, weights = alone.items[rows][known], weights[known]
        shape = 1, alone.n_items
        self.preferred = scipy.sparse.csr_array((weights, rated, [0, len(rated)]), shape)

    def explain(self, user: int, item: int) -> list[Reason]:
        """What each preferred item carries; of a user without, how popular the item is."""
        [score] = self._estimate_pairs(np.array([user]), np.array([item])).tolist()
        if not 0 <= item < self.trainset.n_items:
            return [Reason("no rating", "", score)]
        if user < 0 or not np.diff(self.preferred.indptr)[user]:
            return [Reason("popularity", "", score)]
        if _alike(self._scores(np.array([user])))[0]:
            return [Reason("popularity", "", score)]
        return self._reasons(user, item)

    def _told_apart(self, users: np.ndarray) -> np.ndarray:
        """`_scores`, and popularity where these are the same for every item."""
        scores = self._scores(users)
        scores[_alike(scores)] = self.popularity
        return scores

    def _reasons(self, user: int, item: int) -> list[Reason]:
        """`explain` for a user who has a preference and an item with ratings."""
        return super().explain(user, item)

    def _carried(self, user: int, amounts: np.ndarray) -> list[Reason]:
        """A reason for each item that the user prefers: what it adds to a score, float64[n]."""
        rated = self.preferred[[user]].indices
        indptr, items, values = by_user(self.trainset)
        mine = slice(indptr[user], indptr[user + 1])
        rating = np.zeros(catalogue_size(self.trainset))
        np.maximum.at(rating, items[mine], values[mine])
        return rated_items(self.trainset, rated, amounts, rating[rated])

    def default_prediction(self) -> float:
        return 0.0

    def _estimate_users(self, users: np.ndarray) -> np.ndarray:
        n_items = self.trainset.n_items
        scores = np.empty((len(users), catalogue_size(self.trainset)))
        has_any = (users >= 0) & (np.diff(self.preferred.indptr)[users] > 0)
        if has_any.all():  # as a rule: some rows take several times as long to write
            scores[:, :n_items] = self._told_apart(users)
        else:
            scores[:, :n_items] = self.popularity
            if has_any.any():
                scores[has_any, :n_items] = self._told_apart(users[has_any])
        if scores.shape[1] > n_items:
            scores[:, n_items:] = below(scores[:, :n_items])
        return scores

    def _estimate_pairs(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        distinct, row = np.unique(users, return_inverse=True)
        estimates = np.empty(len(users))
        size = max(1, _CHUNK // catalogue_size(self.trainset))
        for start in range(0, len(distinct), size):
            scores = self._estimate_users(distinct[start : start + size])
            # For items of -1, which are not in the catalogue.
            scores = np.append(scores, below(scores[:, : self.trainset.n_items]), axis=1)
            chosen = np.flatnonzero((row >= start) & (row < start + size))
            estimates[chosen] = scores[row[chosen] - start, items[chosen]]
        return estimates


def _alike(scores: np.ndarray) -> np.ndarray:
    """bool[n], whether all scores of a row are the same; float64[n, n_items]."""
    first = scores[:, :1]
    alike = (scores[:, :_FEW] == first).all(axis=1)
    alike[alike] = (scores[alike] == first[alike]).all(axis=1)
    return alike


def below(scores: np.ndarray) -> np.ndarray:
    """A score below all of each row.

    Args:
        scores: float64[n, n_items].

    Returns:
        float64[n, 1].
    """
    return scores.min(axis=1, initial=0.0)[:, None] - 1.0
