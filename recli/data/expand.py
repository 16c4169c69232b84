"""A larger dataset made of a real one, to see how times and memory grow."""

from __future__ import annotations

import dataclasses

import numpy as np

from recli import errors
from recli.data.dataset import Dataset
from recli.data.ids import Ids
from recli.data.ratings import Ratings

_ITEM_GROWTH = 0.7  # from MovieLens 1M to 25M items grew like users to this power


def expand(dataset: Dataset, n_ratings: int, seed: int) -> Dataset:
    """A synthetic dataset of `n_ratings` ratings, without item and user table.

    With a = n_ratings / len(dataset) every user becomes ⌈a⌉ users with the same ratings, so the
    distribution of ratings per user stays. Every item becomes b = a^0.7 items, and each rating of
    it goes to one of them by `seed`, so ratings per item keep the shape of their distribution and
    are a / b times as many. The last ratings beyond `n_ratings` are left out.

    Args:
        dataset: the ratings, and what is known of items and users
        n_ratings: how many ratings there are to be
        seed: what is drawn at random is drawn by it

    Raises:
        UsageError: for fewer ratings than the dataset has
    """
    ratings = dataset.ratings
    if n_ratings < len(ratings):
        raise errors.UsageError(
            f"{n_ratings:,} ratings are fewer than the {len(ratings):,} of {dataset.name}: "
            "a dataset can only grow."
        )
    growth = n_ratings / len(ratings)
    n_user_copies, n_item_copies = int(np.ceil(growth)), max(1, round(growth**_ITEM_GROWTH))
    rng = np.random.default_rng(seed)
    rows = np.arange(n_ratings) % len(ratings)
    user_copies = (np.arange(n_ratings) // len(ratings)).astype(np.int32)
    item_copies = rng.integers(n_item_copies, size=n_ratings, dtype=np.int32)
    users = ratings.users[rows] + np.int32(len(ratings.user_ids)) * user_copies
    items = ratings.items[rows] + np.int32(len(ratings.item_ids)) * item_copies
    larger = Ratings(
        user_ids=_numbered(n_user_copies * len(ratings.user_ids)),
        item_ids=_numbered(n_item_copies * len(ratings.item_ids)),
        users=users,
        items=items,
        values=ratings.values[rows],
        times=None,
        scale=ratings.scale,
        implicit=ratings.implicit,
    )
    name = f"{dataset.name}×{n_ratings:,}"
    return dataclasses.replace(
        dataset, name=name, ratings=larger, items=None, users=None, sniffed=()
    )


def _numbered(n: int) -> Ids:
    return Ids(np.arange(n).astype(str).astype(object))
