"""What users prefer, in the order of time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import surprise

from recli.algorithms._shared.preferences import PREFERENCES, preferring
from recli.algorithms._shared.weighing import Weigh
from recli.data.trainset import Trainset, from_surprise

ORDERED = replace(
    PREFERENCES, help="what counts: ratings from the threshold on, or all", options=("liked", "all")
)
"""For models of order, in which it has no part how much an item is preferred."""
NO_ITEM = 0
"""Stands where there is no item; items count from 1."""


def in_order(trainset: surprise.Trainset, weigh: Weigh) -> tuple[np.ndarray, np.ndarray]:
    """What users prefer, user by user, each in the order of time.

    Where ratings have no time, or the same one, they are in the order of the rows. Items without a
    rating, which a user who comes later may prefer, are left out.

    Args:
        trainset: recli's own or Surprise's.
        weigh: Gives the weight of each rating.

    Returns:
        Users, ascending, and items, int32[n] each, inner ids.
    """
    own = trainset if isinstance(trainset, Trainset) else from_surprise(trainset)
    rows, _ = preferring(own, weigh)
    rows = np.sort(rows[own.items[rows] < own.n_items])
    if own.ratings.times is not None:
        rows = rows[np.argsort(own.ratings.times[own.rows[rows]], kind="stable")]
    rows = rows[np.argsort(own.users[rows], kind="stable")]
    return own.users[rows], own.items[rows]


def last_preferred(trainset: surprise.Trainset, weigh: Weigh, length: int) -> np.ndarray:
    """The last items that each user prefers, oldest first.

    Args:
        trainset: recli's own or Surprise's.
        weigh: Gives the weight of each rating.
        length: The most of a user.

    Returns:
        int32[n_users, length], inner ids of items + 1, at the right end; `NO_ITEM` before them.
    """
    users, items = in_order(trainset, weigh)
    ends = np.searchsorted(users, np.arange(trainset.n_users), side="right")
    before_end = ends[users] - 1 - np.arange(len(users))
    kept = before_end < length
    found = np.full((trainset.n_users, length), NO_ITEM, np.int32)
    found[users[kept], length - 1 - before_end[kept]] = items[kept] + 1
    return found
