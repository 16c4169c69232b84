"""Area under the ROC curve."""

from __future__ import annotations

import numpy as np

from recli.evaluation.elsewhere import ELLIOT, RECBOLE, Elsewhere
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import ListMetric


class AUC(ListMetric):
    """How often a relevant candidate ranks before an irrelevant one.

    AUC = U / (m n) for m relevant and n other candidates of a user: U counts the pairs of the two
    in which the relevant one scores higher, and half of those in which both score the same. With
    s the sum of the relevant candidates' midranks, 1 for the best, U = m (m + n + 1) - s
    - m (m + 1) / 2 (Mann and Whitney, On a Test of Whether one of Two Random Variables is
    Stochastically Larger than the Other, 1947; Hanley and McNeil, Radiology 1982). It sees the whole
    ranking by score, before any re-ranking, so it takes no cut-off; a relevant item that is no
    candidate does not count. From 0 to 1, 0.5 at random; NaN for a user without relevant or without
    other candidates, and for a list of another program that has not all candidates.

    >>> from recli.evaluation.lists import EvaluatedLists, Tested
    >>> row, item, rating = np.array([0, 0]), np.array([3, 7]), np.array([4.0, 5.0])
    >>> tested = Tested(row, item, rating, places=np.array([0, 2]), midranks=np.array([1, 2.5]))
    >>> lists = EvaluatedLists(np.array([0]), np.array([[3]]), np.array([4]), tested, rating > 3, None)
    >>> AUC().values(lists)
    array([0.875])
    """

    cutoff = False
    aspect = "accuracy"
    highest = 1.0
    perfect = 1.0
    summary = "how often a relevant item ranks before another, over all candidates"
    elsewhere = (
        Elsewhere(
            0.602679,
            {RECBOLE: "GAUC"},
            "the mean of users' AUC weighted by how many relevant items they have",
            None,
        ),
        Elsewhere(
            0.712054,
            {ELLIOT: "AUC"},
            (
                "the mean over all relevant items of all users; what a user rated in the test and "
                "does not like is no candidate less; counts one irrelevant item too many"
            ),
            None,
        ),
        Elsewhere(
            0.665179,
            {ELLIOT: "GAUC"},
            "a mean over users as here, but counts one irrelevant item too many",
            None,
        ),
    )

    def values(self, lists: EvaluatedLists) -> np.ndarray:
        places, midranks = lists.tested.ranks
        chosen = lists.relevant & (places >= 0)
        rows, n_users = lists.tested.rows[chosen], len(lists.users)
        m = np.bincount(rows, minlength=n_users)
        n = lists.n_candidates - m
        defined = (m * n > 0) & lists.are_ranked(lists.n_candidates)
        sums = np.bincount(rows, midranks[chosen], n_users)
        u = m * (m + n + 1) - sums - m * (m + 1) / 2
        return np.divide(u, m * n, out=np.full(n_users, np.nan), where=defined)
