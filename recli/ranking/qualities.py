"""What lists are like, whoever asks: rerankers make it better, metrics measure it."""

from __future__ import annotations

import numpy as np
import scipy.sparse

ALPHA = 0.01
"""How much of a user's own shares is mixed into those of a list, see `divergence`."""


def sums(matrix: scipy.sparse.csr_array, items: np.ndarray) -> scipy.sparse.csr_array:
    """The sum over each list's items of their rows in `matrix`, float64[n_users, n_columns].

    Args:
        matrix: float64[n_catalogue, n_columns]
        items: int[n_users, k], -1 for no item

    >>> rows = scipy.sparse.csr_array([[1.0, 0.0], [0.0, 3.0]])
    >>> sums(rows, np.array([[1, 0], [1, -1]])).toarray()
    array([[1., 3.],
           [0., 3.]])
    """
    filled = items >= 0
    indptr = np.concatenate(([0], np.cumsum(filled.sum(axis=1))))
    shape = len(items), matrix.shape[0]
    chosen = scipy.sparse.csr_array((np.ones(indptr[-1]), items[filled], indptr), shape)
    return chosen @ matrix


def mean_of_items(items: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """The mean number of each list's items, float64[n_users]; NaN for an empty list.

    Args:
        items: int[n_users, k], codes, -1 for no item
        numbers: float64[n_catalogue], a number for each item

    >>> mean_of_items(np.array([[0, 1], [2, -1]]), np.array([9.0, 1.0, 4.0]))
    array([5., 4.])
    """
    filled = items >= 0
    total, n = np.where(filled, numbers[items], 0).sum(axis=1), filled.sum(axis=1)
    return np.divide(total, n, out=np.full(len(items), np.nan), where=n > 0)


def surprisal(raters: np.ndarray, n_users: int) -> np.ndarray:
    """How many bits it says that a user knows an item: float64[n_catalogue].

    The self-information -log2(raters / users); an item that nobody rated counts as if one user had, and
    so does a training without users.

    Args:
        raters: int64[n_catalogue], users who rated the item
        n_users: all users who rated any

    >>> surprisal(np.array([8, 1, 0, 4]), n_users=8)
    array([0., 3., 3., 1.])
    """
    return np.log2(max(n_users, 1) / np.maximum(raters, 1))


def diversity(items: np.ndarray, vectors: scipy.sparse.csr_array) -> np.ndarray:
    """How different the items of each list are from one another, float64[n_users].

    The mean of 1 - cos(v_i, v_j) over all pairs of the list's items. With vectors of length 1 the
    cosines of all pairs add up to (|Σ v_i|² - n) / 2, so that the cost is that of one sum a list. NaN
    for a list with fewer than two described items.

    Args:
        items: int[n_users, k], codes, -1 for no item
        vectors: float64[n_catalogue, n_features] ≥ 0, of length 1, or 0 for what is not described

    >>> vectors = scipy.sparse.csr_array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [0.0, 0.0]])
    >>> diversity(np.array([[0, 1], [0, 2], [0, 3]]), vectors)
    array([1. , 0.4, nan])
    """
    described = np.diff(vectors.indptr) > 0
    n = np.count_nonzero((items >= 0) & described[items], axis=1)
    total = sums(vectors, items)
    cosines, pairs = total.multiply(total).sum(axis=1) - n, n * (n - 1)
    cosine = np.divide(cosines, pairs, out=np.full(len(items), np.nan), where=pairs > 0)
    return np.clip(1 - cosine, 0, 1)  # rounding


def divergence(
    items: np.ndarray, categories: scipy.sparse.csr_array, tastes: scipy.sparse.csr_array
) -> np.ndarray:
    """How far the categories of each list are from those of what the user liked, float64[n_users].

    The Kullback-Leibler divergence Σ_g p_g ln(p_g / q̃_g), q̃ = (1 - α) q + α p with α = `ALPHA`, in
    nats (Steck, Calibrated recommendations, RecSys 2018). NaN for a user without tastes and for a
    list without categories.

    Args:
        items: int[n_users, k], codes, -1 for no item
        categories: float64[n_catalogue, n_categories], each row's sum 1, or 0
        tastes: float64[n_users, n_categories], p; each row's sum 1, or 0

    >>> categories = scipy.sparse.csr_array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    >>> tastes = scipy.sparse.csr_array([[0.5, 0.5], [0.5, 0.5], [1.0, 0.0]])
    >>> divergence(np.array([[0, 1], [0, 2], [1, -1]]), categories, tastes).round(4)
    array([0.    , 0.1405, 4.6052])
    """
    total = sums(categories, items)
    weight = total.sum(axis=1)  # how many of the items have categories
    share = np.divide(1, weight, out=np.zeros(len(items)), where=weight > 0)
    shown = total.multiply(share[:, None])
    # As Σ p = 1, it is ln 1/α - Σ p ln(1 + (1 - α)/α q/p), a sum over the categories of both.
    inverse = tastes.copy()
    inverse.data = 1 / inverse.data
    gain = scipy.sparse.csr_array(shown.multiply(inverse))
    gain.data = np.log1p((1 - ALPHA) / ALPHA * gain.data)
    values = -np.log(ALPHA) - tastes.multiply(gain).sum(axis=1)
    defined = (np.diff(tastes.indptr) > 0) & (weight > 0)
    return np.where(defined, np.maximum(values, 0), np.nan)  # below 0 by rounding
