"""Items and users of a trainset, recli's own or Surprise's: how many there are, and raw ids."""

from __future__ import annotations

import surprise

from recli.data.trainset import Trainset

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
        item: Inner id of an item of the catalogue.

    Returns:
        The id as the data have it.
    """
    if not isinstance(trainset, Trainset):
        return str(trainset.to_raw_iid(item))
    raw: str = trainset.ratings.item_ids.text[trainset.item_codes[item]]
    return raw


def raw_user(trainset: surprise.Trainset, user: int) -> str:
    """The raw id of a user.

    Args:
        trainset: recli's own or Surprise's.
        user: Inner id of a user of the trainset.

    Returns:
        The id as the data have it.
    """
    if not isinstance(trainset, Trainset):
        return str(trainset.to_raw_uid(user))
    raw: str = trainset.ratings.user_ids.text[trainset.user_codes[user]]
    return raw


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
