"""Answers that were learned."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from recli.evaluation.lint_checks._base import Check, Checked


class Duplicates(Check):
    """Test ratings whose pair of user and item is in the training too."""

    position = 10

    def messages(self, checked: Checked) -> Iterator[str]:
        ratings = checked.ratings
        pairs = ratings.pairs
        repeated = pd.Series(pairs).duplicated(keep=False).to_numpy()
        counts = []
        for fold in checked.folds:
            train, test = (pairs[rows[repeated[rows]]] for rows in (fold.train, fold.test))
            counts.append(int(np.isin(test, train).sum()))
        if any(counts):
            yield (
                f"{sum(counts):,} test ratings, in {np.count_nonzero(counts)} of {len(counts)} "
                "folds, are of a user and an item that the training has a rating of: the answer "
                'was learned. Merge them with `duplicates="last"`, for instance.'
            )
