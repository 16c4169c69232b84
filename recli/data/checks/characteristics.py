"""What a table of ratings or interactions is like, in the figures that papers report.

Adomavicius and Zhang (Impact of data characteristics on recommender systems performance, ACM TMIS 2012)
have shape, density and Gini indices; Malitesta et al. (A topology-aware analysis of graph collaborative
filtering, arXiv:2308.10778) the degrees of the graph of users and items, and how they are mixed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli.data.checks.concentration import gini, tail
from recli.data.filters import core
from recli.data.ratings import Ratings

CORES = (2, 5, 10, 20)
QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Degrees:
    """How many neighbours the users, or the items, have in the graph: ratings of each.

    Attributes:
        mean: the arithmetic mean
        quantiles: at `QUANTILES`, linear between neighbours as NumPy has it
    """

    mean: float
    quantiles: tuple[float, ...]


@dataclass(frozen=True)
class CoreSize:
    """The largest part in which every user and every item has `k` ratings or more; 0 if there is none.

    Attributes:
        k: the least number of ratings that each has
        users: how many users
        items: how many items
        interactions: how many interactions
    """

    k: int
    users: int
    items: int
    interactions: int


@dataclass(frozen=True)
class Characteristics:
    """Figures of a dataset with U users, I items and N interactions; only those who have one count.

    Attributes:
        users: how many users
        items: how many items
        interactions: how many interactions
        shape: U / I
        density: N / (U · I)
        gini_users: `gini` of the interactions of each user and of each item
        gini_items: likewise
        long_tail: the share of the items that is in the `tail`: the least popular, with a fifth of
            N
        shared_items: how many items two users share, on average over all pairs of users, Σ_i n_i
            (n_i - 1) / (U (U - 1)) with the n_i users of the item i; NaN for a single user
        shared_users: how many users two items share, likewise
        average_degree: 2 N / (U + I), of all nodes of the graph of users and items
        assortativity: Pearson's correlation, over all interactions, of the degrees of the user and
            the item (Newman, Assortative mixing in networks, Physical Review Letters 2002); NaN if
            one side is all alike. Below 0: those who are active reach the rare items
        user_degrees: ratings of the users
        item_degrees: ratings of the items
        times: the first and the last interaction in seconds since 1970 UTC, rounded down; None
            without times
        cores: what is left of the dataset as a k-core, by k
    """

    users: int
    items: int
    interactions: int
    shape: float
    density: float
    gini_users: float
    gini_items: float
    long_tail: float
    shared_items: float
    shared_users: float
    average_degree: float
    assortativity: float
    user_degrees: Degrees
    item_degrees: Degrees
    times: tuple[int, int] | None
    cores: tuple[CoreSize, ...]


def characteristics(ratings: Ratings) -> Characteristics:
    """The figures, in O(N log N). A pair of user and item is expected once.

    Args:
        ratings: the ratings or interactions
    """
    of_user = np.bincount(ratings.users, minlength=len(ratings.user_ids))
    of_item = ratings.item_counts
    by_user, by_item = of_user[of_user > 0], of_item[of_item > 0]
    n_users, n_items, n = len(by_user), len(by_item), len(ratings)
    return Characteristics(
        users=n_users,
        items=n_items,
        interactions=n,
        shape=n_users / n_items,
        density=n / (n_users * n_items),
        gini_users=gini(by_user),
        gini_items=gini(by_item),
        long_tail=float(tail(by_item).mean()),
        shared_items=_shared(by_item, n_users),
        shared_users=_shared(by_user, n_items),
        average_degree=2 * n / (n_users + n_items),
        assortativity=_correlation(of_user[ratings.users], of_item[ratings.items]),
        user_degrees=_degrees(by_user),
        item_degrees=_degrees(by_item),
        times=ratings.first_and_last,
        cores=tuple(_core(ratings, k) for k in CORES),
    )


def _shared(counts: np.ndarray, n: int) -> float:
    """The mean, over all pairs of n, of what both have, by how many of the n have each."""
    return float((counts * (counts - 1)).sum() / (n * (n - 1))) if n > 1 else float("nan")


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def _degrees(counts: np.ndarray) -> Degrees:
    return Degrees(float(counts.mean()), tuple(np.quantile(counts, QUANTILES).tolist()))


def _core(ratings: Ratings, k: int) -> CoreSize:
    stays = core(ratings, k, k).stays
    users, items = np.unique(ratings.users[stays]), np.unique(ratings.items[stays])
    return CoreSize(k, len(users), len(items), int(np.count_nonzero(stays)))
