"""Ratings as interactions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli import errors
from recli.data.preparation._base import Draft, Step
from recli.params import Float


@dataclass(frozen=True)
class Binarise(Step):
    """Make interactions of the ratings from a threshold on, each of weight 1; take out those below.

    Attributes:
        threshold: the rating from which on an item is liked

    Raises:
        DataError: where a pair of user and item is there more than once
    """

    parameters = (Float("threshold", None, "lowest rating that becomes an interaction"),)
    needed = ("threshold",)
    example = "binarise:threshold=4"

    threshold: float | None = None

    def apply(self, draft: Draft) -> tuple[Draft, str]:
        assert self.threshold is not None
        draft = draft.only(draft.dataset.ratings.values >= self.threshold)
        ratings = draft.dataset.ratings
        pairs = ratings.pairs
        n_repeated = len(pairs) - len(np.unique(pairs))
        if n_repeated:
            raise errors.DataError(
                f"'{self}': {n_repeated:,} ratings repeat a pair of user and item. Put the step "
                "'deduplicate' before it."
            )
        made = draft.with_ratings(
            values=np.ones(len(ratings)),
            scale=(1.0, 1.0),
            implicit=True,
            first_times=ratings.times if ratings.first_times is None else ratings.first_times,
        )
        return made, "the others are interactions of weight 1"
