"""Items, users and ratings of a trainset, recli's own or Surprise's: how many there are, and raw ids."""

from __future__ import annotations

import numpy as np
import surprise

from recli.data.trainset import Trainset, by_user

UNKNOWN = "UKN__"
"""What `surprise.AlgoBase.predict` puts before a raw id that the trainset does not know."""


def catalogue_size(trainset: surprise.Trainset) -> int:
    """How many items there are to score.

    Args:
        trainset: recli's own or Surprise's.

    Returns:
        The number of items in the catalogue; of Surprise's trainset, of those with ratings.
    """
    return int(getattr(trainset, "n_catalogue", trainset.n_items))


def raw_item(trainset: surprise.Trainset, item: int) -> str:
    """The raw id of an item.

    Args:
        trainset: recli's own or Surprise's.
        item: Inner id of an item of the catalogue, or -1.

    Returns:
        The id as the data have it; empty for -1.
    """
    if item < 0:
        return ""
    if not isinstance(trainset, Trainset):
        return str(trainset.to_raw_iid(item))
    raw: str = trainset.ratings.item_ids.text[trainset.item_codes[item]]
    return raw


def raw_user(trainset: surprise.Trainset, user: int) -> str:
    """The raw id of a user.

    Args:
        trainset: recli's own or Surprise's.
        user: Inner id, below 0 for a user without ratings.

    Returns:
        The id as the data have it; empty where the inner id does not tell it.
    """
    if not isinstance(trainset, Trainset):
        return str(trainset.to_raw_uid(user)) if user >= 0 else ""
    code = trainset.user_code(user)
    return str(trainset.ratings.user_ids.text[code]) if code >= 0 else ""


def unknown_alike(users: np.ndarray) -> np.ndarray:
    """Users with -1 for each whom the trainset does not know, whoever they are.

    Args:
        users: int[n], inner ids, see `Trainset`.

    Returns:
        int[n].
    """
    return np.maximum(users, -1)


def inner_item(trainset: surprise.Trainset, unknown: str) -> int:
    """The inner id of an item of the catalogue without ratings.

    Args:
        trainset: recli's own or Surprise's.
        unknown: The item as Surprise names the unknown, with `UNKNOWN` before its raw id.

    Returns:
        The inner id; -1 for an item that is not in the catalogue.
    """
    if not isinstance(trainset, Trainset):
        return -1
    code = trainset.ratings.item_ids.code(unknown.removeprefix(UNKNOWN))
    return int(trainset.inner_items[code]) if code >= 0 else -1


def triples(trainset: surprise.Trainset) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """User, item and value of each rating; recli's own need not be grouped for that.

    Args:
        trainset: recli's own or Surprise's.

    Returns:
        int[n_ratings], int[n_ratings] and float64[n_ratings].
    """
    if isinstance(trainset, Trainset):
        return trainset.users, trainset.items, trainset.values
    indptr, items, values = by_user(trainset)
    return np.repeat(np.arange(trainset.n_users), np.diff(indptr)), items, values
