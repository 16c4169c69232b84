"""One rating for each pair of user and item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recli.data.columns.parsing import pick
from recli.data.preparation._base import Draft, Step
from recli.params import Choice


@dataclass(frozen=True)
class Deduplicate(Step):
    """Keep one rating for each pair of user and item: the last, the first, or their mean.

    By time, and of one time or without times by row; the mean has the time of the last. Where it is
    among the steps, reading leaves repeated pairs as they are, whatever `--duplicates` says.

    Attributes:
        keep: which of several stays: `first` or `last`, by time, or `mean`
    """

    parameters = (Choice("keep", "last", "which rating stays", options=("last", "first", "mean")),)
    example = "deduplicate:keep=last"

    keep: str = "last"

    def apply(self, draft: Draft) -> tuple[Draft, str]:
        ratings = draft.dataset.ratings
        pairs = ratings.pairs
        rows, values, times = pick(pairs, ratings.values, ratings.times, self.keep)
        stays = np.zeros(len(ratings), bool)
        stays[rows] = True
        return draft.only(stays).with_ratings(values=values, times=times), ""
