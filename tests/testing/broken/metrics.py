"""Metrics that the contract has to refuse."""

from __future__ import annotations

import numpy as np

from recli.evaluation.metrics import HitMetric, ListMetric, MeanMetric
from recli.params import Int


class OutOfRange(HitMetric):
    """Says that it is up to 1, and counts hits."""

    summary = "hits"

    def _of_hits(self, hits, n_relevant):
        return hits.sum(axis=1).astype(float)


class ByNumber(ListMetric):
    """Goes by the numbers of items, changes what it is given, and has an option without effect."""

    parameters = (Int("useless", 1, "nothing"),)
    summary = "numbers of items"

    def values(self, lists):
        lists.items[:, 0] += 0
        return np.where(lists.items[:, 0] >= 0, lists.items[:, 0], np.nan).astype(float)


class WorstIsBest(HitMetric):
    """Calls the most misses perfect."""

    summary = "misses"
    perfect = 0.0

    def _of_hits(self, hits, n_relevant):
        return 1 - hits.mean(axis=1)


class Relative(MeanMetric):
    """A rating's number depends on what others have rated."""

    summary = "errors beside the largest"

    def _numbers(self, predictions):
        errors = abs(predictions.estimate - predictions.truth)
        return errors / max(errors.max(), 1)
