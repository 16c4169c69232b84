"""A step of preparation."""

from __future__ import annotations

from dataclasses import dataclass

from recli.data.preparation import Draft, Step


@dataclass(frozen=True)
class Halve(Step):
    """Halve every rating."""

    example = "halve"

    def apply(self, draft: Draft) -> tuple[Draft, str]:
        ratings = draft.dataset.ratings
        low, high = ratings.scale
        return draft.with_ratings(values=ratings.values / 2, scale=(low / 2, high / 2)), "halved"
