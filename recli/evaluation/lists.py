"""Ranked lists beside what their users turned out to like."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import numpy as np

from recli.data.distinct import distinct
from recli.data.ratings import Ratings
from recli.data.training_statistics import TrainingStatistics


@dataclass(frozen=True, eq=False)
class Tested:
    """The test ratings of the users who have lists, by user and within a user by item, each pair once.

    Re-ranking changes neither: these are of the whole ranking, and only the first places are re-ranked.

    Attributes:
        rows: int64[n], the user's row among the lists; ascending
        items: int32[n], item codes
        values: float64[n], ratings; of a pair that was rated twice, the higher
        places: int64[n], how many candidates rank before it: those that score higher, and of those
            that score as high the ones that `TieOrder` draws before it; -1 for an item that is no
            candidate: in the training, unless that may be recommended again, or filtered out. None
            where no metric looks beyond the first places of lists
        midranks: float64[n], the item's rank among the candidates by score, 1 for the best, ties
            shared evenly; NaN for an item that is no candidate; None as `places`
    """

    rows: np.ndarray
    items: np.ndarray
    values: np.ndarray
    places: np.ndarray | None
    midranks: np.ndarray | None

    @property
    def ranks(self) -> tuple[np.ndarray, np.ndarray]:
        """`places` and `midranks`, for a metric that says by `cutoff = False` that it needs them."""
        assert self.places is not None and self.midranks is not None
        return self.places, self.midranks

    def where(self, chosen: np.ndarray) -> Tested:
        """Those of the ratings that are `chosen`, bool[n].

        Args:
            chosen: bool[n], which ones
        """
        return Tested(
            self.rows[chosen],
            self.items[chosen],
            self.values[chosen],
            None if self.places is None else self.places[chosen],
            None if self.midranks is None else self.midranks[chosen],
        )


@dataclass(frozen=True, eq=False)
class EvaluatedLists:
    """What was recommended to each user of a test, and the test's ratings.

    Attributes:
        users: int32[n_users], codes, sorted
        items: int32[n_users, k], item codes, best first, as the user would get them: filtered and
            re-ranked; -1 where the list ends sooner
        n_candidates: int64[n_users], how many items could have been in the list: those of the
            catalogue that filters leave, less what the user has in the training unless that may be
            in it, too
        tested: the users' test ratings
        relevant: bool[len(tested.items)], which of these count as relevant: rated `threshold` or
            more
        statistics: what is known of items and users from training
        n_ranked: int64[n_users], how many candidates the ranking is known of, from the first on,
            where another program made the lists; None: of all
        tied: bool[n_users, k], whether the candidate at a place of the ranking by score, which
            re-ranking does not change, has the score of the one that comes next; None: of none
    """

    users: np.ndarray
    items: np.ndarray
    n_candidates: np.ndarray
    tested: Tested
    relevant: np.ndarray
    statistics: TrainingStatistics
    n_ranked: np.ndarray | None = None
    tied: np.ndarray | None = None

    @property
    def k(self) -> int:
        """Places of a list."""
        return self.items.shape[1]

    @property
    def n_drawn(self) -> int:
        """Of how many places a draw decided which item they hold.

        They are at the end of a list, and the candidate that follows it has the same score.
        """
        if self.tied is None:
            return 0
        return int(np.logical_and.accumulate(self.tied[:, ::-1], axis=1).sum())

    def at(self, k: int) -> EvaluatedLists:
        """The first `k` places.

        Args:
            k: the least number of ratings that each has
        """
        if k >= self.k:
            return self
        tied = None if self.tied is None else self.tied[:, :k]
        return replace(self, items=self.items[:, :k], tied=tied)

    def of_users(self, chosen: np.ndarray) -> EvaluatedLists:
        """The lists of the users that are `chosen`, bool[n_users].

        Args:
            chosen: bool[n], which ones
        """
        kept = chosen[self.tested.rows]
        tested, row = self.tested.where(kept), np.cumsum(chosen) - 1
        return EvaluatedLists(
            self.users[chosen],
            self.items[chosen],
            self.n_candidates[chosen],
            replace(tested, rows=row[tested.rows]),
            self.relevant[kept],
            self.statistics,
            None if self.n_ranked is None else self.n_ranked[chosen],
            None if self.tied is None else self.tied[chosen],
        )

    def of_items(self, chosen: np.ndarray) -> EvaluatedLists:
        """The same lists, where only `chosen` items, bool[n_catalogue], were tested.

        Args:
            chosen: bool[n], which ones
        """
        kept = chosen[self.tested.items]
        return replace(self, tested=self.tested.where(kept), relevant=self.relevant[kept])

    def are_ranked(self, n: np.ndarray) -> np.ndarray:
        """bool[n_users], whether the first `n` candidates are known in their order.

        Where there are fewer candidates, whether all of them are.

        Args:
            n: int64[n_users]
        """
        if self.n_ranked is None:
            return np.ones(len(self.users), bool)
        known: np.ndarray = self.n_ranked >= np.minimum(n, self.n_candidates)
        return known

    @functools.cached_property
    def hits(self) -> np.ndarray:
        """bool[n_users, k], whether the place holds a relevant item."""
        return np.append(self.relevant, False)[self._found]

    @functools.cached_property
    def ratings(self) -> np.ndarray:
        """float64[n_users, k], the test rating of the item at the place; NaN where it has none."""
        return np.append(self.tested.values, np.nan)[self._found]

    @functools.cached_property
    def n_relevant(self) -> np.ndarray:
        """int64[n_users], relevant test items, in the list or not."""
        return np.bincount(self.tested.rows[self.relevant], minlength=len(self.users))

    @functools.cached_property
    def _found(self) -> np.ndarray:
        """int64[n_users, k], where in `tested` the place's item is; -1 where it is not."""
        n_items = self.statistics.n_items
        keys = self.tested.rows * n_items + self.tested.items
        wanted = np.arange(len(self.users))[:, None] * n_items + self.items
        found = np.searchsorted(keys, wanted)
        is_there = (self.items >= 0) & (np.append(keys, -1)[found] == wanted)
        return np.where(is_there, found, -1)


def tested_pairs(
    ratings: Ratings, test: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The distinct pairs of user and item in the rows `test`, int64[n], in the order of `Tested`.

    Returns:
        The users, int32[n_users], sorted; then for each pair the row of its user, int64[n_pairs], its
        item, int32[n_pairs], and its rating, float64[n_pairs], the higher where it is rated twice.

    Args:
        ratings: all of the dataset
        test: int64[n], rows that are tested, ascending
    """
    is_tested = np.zeros(len(ratings.user_ids), bool)
    is_tested[ratings.users[test]] = True
    users = np.flatnonzero(is_tested).astype(ratings.users.dtype)
    pairs = ratings.users[test].astype(np.int64) * len(ratings.item_ids) + ratings.items[test]
    chosen = test[distinct(pairs, ratings.values[test])]
    rows = (np.cumsum(is_tested) - 1)[ratings.users[chosen]]
    return users, rows, ratings.items[chosen], ratings.values[chosen]
