"""The ranked list for one user, in plain Python values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli.recommend.lists import Lists, Request, recommend
from recli.recommend.model import Model


@dataclass(frozen=True)
class Recommendation:
    """One place of a list.

    item: raw id, a number where all ids of the file are
    score: what the list is ordered by
    rating: the same, cut off at the ends of the rating scale; None where scores are no ratings
    """

    rank: int
    item: int | str
    title: str
    score: float
    rating: float | None


def top_n(model: Model, user: str, n: int, memory_limit: int | None = None) -> list[Recommendation]:
    """The `n` best items for a user, those that she rated left out, best first; ties by item id.

    `memory_limit` is that of `recommend`, bytes. Raises NotFoundError for a user that the model does
    not know.
    """
    request = Request(np.array([model.user_code(user)]), n)
    [lists] = recommend(model, request, memory_limit)
    return places(model, lists)


def places(model: Model, lists: Lists) -> list[Recommendation]:
    """The places of the first of `lists`."""
    items = lists.items[0][lists.items[0] >= 0]
    scores = lists.scores[0][: len(items)]
    rates = model.algorithm.predicts == "ratings"
    ratings = (
        np.clip(scores, *model.trainset.rating_scale).tolist() if rates else [None] * len(scores)
    )
    ids = model.trainset.ratings.item_ids
    return [
        Recommendation(place, ids.json(item), model.title(item), float(score), rating)
        for place, (item, score, rating) in enumerate(
            zip(items.tolist(), scores, ratings, strict=True), start=1
        )
    ]
