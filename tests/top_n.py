"""The ranked list for one user, in plain Python values."""

from __future__ import annotations

import numpy as np

from recli.models.model import FittedModel
from recli.ranking.lists import recommend
from recli.ranking.lower_bound import Sort
from recli.ranking.request import Request
from recli.ranking.rows import Recommendation, Rows


def top_n(
    model: FittedModel,
    user: str,
    n: int,
    memory_limit: int | None = None,
    sort: Sort = "score",
) -> list[Recommendation]:
    """The best items for a user, those that the user has rated left out, best first.

    Ties go as `TieOrder` draws them by the seed of the model.

    Args:
        model: the fitted model
        user: raw id
        n: the longest that the list may be
        memory_limit: Bytes, see `recommend`
        sort: what goes first, see `sorted_by`

    Raises:
        NotFoundError: if the model does not know the user
        UsageError: if the model cannot sort so
    """
    request = Request(np.array([model.user_code(user)]), n, sort=sort)
    [lists] = recommend(model, request, memory_limit)
    return Rows.of(model, lists, sort).recommendations
