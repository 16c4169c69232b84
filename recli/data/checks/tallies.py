"""What a check counts of ratings, wherever these are."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from recli.data.ids import Ids
from recli.data.ratings import Ratings

FIRST_PLAUSIBLE = 631_152_000
"""1990, in seconds since 1970: hardly anybody rated on a computer before."""


def last_plausible() -> int:
    """Tomorrow, in seconds since 1970."""
    return int(time.time()) + 86400


@dataclass(frozen=True)
class TimeTallies:
    """When ratings were made.

    Attributes:
        first_and_last: the first and the last, whole seconds since 1970 UTC
        implausible: how many lie before 1990 or in the future
    """

    first_and_last: tuple[int, int]
    implausible: int


@dataclass(frozen=True, eq=False)
class Tallies:
    """Counts of ratings, of which repeated pairs are all there.

    Attributes:
        n: ratings
        scale: the lowest and the highest rating
        mean: the arithmetic mean
        user_ids: raw ids of users
        item_ids: raw ids of items, those without ratings too
        by_user: int64[n_users], ratings of each, by code
        by_item: int64[n_catalogue], likewise
        lowest: float64[n_users], the lowest rating of each user
        highest: float64[n_users], the highest
        values: float64[n], the different ratings, ascending
        counts: int64[n], how many there are of each
        pairs: different pairs of user and item
        contradicting: pairs with different ratings
        times: None where they are not known
        last: the last rating
        others: the sum of all others
        last_user: whose the last is
    """

    n: int
    scale: tuple[float, float]
    mean: float
    user_ids: Ids
    item_ids: Ids
    by_user: np.ndarray
    by_item: np.ndarray
    lowest: np.ndarray
    highest: np.ndarray
    values: np.ndarray
    counts: np.ndarray
    pairs: int
    contradicting: int
    times: TimeTallies | None
    last: float
    others: float
    last_user: str

    @classmethod
    def of(cls, ratings: Ratings) -> Tallies:
        """Those of ratings in memory.

        Args:
            ratings: the ratings or interactions
        """
        n_users = len(ratings.user_ids)
        values, counts = np.unique(ratings.values, return_counts=True)
        distinct, pair = np.unique(ratings.pairs, return_inverse=True)
        lowest, highest = _extremes(pair, ratings.values, len(distinct))
        of_user = _extremes(ratings.users, ratings.values, n_users)
        return cls(
            n=len(ratings),
            scale=ratings.scale,
            mean=float(ratings.values.mean()),
            user_ids=ratings.user_ids,
            item_ids=ratings.item_ids,
            by_user=np.bincount(ratings.users, minlength=n_users),
            by_item=ratings.item_counts,
            lowest=of_user[0],
            highest=of_user[1],
            values=values,
            counts=counts,
            pairs=len(distinct),
            contradicting=int(np.count_nonzero(highest > lowest)),
            times=_times(ratings),
            last=float(ratings.values[-1]),
            others=float(ratings.values[:-1].sum()),
            last_user=ratings.user_ids.text[ratings.users[-1]],
        )


def _extremes(groups: np.ndarray, values: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    lowest, highest = np.full(n, np.inf), np.full(n, -np.inf)
    np.minimum.at(lowest, groups, values)
    np.maximum.at(highest, groups, values)
    return lowest, highest


def _times(ratings: Ratings) -> TimeTallies | None:
    found = ratings.first_and_last
    if ratings.times is None or found is None:
        return None
    early = ratings.times < FIRST_PLAUSIBLE * ratings.per_second
    late = ratings.times > last_plausible() * ratings.per_second
    return TimeTallies(found, int(np.count_nonzero(early | late)))
