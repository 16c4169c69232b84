"""`/similar/{item_id}`: what is like an item."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field

from recli.extras.serve.lists import item_code
from recli.extras.serve.problems import responses
from recli.extras.serve.schemas import MOST_ITEMS, Sent
from recli.extras.serve.state import TheLoaded
from recli.models.similar import document, similar

router = APIRouter(tags=["lists"])


class SimilarQuery(Sent):
    """How many, and of which."""

    n: int = Field(10, ge=1, le=MOST_ITEMS, description="How many items.")
    min_ratings: int = Field(
        5,
        ge=0,
        lt=2**31,
        description="Items with fewer ratings are left out: chance makes many alike.",
    )


@router.get("/similar/{item_id}", responses=responses(401, 404, 422, 429))
def to_item(
    item_id: Annotated[str, Path(max_length=200, description="The item's id.", examples=["318"])],
    asked: Annotated[SimilarQuery, Query()],
    loaded: TheLoaded,
) -> dict[str, Any]:
    """Find what the model finds like an item, as `recli similar --format json` prints it."""
    code = item_code(loaded.model, item_id)
    found = similar(loaded.model, "item", code, asked.n, asked.min_ratings)
    return document(loaded.model, loaded.name, "item", code, found)
