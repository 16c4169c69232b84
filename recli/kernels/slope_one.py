"""Mean differences between items, item by item."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit
from recli.kernels.csr import Csr


@njit(cache=True, nogil=True)
def deviations(
    by_user: Csr,
    by_item: Csr,
    users: np.ndarray,
    items: np.ndarray,
) -> np.ndarray:
    """The mean difference of an item and those that a user rated, for pairs of user and item.

    Only items count that somebody rated together with the item; without any the deviation is 0.
    The differences of one item to all others are made when the item changes, by walking those who
    rated it: O(n_items) memory where the matrix of all differences is O(n_items²).

    Args:
        by_user: The ratings by user.
        by_item: The same by item.
        users: int[n]; -1 is unknown.
        items: int[n]; pairs of one item must stand together, -1 is unknown.

    Returns:
        float64[n]; NaN for the unknown.
    """
    u_indptr, u_items, _ = by_user
    n_items = len(by_item[0]) - 1
    difference, together = np.zeros(n_items), np.zeros(n_items)
    result = np.full(len(users), np.nan)
    row_of = -1
    for pair in range(len(users)):
        u, i = users[pair], items[pair]
        if u < 0 or i < 0:
            continue
        if i != row_of:
            _fill_row(by_user, by_item, i, difference, together)
            row_of = i
        total, n = 0.0, 0
        for rating in range(u_indptr[u], u_indptr[u + 1]):
            j = u_items[rating]
            if together[j] > 0:
                total += difference[j]
                n += 1
        result[pair] = total / n if n else 0.0
    return result


@njit(cache=True, nogil=True)
def deviations_of(by_user: Csr, by_item: Csr, user: int) -> np.ndarray:
    """`deviations` of one user and every item, to the last digit.

    The difference of i and j is that of j and i with the other sign: the differences of the items
    that the user rated are enough, where `deviations` makes those of each item asked for.

    Args:
        by_user: The ratings by user.
        by_item: The same by item.
        user: Which.

    Returns:
        float64[n_items].
    """
    u_indptr, u_items, _ = by_user
    n_items = len(by_item[0]) - 1
    difference, together = np.zeros(n_items), np.zeros(n_items)
    total, n = np.zeros(n_items), np.zeros(n_items)
    for rating in range(u_indptr[user], u_indptr[user + 1]):
        _fill_row(by_user, by_item, u_items[rating], difference, together)
        for i in range(n_items):
            if together[i] > 0:
                total[i] -= difference[i]
                n[i] += 1
    return total / np.maximum(n, 1.0)


@njit(cache=True, nogil=True)
def _fill_row(
    by_user: Csr, by_item: Csr, i: int, difference: np.ndarray, together: np.ndarray
) -> None:
    """Set difference[j], the mean difference of i and j, and together[j], how often both are rated.

    Where nobody rated both, and for i itself, the difference is 0.
    """
    u_indptr, u_items, u_values = by_user
    i_indptr, i_users, i_values = by_item
    difference[:] = 0.0
    together[:] = 0.0
    for rating in range(i_indptr[i], i_indptr[i + 1]):
        v, r = i_users[rating], i_values[rating]
        for other in range(u_indptr[v], u_indptr[v + 1]):
            difference[u_items[other]] += r - u_values[other]
            together[u_items[other]] += 1
    for j in range(len(difference)):
        if together[j] > 0:
            difference[j] /= together[j]
    difference[i] = 0.0


@njit(cache=True, nogil=True)
def row(by_user: Csr, by_item: Csr, i: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean differences of one item and all, and how often both are rated.

    Args:
        by_user: The ratings by user.
        by_item: The same by item.
        i: Which item.

    Returns:
        float64[n_items] each.
    """
    n_items = len(by_item[0]) - 1
    difference, together = np.empty(n_items), np.empty(n_items)
    _fill_row(by_user, by_item, i, difference, together)
    return difference, together


@njit(cache=True, nogil=True)
def matrices(by_user: Csr, by_item: Csr) -> tuple[np.ndarray, np.ndarray]:
    """All mean differences, and how often both are rated.

    Args:
        by_user: The ratings by user.
        by_item: The same by item.

    Returns:
        float64[n_items, n_items] each.
    """
    n_items = len(by_item[0]) - 1
    difference, together = np.empty((n_items, n_items)), np.empty((n_items, n_items))
    for i in range(n_items):
        _fill_row(by_user, by_item, i, difference[i], together[i])
    return difference, together
