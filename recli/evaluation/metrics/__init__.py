"""Metrics, one a file: `hit_rate.py` is the metric `hit-rate`."""
