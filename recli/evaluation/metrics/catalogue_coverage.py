"""Catalogue coverage at k."""

from __future__ import annotations

import numpy as np

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

    def _of_counts(self, counts: np.ndarray) -> float:
        return float(np.mean(counts > 0))
