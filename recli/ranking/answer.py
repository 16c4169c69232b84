"""The list of one user, as it is shown or sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recli.ranking.reranking_cost import RerankingCost
from recli.ranking.rows import Rows


@dataclass(frozen=True, eq=False)
class Answer:
    """The list of one user.

    Attributes:
        model: what the model is called
        rows: the rows of a single list
        is_new: whether the list is for somebody without an id
        cost: what re-ranking cost and gained, where there was any
    """

    model: str
    rows: Rows
    is_new: bool = False
    cost: RerankingCost | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The list as JSON should carry it.

        The user's raw id is a number where all ids of the file are, None for somebody new.
        """
        rows, reranked = self.rows, self.rows.lists.plain is not None
        reasons = [{}] * len(rows) if rows.why is None else [one.document for one in rows.why]
        [code] = rows.lists.users.tolist()
        return {
            "user": None if self.is_new else rows.model.trainset.ratings.user_ids.json(code),
            "model": self.model,
            "items": [
                {**vars(place), **why}
                for place, why in zip(rows.recommendations, reasons, strict=True)
            ],
            **({"reranking": self.cost.document} if self.cost and reranked else {}),
        }
