"""Biases of users and items."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit
from recli.kernels.csr import Csr


@njit(cache=True, nogil=True)
def als(
    users: Csr,
    items: Csr,
    mean: float,
    n_epochs: int,
    reg_u: float,
    reg_i: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Biases by alternating least squares (Koren 2010, section 2.1; surprise.BaselineOnly).

    Args:
        users: The ratings by user.
        items: The same by item.
        mean: Of all ratings.
        n_epochs: How often items and then users are solved for.
        reg_u: Regularisation of users, in ratings.
        reg_i: Regularisation of items, in ratings.

    Returns:
        b_u, float64[n_users], and b_i, float64[n_items].
    """
    u_indptr, u_items, u_values = users
    i_indptr, i_users, i_values = items
    bu, bi = np.zeros(len(u_indptr) - 1), np.zeros(len(i_indptr) - 1)
    for _ in range(n_epochs):
        for i in range(len(bi)):
            deviation = 0.0
            for rating in range(i_indptr[i], i_indptr[i + 1]):
                deviation += i_values[rating] - mean - bu[i_users[rating]]
            bi[i] = deviation / (reg_i + i_indptr[i + 1] - i_indptr[i])
        for u in range(len(bu)):
            deviation = 0.0
            for rating in range(u_indptr[u], u_indptr[u + 1]):
                deviation += u_values[rating] - mean - bi[u_items[rating]]
            bu[u] = deviation / (reg_u + u_indptr[u + 1] - u_indptr[u])
    return bu, bi


@njit(cache=True, nogil=True)
def sgd(
    users: Csr,
    n_items: int,
    mean: float,
    n_epochs: int,
    rate: float,
    reg: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Biases by stochastic gradient descent, user by user (surprise.BaselineOnly).

    Args:
        users: The ratings by user.
        n_items: How many items there are.
        mean: Of all ratings.
        n_epochs: Passes over the ratings.
        rate: Learning rate.
        reg: Regularisation.

    Returns:
        b_u, float64[n_users], and b_i, float64[n_items].
    """
    indptr, items, values = users
    bu, bi = np.zeros(len(indptr) - 1), np.zeros(n_items)
    for _ in range(n_epochs):
        for u in range(len(bu)):
            for rating in range(indptr[u], indptr[u + 1]):
                i = items[rating]
                error = values[rating] - (mean + bu[u] + bi[i])
                bu[u] += rate * (error - reg * bu[u])
                bi[i] += rate * (error - reg * bi[i])
    return bu, bi
