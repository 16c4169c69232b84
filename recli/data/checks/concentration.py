"""How counts concentrate: on few items, on few users."""

from __future__ import annotations

import numpy as np


def gini(counts: np.ndarray) -> float:
    """The Gini index of counts: with x_1 ≤ … ≤ x_n in order, Σ_i (2i - n - 1) x_i / (n Σ_i x_i).

    From 0, all alike, to 1 - 1/n, one that has all; NaN where all are 0.

    Args:
        counts: int64[n], how often each is there

    >>> gini(np.array([2, 2, 2, 2])), gini(np.array([0, 0, 8, 0]))
    (0.0, 0.75)
    """
    n, total = len(counts), counts.sum()
    return float(np.arange(1 - n, n, 2) @ np.sort(counts) / (n * total)) if total else float("nan")


def tail(popularity: np.ndarray, fifths: int = 1) -> np.ndarray:
    """bool[n], which items are in the long tail: the least popular that together have a fifth of all.

    An item is in it if all items with no more ratings than it, itself included, have at most a fifth of
    the ratings (Abdollahpouri, Burke and Mobasher, Managing popularity bias in recommender systems with
    personalized re-ranking, FLAIRS 2019). So equally popular items are all in or all out.

    Args:
        popularity: int64[n], ratings of each item
        fifths: how many fifths of the ratings the items have together at most

    >>> tail(np.array([0, 3, 10, 1, 1, 10]))
    array([ True,  True, False,  True,  True, False])
    """
    levels, level, n = np.unique(popularity, return_inverse=True, return_counts=True)
    return (5 * np.cumsum(levels * n) <= fifths * popularity.sum())[level]
