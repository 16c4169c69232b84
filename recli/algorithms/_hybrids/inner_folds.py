"""The training set cut again, so that members are asked of ratings that they do not know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import surprise

from recli.data.trainset import Trainset, from_surprise


@dataclass(frozen=True)
class InnerFold:
    """A part of the training set that members are not fitted on, and what they are fitted on.

    Attributes:
        training: The other ratings.
        held_out: bool[n_ratings], the ratings of the part, in the order of the training set.
        users: int[n], who gave them, by inner id of `training`; below 0 for somebody it does not know.
        items: int[n], inner ids of `training`.
        values: float64[n], the ratings.
    """

    training: Trainset
    held_out: np.ndarray
    users: np.ndarray
    items: np.ndarray
    values: np.ndarray


def inner_folds(trainset: surprise.Trainset, n_folds: int, seed: int) -> Iterator[InnerFold]:
    """Folds within a training set, each rating held out of one of them.

    They are drawn over pairs of user and item, so that a pair that is rated twice is in one. Of a
    single pair nothing is left to fit on: then there are no folds.

    Args:
        trainset: The ratings.
        n_folds: How many folds.
        seed: By which they are drawn.

    Yields:
        The folds, made one by one.
    """
    ours = trainset if isinstance(trainset, Trainset) else from_surprise(trainset)
    ratings, rows = ours.ratings, ours.rows
    users, items = ratings.users[rows], ratings.items[rows]
    pairs = ours.users.astype(np.int64) * ours.n_items + ours.items  # not by what they are called
    distinct, pair = np.unique(pairs, return_inverse=True)
    n_folds = min(n_folds, len(distinct))
    fold = (np.random.default_rng(seed).permutation(len(distinct)) % n_folds)[pair]
    for number in range(n_folds if n_folds > 1 else 0):
        held_out = fold == number
        training = Trainset(
            ratings,
            rows[~held_out],
            ours.item_table,
            threshold=ours.threshold,
            user_table=ours.user_table,
        )
        yield InnerFold(
            training,
            held_out,
            training.inner_users[users[held_out]],
            training.inner_items[items[held_out]],
            ratings.values[rows[held_out]],
        )
