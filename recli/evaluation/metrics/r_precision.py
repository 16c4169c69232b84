"""R-precision."""

from __future__ import annotations

import numpy as np

from recli.evaluation.elsewhere import IR_MEASURES, RANX, RECOMMENDERS, TREC_EVAL, Elsewhere
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import ListMetric


class RPrecision(ListMetric):
    """The precision of the first R places, for a user with R relevant items.

    R-precision = hits among the first R / R (Manning, Raghavan and Schütze, Introduction to
    Information Retrieval, 2008, section 8.4): precision and recall are the same there, and every
    user can reach 1, whatever their R; so it takes no cut-off. It goes by the ranking by score, before
    any re-ranking. From 0 to 1; NaN for a user without relevant items, and for a list of another
    program that ends before R places, unless it has all candidates.

    >>> from recli.evaluation.lists import EvaluatedLists, Tested
    >>> row, item, rating = np.array([0, 0]), np.array([3, 7]), np.array([4.0, 5.0])
    >>> tested = Tested(row, item, rating, places=np.array([0, 2]), midranks=np.array([1.0, 3.0]))
    >>> lists = EvaluatedLists(np.array([0]), np.array([[3]]), np.array([4]), tested, rating > 3, None)
    >>> RPrecision().values(lists)
    array([0.5])
    """

    cutoff = False
    aspect = "accuracy"
    highest = 1.0
    perfect = 1.0
    summary = "precision of as many places as the user has relevant items"
    elsewhere = (
        Elsewhere(0.3125, {TREC_EVAL: "Rprec", IR_MEASURES: "Rprec", RANX: "r-precision"}),
        Elsewhere(
            0.625,
            {RECOMMENDERS: "r_precision_at_k(k=all)"},
            "leaves out of the mean the users who have no hit among the first R places",
            None,
        ),
    )

    def values(self, lists: EvaluatedLists) -> np.ndarray:
        tested, n_relevant = lists.tested, lists.n_relevant
        places, _ = tested.ranks
        hit = lists.relevant & (places >= 0) & (places < n_relevant[tested.rows])
        hits = np.bincount(tested.rows[hit], minlength=len(n_relevant))
        defined = (n_relevant > 0) & lists.are_ranked(n_relevant)
        return np.divide(hits, n_relevant, out=np.full(len(n_relevant), np.nan), where=defined)
