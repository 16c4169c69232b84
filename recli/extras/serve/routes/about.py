"""`/about`: what the model is, for one who asks it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from recli.extras.serve.problems import responses
from recli.extras.serve.state import TheLoaded

router = APIRouter(tags=["server"])


@router.get("/about", responses=responses(401, 429))
def about(loaded: TheLoaded) -> dict[str, Any]:
    """Say what the model is and has learned from, and what it takes.

    `scale` is that of ratings. A model of interactions has `kinds` instead, with what each weighs.
    """
    model, ratings = loaded.model, loaded.model.trainset.ratings
    return {
        "model": loaded.name,
        "algorithm": model.configured.label,
        "trained": loaded.trained.isoformat(),
        "dataset": model.dataset["name"],
        "users": ratings.n_users,
        "items": model.trainset.n_catalogue,
        **(
            {"interactions": len(ratings), "kinds": dict(model.kinds)}
            if ratings.implicit
            else {"ratings": len(ratings), "scale": list(ratings.scale)}
        ),
    }
