"""`/predict`: what users would say of items."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import Field

from recli.extras.serve.lists import unknown_item
from recli.extras.serve.problems import responses
from recli.extras.serve.schemas import MOST_ITEMS, Id, Sent
from recli.extras.serve.state import TheLoaded
from recli.ranking.lower_bound import predicted

router = APIRouter(tags=["predictions"])


class PairQuery(Sent):
    """A user and an item."""

    user_id: Id
    item_id: Id


class Pairs(Sent):
    """Whose predictions, of what."""

    pairs: list[PairQuery] = Field(min_length=1, max_length=MOST_ITEMS)

    model_config = Sent.model_config | {
        "json_schema_extra": {"examples": [{"pairs": [{"user_id": 42, "item_id": 318}]}]}
    }


@router.post("/predict", responses=responses(400, 401, 404, 422, 429))
def predict(sent: Pairs, loaded: TheLoaded) -> dict[str, Any]:
    """Predict what users would say of items: rating, score and deviation.

    The rating is null where the model only orders items, the deviation where it knows none.
    """
    model, trainset = loaded.model, loaded.model.trainset
    ids = trainset.ratings
    users = ids.user_ids.codes([pair.user_id for pair in sent.pairs])
    items = ids.item_ids.codes([pair.item_id for pair in sent.pairs])
    for pair, user, item in zip(sent.pairs, users.tolist(), items.tolist(), strict=True):
        if user < 0:
            model.user_code(pair.user_id)
        if item < 0:
            raise unknown_item(model, pair.item_id)
    inner = trainset.inner_users[users], trainset.inner_items[items]
    scores = model.algorithm.predict_pairs(*inner, clip=False)
    found = predicted(model, users, items, scores, "score")
    unknown = [None] * len(scores)
    columns = zip(
        users.tolist(),
        items.tolist(),
        unknown if found.ratings is None else found.ratings.tolist(),
        scores.tolist(),
        unknown if found.deviations is None else found.deviations.tolist(),
        strict=True,
    )
    return {
        "model": loaded.name,
        "predictions": [
            {
                "user": ids.user_ids.json(user),
                "item": ids.item_ids.json(item),
                "rating": rating,
                "score": score,
                "deviation": deviation,
            }
            for user, item, rating, score, deviation in columns
        ],
    }
