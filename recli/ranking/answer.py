"""The list of one user, as it is shown or sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recli.models.model import Model
from recli.ranking.explanation import Explanation, explained
from recli.ranking.lists import RankedLists
from recli.ranking.lower_bound import Sort
from recli.ranking.reranking_cost import RerankingCost
from recli.ranking.top_n import Recommendation, recommendations


@dataclass(frozen=True, eq=False)
class Answer:
    """The list of one user.

    user: her raw id, a number where all ids of the file are; None for somebody new
    model: what the model is called
    places: best first
    why: a reason for each place, or nothing where none was asked for
    cost: what re-ranking cost and gained, where there was any
    """

    user: int | str | None
    model: str
    recommendations: list[Recommendation]
    why: list[Explanation]
    cost: RerankingCost | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The list as JSON should carry it."""
        reasons = [one.document for one in self.why] or [{}] * len(self.recommendations)
        return {
            "user": self.user,
            "model": self.model,
            "items": [
                {
                    "rank": place.rank,
                    "item": place.item,
                    "title": place.title,
                    "score": place.score,
                    "rating": place.rating,
                    "deviation": place.deviation,
                    **why,
                }
                for place, why in zip(self.recommendations, reasons, strict=True)
            ],
            **({} if self.cost is None else {"reranking": self.cost.document}),
        }


def answer(
    model: Model,
    name: str,
    lists: RankedLists,
    sort: Sort = "score",
    *,
    is_new: bool = False,
    explain: bool = False,
    cost: RerankingCost | None = None,
) -> Answer:
    """The answer with the first of `lists`, which `model` made for a user whom it knows.

    name: what the model is called; sort: what the lists are sorted by
    is_new: whether she was folded in without an id; explain: whether to say of each item why
    cost: that which followed the lists, if they were re-ranked

    Raises UsageError where the algorithm cannot say why.
    """
    found, code = recommendations(model, lists, sort), int(lists.users[0])
    items = lists.items[0][: len(found)].tolist()
    why = [explained(model, code, item) for item in items] if explain else []
    user = None if is_new else model.trainset.ratings.user_ids.json(code)
    return Answer(user, name, found, why, None if lists.plain is None else cost)
