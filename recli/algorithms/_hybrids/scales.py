"""What members say, each in units of its own, on one scale within the user."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Scale = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""From the scores of the catalogue, float64[n_users, n_catalogue], which of the items are candidates,
bool of that shape, and the scores to put on the scale, float64[n_users, n], to these on the scale."""


def standardised(catalogue: np.ndarray, candidates: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Scores less the user's mean over the catalogue, over their deviation.

    Args:
        catalogue: float64[n_users, n_catalogue].
        candidates: bool[n_users, n_catalogue]; all items count, candidates or not.
        scores: float64[n_users, n].

    Returns:
        float64[n_users, n]; only centred where the catalogue has one score.

    >>> scores = np.array([[1.0, 3.0]])
    >>> standardised(scores, scores > 0, scores)
    array([[-1.,  1.]])
    """
    deviation = catalogue.std(axis=1, keepdims=True)
    centred: np.ndarray = scores - catalogue.mean(axis=1, keepdims=True)
    return centred / np.where(deviation > 0, deviation, 1.0)


def ranks(catalogue: np.ndarray, candidates: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The rank of each item among the candidates of its user, from 1 on.

    Equal ones share the mean of their ranks. What is no candidate has the mean of the ranks between
    which it would stand.

    Args:
        catalogue: float64[n_users, n_catalogue].
        candidates: bool[n_users, n_catalogue], which of these are compared with.
        scores: float64[n_users, n], those to rank.

    Returns:
        float64[n_users, n].

    >>> scores = np.array([[0.5, 0.9, 0.5, 0.7]])
    >>> ranks(scores, np.array([[True, True, True, False]]), scores)
    array([[2.5, 1. , 2.5, 1.5]])
    """
    found = np.empty(scores.shape)
    for row, (own, among) in enumerate(zip(scores, candidates, strict=True)):
        ascending = np.sort(catalogue[row, among])
        not_better = np.searchsorted(ascending, own, side="right")
        worse = np.searchsorted(ascending, own, side="left")
        found[row] = len(ascending) - (not_better + worse) / 2 + 0.5
    return found
