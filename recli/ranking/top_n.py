"""The ranked list for one user, in plain Python values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli.models.model import Model
from recli.ranking.lists import RankedLists, Request, recommend
from recli.ranking.lower_bound import Sort, predicted


@dataclass(frozen=True)
class Recommendation:
    """One place of a list.

    item: raw id, a number where all ids of the file are
    score: what the list is ordered by
    rating: the prediction, cut off at the ends of the rating scale; None where scores are no ratings
    deviation: how far her rating may be from the prediction; None where the model does not know
    """

    rank: int
    item: int | str
    title: str
    score: float
    rating: float | None
    deviation: float | None = None


def top_n(
    model: Model,
    user: str,
    n: int,
    memory_limit: int | None = None,
    sort: Sort = "score",
) -> list[Recommendation]:
    """The `n` best items for a user, those that she rated left out, best first; ties by item id.

    `memory_limit` is that of `recommend`, bytes; `sort` as for `sorted_by`. Raises NotFoundError for a
    user that the model does not know, UsageError where the model cannot sort so.
    """
    request = Request(np.array([model.user_code(user)]), n, sort=sort)
    [lists] = recommend(model, request, memory_limit)
    return recommendations(model, lists, sort)


def recommendations(model: Model, lists: RankedLists, sort: Sort = "score") -> list[Recommendation]:
    """The places of the first of `lists`, which are sorted by `sort`."""
    items = lists.items[0][lists.items[0] >= 0]
    scores, users = lists.scores[0][: len(items)], np.repeat(lists.users[:1], len(items))
    found, ids = predicted(model, users, items, scores, sort), model.trainset.ratings.item_ids
    unknown = [None] * len(items)
    ratings = unknown if found.ratings is None else found.ratings.tolist()
    deviations = unknown if found.deviations is None else found.deviations.tolist()
    return [
        Recommendation(place, ids.json(item), model.title(item), score, rating, deviation)
        for place, (item, score, rating, deviation) in enumerate(
            zip(items.tolist(), scores.tolist(), ratings, deviations, strict=True), start=1
        )
    ]
