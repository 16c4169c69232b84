"""Catalogue coverage at k."""

from __future__ import annotations

import numpy as np

from recli.evaluation.elsewhere import ELLIOT, RECBOLE, RECOMMENDERS, RECTOOLS, Elsewhere
from recli.evaluation.metrics._items import CountMetric


class CatalogueCoverage(CountMetric):
    """The share of the catalogue that is among the k recommended to anyone.

    |∪_u L_u| / |catalogue| (Ge, Delgado-Battenfeld and Jannach, Beyond accuracy, RecSys 2010). The
    catalogue are all items of the dataset, in the training rows or not. From 0 to 1, and at most
    n_users k / |catalogue|; NaN if nothing is recommended. Arguments as for
    `CountMetric.of_counts`.

    >>> CatalogueCoverage().of_counts(np.array([3, 0, 1, 0]))
    0.5
    """

    highest = 1.0
    summary = "share of the catalogue that is recommended to anyone"
    elsewhere = (
        Elsewhere(0.9, {RECTOOLS: "CatalogCoverage(k, normalize=True)"}),
        Elsewhere(
            0.818182,
            {RECBOLE: "ItemCoverage"},
            (
                "divides by one item more, its padding; a list shorter than k is filled up with what "
                "the user has seen"
            ),
            None,
        ),
        Elsewhere(
            1.125,
            {RECOMMENDERS: "catalog_coverage"},
            "divides by the items of the training, so that it can be above 1",
            None,
        ),
        Elsewhere(9.0, {ELLIOT: "ItemCoverage"}, "a number of items and not a share", None),
    )

    def _of_counts(self, counts: np.ndarray) -> float:
        return float(np.mean(counts > 0))
