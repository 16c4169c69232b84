"""What users prefer, in the order of time."""

from __future__ import annotations

import numpy as np
import surprise

from recli.algorithms._shared.preferences import preferring
from recli.algorithms._shared.weighing import Weigh
from recli.data.trainset import Trainset, from_surprise
from recli.extras.keras.algorithms._batches import NO_ITEM, Batch, Examples


def last_preferred(trainset: surprise.Trainset, weigh: Weigh, length: int) -> np.ndarray:
    """The last items that each user prefers, oldest first.

    Where ratings have no time, or the same one, they are in the order of the rows.

    Args:
        trainset: recli's own or Surprise's.
        weigh: Gives the weight of each rating.
        length: The most of a user.

    Returns:
        int32[n_users, length], inner ids of items + 1, at the right end; `NO_ITEM` before them.
    """
    own = trainset if isinstance(trainset, Trainset) else from_surprise(trainset)
    rows, _ = preferring(own, weigh)
    rows = np.sort(rows)
    if own.ratings.times is not None:
        rows = rows[np.argsort(own.ratings.times[own.rows[rows]], kind="stable")]
    rows = rows[np.argsort(own.users[rows], kind="stable")]
    users, items = own.users[rows], own.items[rows]
    ends = np.searchsorted(users, np.arange(own.n_users), side="right")
    before_end = ends[users] - 1 - np.arange(len(users))
    kept = (before_end < length) & (items < own.n_items)
    found = np.full((own.n_users, length), NO_ITEM, np.int32)
    found[users[kept], length - 1 - before_end[kept]] = items[kept] + 1
    return found


class NextItems(Examples):
    """Sequences of users as examples: all but the last item in, what follows each out.

    Args:
        sequences: int32[n_users, length + 1], see `last_preferred`; those of fewer than two items are
            no examples.
    """

    def __init__(self, sequences: np.ndarray) -> None:
        self._sequences = sequences[sequences[:, -2] != NO_ITEM]

    def __len__(self) -> int:
        return len(self._sequences)

    @property
    def owners(self) -> np.ndarray:
        return np.arange(len(self))

    def batch(self, places: np.ndarray) -> Batch:
        sequences = self._sequences[places]
        return (sequences[:, :-1],), sequences[:, 1:]
