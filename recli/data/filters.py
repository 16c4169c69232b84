"""Ratings of users and items that have enough of them: the k-core."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from recli import errors
from recli.data.dataset import Dataset, LeftOut
from recli.data.ratings import Ratings


def filtered(dataset: Dataset, min_user_ratings: int, min_item_ratings: int) -> Dataset:
    """The dataset without users and items that have too few ratings; what went is in `left_out`.

    Leaving out a user takes ratings from items and the other way round, so it is repeated until every
    user left has `min_user_ratings` or more and every item left `min_item_ratings` or more: the
    largest such part of the data, the k-core (Seidman 1983) of a graph of users and items. Users
    without a rating go in any case. The catalogue shrinks to the items that are left, since the others
    can be neither learnt nor recommended; with a `min_item_ratings` of 0 it stays whole, items that
    nobody rated included. Each round is O(ratings).

    Args:
        dataset: the ratings, and what is known of items and users
        min_user_ratings: users with fewer ratings are left out
        min_item_ratings: items with fewer ratings are left out

    Raises:
        DataError: when nothing is left

    >>> from recli.data.load import load
    >>> core = filtered(load("movielens-small"), 20, 20)
    >>> core.left_out
    LeftOut(min_user_ratings=20, min_item_ratings=20, users=46, items=7783, ratings=31987, rounds=3)
    """
    found = left(dataset, min_user_ratings, min_item_ratings)
    fewer = only(dataset, found.stays, found.items)
    left_out = LeftOut(
        min_user_ratings,
        min_item_ratings,
        users=len(dataset.ratings.user_ids) - len(fewer.ratings.user_ids),
        items=len(dataset.ratings.item_ids) - len(fewer.ratings.item_ids),
        ratings=int(np.count_nonzero(~found.stays)),
        rounds=found.rounds,
    )
    return dataclasses.replace(fewer, left_out=left_out)


@dataclass(frozen=True, eq=False)
class Core:
    """The ratings, bool[n_ratings], and items, bool[n_catalogue], that a filter leaves.

    Attributes:
        stays: bool[n], which rows stay
        items: int32[n], codes of items
        rounds: how many times all were looked at
    """

    stays: np.ndarray
    items: np.ndarray
    rounds: int


def left(dataset: Dataset, min_user_ratings: int, min_item_ratings: int) -> Core:
    """What `filtered` leaves.

    Args:
        dataset: the ratings, and what is known of items and users
        min_user_ratings: users with fewer ratings are left out
        min_item_ratings: items with fewer ratings are left out

    Raises:
        DataError: when nothing is left
    """
    found = core(dataset.ratings, min_user_ratings, min_item_ratings)
    if not found.stays.any():
        raise errors.DataError(
            f"No rating is left of the {len(found.stays):,} of {dataset.name} where every user has "
            f"{min_user_ratings:,} or more and every item {min_item_ratings:,} or more. Ask for fewer."
        )
    return found


def core(ratings: Ratings, min_user_ratings: int, min_item_ratings: int) -> Core:
    """The core that `filtered` describes, which may be empty.

    Args:
        ratings: the ratings or interactions
        min_user_ratings: users with fewer ratings are left out
        min_item_ratings: items with fewer ratings are left out
    """
    n_users, n_items = len(ratings.user_ids), len(ratings.item_ids)
    stays = np.ones(len(ratings), bool)
    counted = _first_of_pairs(ratings) if ratings.implicit else stays
    rounds = 0
    while True:
        of_user = np.bincount(ratings.users[stays & counted], minlength=n_users)
        of_item = np.bincount(ratings.items[stays & counted], minlength=n_items)
        users, items = of_user >= max(min_user_ratings, 1), of_item >= min_item_ratings
        staying = stays & users[ratings.users] & items[ratings.items]
        if (staying == stays).all():
            return Core(stays, items, rounds)
        stays, rounds = staying, rounds + 1


def _first_of_pairs(ratings: Ratings) -> np.ndarray:
    """bool[n_ratings], the first of each pair: how often a pair repeats makes no user more active."""
    pairs = ratings.pairs
    first = np.zeros(len(pairs), bool)
    first[np.unique(pairs, return_index=True)[1]] = True
    return first


def only(dataset: Dataset, stays: np.ndarray, items: np.ndarray) -> Dataset:
    """These ratings of the dataset, their users, and these items of the catalogue.

    Args:
        dataset: the ratings, and what is known of items and users
        stays: bool[n_ratings]
        items: bool[n_catalogue], all that have such a rating and maybe others
    """
    ratings = dataset.ratings
    users = np.bincount(ratings.users[stays], minlength=len(ratings.user_ids)) > 0
    user_ids = ratings.user_ids.only(users, ratings.users[stays])
    item_ids = ratings.item_ids.only(items, ratings.items[stays])
    fewer = dataclasses.replace(
        ratings.part(stays),
        user_ids=user_ids,
        item_ids=item_ids,
        users=user_ids.codes(ratings.user_ids.text)[ratings.users[stays]],
        items=item_ids.codes(ratings.item_ids.text)[ratings.items[stays]],
    )
    return dataclasses.replace(
        dataset,
        ratings=fewer,
        items=dataset.items and dataset.items.only(item_ids),
        users=dataset.users and dataset.users.only(user_ids),
    )
