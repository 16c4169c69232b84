"""`/items`: what there is to rate or to choose."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from recli.extras.serve.problems import responses
from recli.extras.serve.schemas import Sent
from recli.extras.serve.state import TheLoaded

router = APIRouter(tags=["lists"])


class ItemsQuery(Sent):
    """What of a title, and how many."""

    q: str = Field(
        min_length=1, max_length=100, description="A title, or the beginnings of its words."
    )
    n: int = Field(12, ge=1, le=100, description="How many items.")


@router.get("/items", responses=responses(401, 422, 429))
def found(asked: Annotated[ItemsQuery, Query()], loaded: TheLoaded) -> dict[str, Any]:
    """Find items by title or id, those of most users first.

    Where no title fits, misspelt words are taken for the nearest. `total` is how many there are.
    """
    model, ids = loaded.model, loaded.model.trainset.ratings.item_ids
    codes = loaded.search.find(asked.q)
    items = [
        {"item": ids.json(code), "title": model.title(code)} for code in codes[: asked.n].tolist()
    ]
    return {"total": len(codes), "items": items}
