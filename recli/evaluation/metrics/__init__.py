"""Metrics, one a file: `hit_rate.py` is the metric `hit-rate`."""

from recli.evaluation.metrics._base import (
    HitMetric,
    ListMetric,
    MeanMetric,
    Metric,
    PooledMetric,
    RatingMetric,
)

__all__ = ["HitMetric", "ListMetric", "MeanMetric", "Metric", "PooledMetric", "RatingMetric"]
