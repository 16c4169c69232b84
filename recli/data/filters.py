"""Ratings of users and items that have enough of them: the k-core."""

from __future__ import annotations

import dataclasses

import numpy as np

from recli import errors
from recli.data.dataset import Dataset, LeftOut
from recli.data.ids import Ids
from recli.data.ratings import Ratings


def filtered(dataset: Dataset, min_user_ratings: int, min_item_ratings: int) -> Dataset:
    """The dataset without users and items that have too few ratings; what went is in `left_out`.

    Leaving out a user takes ratings from items and the other way round, so it is repeated until every
    user left has `min_user_ratings` or more and every item left `min_item_ratings` or more: the
    largest such part of the data, the k-core (Seidman 1983) of a graph of users and items. Users
    without a rating go in any case. The catalogue shrinks to the items that are left, since the others
    can be neither learnt nor recommended; with a `min_item_ratings` of 0 it stays whole, items that
    nobody rated included. Each round is O(ratings).

    Raises DataError when nothing is left.

    >>> from recli.data.load import load
    >>> core = filtered(load("movielens-small"), 20, 20)
    >>> core.left_out
    LeftOut(min_user_ratings=20, min_item_ratings=20, users=46, items=7783, ratings=31987, rounds=3)
    """
    ratings = dataset.ratings
    n_users, n_items = len(ratings.user_ids), len(ratings.item_ids)
    stays, rounds = core(ratings, min_user_ratings, min_item_ratings)
    users = np.bincount(ratings.users[stays], minlength=n_users) >= max(min_user_ratings, 1)
    items = np.bincount(ratings.items[stays], minlength=n_items) >= min_item_ratings
    if not stays.any():
        raise errors.DataError(
            f"No rating is left of the {len(ratings):,} of {dataset.name} where every user has "
            f"{min_user_ratings:,} or more and every item {min_item_ratings:,} or more. Ask for fewer."
        )
    user_ids, item_ids = Ids.of(ratings.user_ids.text[users]), Ids.of(ratings.item_ids.text[items])
    return dataclasses.replace(
        dataset,
        ratings=dataclasses.replace(
            ratings,
            user_ids=user_ids,
            item_ids=item_ids,
            users=user_ids.codes(ratings.user_ids.text)[ratings.users[stays]],
            items=item_ids.codes(ratings.item_ids.text)[ratings.items[stays]],
            values=ratings.values[stays],
            times=None if ratings.times is None else ratings.times[stays],
        ),
        items=dataset.items and dataset.items.only(item_ids),
        users=dataset.users and dataset.users.only(user_ids),
        left_out=LeftOut(
            min_user_ratings,
            min_item_ratings,
            users=n_users - len(user_ids),
            items=n_items - len(item_ids),
            ratings=int(np.count_nonzero(~stays)),
            rounds=rounds,
        ),
    )


def core(ratings: Ratings, min_user_ratings: int, min_item_ratings: int) -> tuple[np.ndarray, int]:
    """bool[n], which ratings are in the core that `filtered` describes, and after how many rounds."""
    n_users, n_items = len(ratings.user_ids), len(ratings.item_ids)
    stays = np.ones(len(ratings), bool)
    rounds = 0
    while True:
        of_user = np.bincount(ratings.users[stays], minlength=n_users)
        of_item = np.bincount(ratings.items[stays], minlength=n_items)
        users, items = of_user >= max(min_user_ratings, 1), of_item >= min_item_ratings
        staying = stays & users[ratings.users] & items[ratings.items]
        if (staying == stays).all():
            return stays, rounds
        stays, rounds = staying, rounds + 1
