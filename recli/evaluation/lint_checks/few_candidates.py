"""Lists that hold all that there is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recli.data.ratings import Ratings
from recli.data.splits._base import Fold
from recli.evaluation.lint_checks._base import Check, Checked, share

_SOME = 0.05  # of the users: below, somebody who has rated nearly everything


class FewCandidates(Check):
    """Many users have no more candidates than their list has places.

    What is in the list is then the same for every algorithm, and so is any metric that does not go by
    the order, as recall, precision and the hit rate. Where there is one candidate, all metrics are.
    """

    position = 95

    def messages(self, checked: Checked) -> Iterator[str]:
        cutoffs = [measure.k for measure in checked.protocol.measures if measure.k]
        if not cutoffs:
            return
        shortest = min(cutoffs)
        candidates = np.concatenate([_candidates(checked.ratings, f) for f in checked.folds])
        n_whole = int(np.count_nonzero(candidates <= shortest))
        if n_whole >= _SOME * len(candidates) and n_whole:
            median = max(1, int(np.median(candidates)))
            yield (
                f"For {share(n_whole, len(candidates))} of the tested users a list of {shortest} "
                "places holds every item that they could get: what is in it is the same for every "
                f"algorithm, and only metrics of the order can differ. Half of the users have {median} "
                "items to choose from or fewer: take a cut-off well below."
            )


def _candidates(ratings: Ratings, fold: Fold) -> np.ndarray:
    """How many items of the catalogue each tested user has not rated in training, int64[n_users]."""
    tested = np.unique(ratings.users[fold.test])
    pairs = np.unique(ratings.pairs[fold.train]) // len(ratings.item_ids)
    rated = np.bincount(pairs, minlength=len(ratings.user_ids))
    remaining: np.ndarray = len(ratings.item_ids) - rated[tested]
    return remaining
