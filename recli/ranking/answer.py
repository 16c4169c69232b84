"""From what somebody wants to the list that she is shown or sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from recli.models.model import Model
from recli.ranking.explanation import Explanation, explained
from recli.ranking.filters import Filters
from recli.ranking.lists import RankedLists, Request
from recli.ranking.lower_bound import Sort
from recli.ranking.rerankers._max_per import MaxPer
from recli.ranking.reranking import Reranking
from recli.ranking.reranking_cost import RerankingCost
from recli.ranking.top_n import Recommendation, recommendations


@dataclass(frozen=True, eq=False)
class ListOptions:
    """What lists should be like, whoever they are for.

    n: the longest that a list may be
    sort: what goes first, see `sorted_by`
    exclude_seen: whether what a user has rated is left out
    max_per: fields of the item table, and how many items of a list may have the same value there
    seed: what the places that `reranking` leaves to chance are drawn by
    """

    n: int = 10
    sort: Sort = "score"
    filters: Filters = field(default_factory=Filters)
    exclude_seen: bool = True
    max_per: Mapping[str, int] = field(default_factory=dict)
    reranking: Reranking = field(default_factory=Reranking)
    seed: int = 0

    def request(self, whole: Model, model: Model, users: np.ndarray) -> Request:
        """What is asked for `users`, int32[n_users], codes in `model`.

        whole: the model as it was trained; model: the same, or with a user folded in, whom it knows

        Raises what `Filters.candidates`, `MaxPer.of` and `Reranking.rerankers` do.
        """
        candidates = self.filters.candidates(whole)
        rerankers = self.reranking.rerankers(whole, model, self.seed)
        caps = (MaxPer.of(model, self.max_per),) if self.max_per else ()
        return Request(users, self.n, candidates, self.exclude_seen, self.sort, (*rerankers, *caps))


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
