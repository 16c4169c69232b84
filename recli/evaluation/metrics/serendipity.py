"""Serendipity at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.elsewhere import RECTOOLS, Elsewhere
from recli.evaluation.lists import EvaluatedLists
from recli.evaluation.metrics._base import ListMetric


class Serendipity(ListMetric):
    """The share of the k recommended items that are relevant and not to be expected.

    To be expected is what a ranker by popularity may show the user at k places: the items of which
    fewer than k others have more training ratings, what the user rated in training left out. So of
    equally popular items all are expected or none, and the lists of `most-popular` have 0.
    |{i in L_u: relevant, unexpected}| / k, also for lists shorter than k (Ge, Delgado-Battenfeld and
    Jannach, Beyond accuracy, RecSys 2010; Adamopoulos and Tuzhilin, On unexpectedness in recommender
    systems, TIST 2014). From 0, and at most precision@k; NaN for a user without relevant items.

    >>> hits, n_relevant = np.array([[True, False, True]]), np.array([4])
    >>> Serendipity().of_places(hits, np.array([[2, 8, 3]]), n_relevant).round(4)
    array([0.3333])
    """

    highest = 1.0
    summary = "share of the k recommended items that are relevant and not popular"
    elsewhere = (
        Elsewhere(
            0.120833,
            {RECTOOLS: "Serendipity(k)"},
            (
                "a relevant item counts by how much higher it stands in the list than in the order of"
                " popularity, as a share of the catalogue; a shorter list is divided by its length"
            ),
            None,
        ),
    )

    def values(self, lists: EvaluatedLists) -> np.ndarray:
        places = np.zeros(lists.items.shape, np.int64)
        rows, columns = np.nonzero(lists.hits)
        users, items = lists.users[rows], lists.items[rows, columns]
        places[rows, columns] = lists.statistics.popularity_places(users, items)
        return self.of_places(lists.hits, places, lists.n_relevant)

    def of_places(self, hits: np.ndarray, places: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
        """The metric of each user's list, float64[n_users].

        Args:
            hits: bool[n_users, k], whether the item is relevant
            places: int64[n_users, k], how many items that they have not rated are more popular; of a hit
            n_relevant: int64[n_users], all the user's relevant test items
        """
        found = (hits & (places >= hits.shape[1])).mean(axis=1)
        return np.where(n_relevant > 0, found, np.nan)
