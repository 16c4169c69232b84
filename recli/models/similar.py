"""What a model finds alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from recli import errors
from recli.algorithms._contract.abilities import Side
from recli.models.model import FittedModel


@dataclass(frozen=True)
class Similar:
    """A user or an item beside the one that was asked for.

    Attributes:
        rank: the place in the list, from 1 on
        id: raw id, a number where all ids of the file are
        title: of an item, where it has one
        similarity: as the model has it, see `Algorithm.similarities`
    """

    rank: int
    id: int | str
    title: str
    similarity: float


def similar(
    model: FittedModel, side: Side, code: int, n: int, min_ratings: int = 0
) -> list[Similar]:
    """The `n` users or items that the model finds most like the one with this code; ties by id.

    Those with fewer than `min_ratings` ratings are left out: of few, chance makes many alike.

    Args:
        model: a fitted model
        side: `users` or `items`
        code: the code of a user or an item, by `side`
        n: how many are listed at most
        min_ratings: items with fewer ratings are left out

    Raises:
        UsageError: where the model does not compare them, or has learned nothing of this one
    """
    trainset = model.trainset
    users = side == "user"
    codes = trainset.user_codes if users else trainset.item_codes
    ids = trainset.ratings.user_ids if users else trainset.ratings.item_ids
    inner = int((trainset.inner_users if users else trainset.inner_items)[code])
    if users and inner < 0:
        raise errors.UsageError(
            f"User {ids.text[code]} has no {trainset.ratings.noun} that {model.configured.name} has "
            "learned from: there is nothing to compare them by."
        )
    cold = not users and inner >= trainset.n_items
    if cold and model.algorithm.cold_items != "features":
        raise errors.UsageError(
            f"Nobody has rated item {ids.text[code]}: {model.configured.name} knows nothing to compare "
            "it by."
        )
    found = model.algorithm.similarities(side, inner)
    codes = codes[: len(found)]
    counts = np.bincount(trainset.users if users else trainset.items, minlength=len(codes))
    others = np.flatnonzero(
        ~np.isnan(found) & (counts >= min_ratings) & (np.arange(len(codes)) != inner)
    )
    order = others[np.lexsort((codes[others], -found[others]))][:n]
    return [
        Similar(
            place,
            ids.json(int(codes[other])),
            "" if users else model.title(int(codes[other])),
            float(found[other]),
        )
        for place, other in enumerate(order.tolist(), start=1)
    ]


def document(
    model: FittedModel, name: str, side: Side, code: int, found: Sequence[Similar]
) -> dict[str, Any]:
    """What is like the user or item with this code as JSON should carry it.

    Args:
        model: a fitted model
        name: what the model is called
        side: `users` or `items`
        code: the code of a user or an item, by `side`
        found: what is similar, the most similar first
    """
    ratings = model.trainset.ratings
    ids = ratings.item_ids if side == "item" else ratings.user_ids

    def titled(title: str) -> dict[str, str]:
        return {"title": title} if side == "item" else {}

    return {
        side: ids.json(code),
        **titled(model.title(code) if side == "item" else ""),
        "model": name,
        "similarity": model.algorithm.similarity,
        f"{side}s": [
            {
                "rank": one.rank,
                side: one.id,
                **titled(one.title),
                "similarity": one.similarity,
            }
            for one in found
        ],
    }
