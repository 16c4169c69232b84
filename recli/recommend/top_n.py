"""The ranked list for one user."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np

from recli import errors
from recli.algorithms import rank
from recli.recommend.lower_bound import DEVIATIONS, Sort, deviations_of, sorted_by
from recli.recommend.model import Model


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


def user_code(model: Model, user: str) -> int:
    """The code of a raw user id. Raises NotFoundError with the nearest ids."""
    ids = model.trainset.ratings.user_ids
    code = ids.code(user)
    if code < 0:
        raise errors.NotFoundError(
            f"There is no user '{user}' among the {len(ids):,} that the model has learned from. "
            f"Nearest ids: {', '.join(ids.nearest(user))}. A new user needs ratings: add them to the "
            "data and train again."
        )
    return code


def user_id(model: Model, user: str) -> int | str:
    """The raw user id as JSON should carry it: a number if all ids of the file are integers."""
    return model.trainset.ratings.user_ids.json(user_code(model, user))


def top_n(
    model: Model,
    user: str,
    n: int,
    memory_limit: int | None = None,
    sort: Sort = "score",
) -> list[Recommendation]:
    """The `n` best items for a user, those that she rated left out, best first; ties by item id.

    `memory_limit` is that of `rank`, bytes; `sort` as for `sorted_by`. Raises NotFoundError for a user
    that the model does not know, UsageError where the model cannot sort so.
    """
    users = np.array([user_code(model, user)])
    n = min(n, model.trainset.n_catalogue)
    scorer = sorted_by(model.algorithm, sort)
    best = rank(scorer, model.trainset, users, n, memory_limit=memory_limit)
    items = best.items[0][best.items[0] >= 0]
    scores = best.scores[0][: len(items)]
    found = deviations_of(model, int(users[0]), items)
    ratings: list[float | None] = [None] * len(items)
    deviations: list[float | None] = [None] * len(items)
    if model.algorithm.predicts == "ratings":
        predicted = scores
        if found is not None:
            deviations = found.tolist()
            predicted = scores + DEVIATIONS * found if sort == "lower-bound" else scores
        ratings = np.clip(predicted, *model.trainset.rating_scale).tolist()
    ids = model.trainset.ratings.item_ids
    return [
        Recommendation(place, ids.json(item), model.title(item), score, rating, deviation)
        for place, (item, score, rating, deviation) in enumerate(
            zip(items.tolist(), scores.tolist(), ratings, deviations, strict=True), start=1
        )
    ]


def as_csv(user: str, model_name: str, recommended: list[Recommendation]) -> str:
    """The list as CSV with a header."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["user", "model", "rank", "item", "title", "score", "rating"])
    for place in recommended:
        score, rating = f"{place.score:.6f}", "" if place.rating is None else f"{place.rating:.6f}"
        writer.writerow([user, model_name, place.rank, place.item, place.title, score, rating])
    return buffer.getvalue()
