"""Ranked lists as rows, one for each place: what is written, shown and sent is made of these."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from recli.models.model import FittedModel
from recli.ranking.explanation import Explanation, explained
from recli.ranking.lower_bound import Predicted, Sort, predicted
from recli.ranking.ranked_lists import RankedLists


@dataclass(frozen=True)
class Recommendation:
    """A row in plain Python values.

    Attributes:
        rank: its place in the list of the user, from 1 on
        item: raw id, a number where all ids of the file are
        title: nothing where the item has none
        score: what the list is ordered by
        rating: the prediction, cut off at the ends of the rating scale; None where scores are no
            ratings
        deviation: how far the user's rating may be from the prediction; None where the model does not
            know
    """

    rank: int
    item: int | str
    title: str
    score: float
    rating: float | None
    deviation: float | None = None


@dataclass(frozen=True, eq=False)
class Rows:
    """The places of ranked lists that have an item, list by list.

    Attributes:
        model: the model that made the lists
        lists: the lists
        users: whose list a row is in, codes as in `lists`, int32[n]
        items: codes of the items, int32[n]
        ranks: places in the list of the user, from 1 on, int32[n]
        scores: what the lists are ordered by, float64[n]
        predicted: what the model predicts for them, float64[n] each
        why: a reason for each row; None where none was asked for
    """

    model: FittedModel
    lists: RankedLists
    users: np.ndarray
    items: np.ndarray
    ranks: np.ndarray
    scores: np.ndarray
    predicted: Predicted
    why: tuple[Explanation, ...] | None = None

    @classmethod
    def of(
        cls, model: FittedModel, lists: RankedLists, sort: Sort = "score", explain: bool = False
    ) -> Rows:
        """The rows of lists.

        Args:
            model: the model that made the lists
            lists: the lists
            sort: what they are sorted by
            explain: whether to say of each row why

        Raises:
            UsageError: if the algorithm is to say why and cannot
        """
        of_list, places = np.nonzero(lists.items >= 0)
        users, items = lists.users[of_list], lists.items[of_list, places]
        scores = lists.scores[of_list, places]
        found = predicted(model, users, items, scores, sort)
        pairs = zip(users.tolist(), items.tolist(), strict=True)
        why = tuple(explained(model, *pair) for pair in pairs) if explain else None
        ranks = (places + 1).astype(np.int32)
        return cls(model, lists, users, items, ranks, scores, found, why)

    def __len__(self) -> int:
        return len(self.items)

    @functools.cached_property
    def recommendations(self) -> list[Recommendation]:
        """The rows in plain Python values."""
        unknown, ids = [None] * len(self), self.model.trainset.ratings.item_ids
        ratings, deviations = self.predicted.ratings, self.predicted.deviations
        columns = zip(
            self.ranks.tolist(),
            self.items.tolist(),
            self.scores.tolist(),
            unknown if ratings is None else ratings.tolist(),
            unknown if deviations is None else deviations.tolist(),
            strict=True,
        )
        return [
            Recommendation(rank, ids.json(item), self.model.title(item), score, rating, deviation)
            for rank, item, score, rating, deviation in columns
        ]
