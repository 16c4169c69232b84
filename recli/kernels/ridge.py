"""Ridge regressions of many users over the sparse features of common items."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit
from recli.kernels import FAST
from recli.kernels.csr import Csr


@njit(cache=True, fastmath=FAST, nogil=True)
def ridge(users: Csr, x: Csr, reg: float, tolerance: float, weights: np.ndarray) -> None:
    """A ridge regression for each user: argmin_w Σ (v_j − x_j · w)² + reg |w|².

    Conjugate gradients on (XᵀX + reg I) w = Xᵀv, preconditioned by its diagonal, until the residual
    is `tolerance` times that of w = 0. XᵀX is never formed: a step costs the features of the user's
    items, and a user needs some twenty.

    Args:
        users: The items of each user and what is to be explained, v.
        x: The features of each item.
        reg: Greater than 0.
        tolerance: Of the residual.
        weights: float64[n_users, n_features] of zeros; overwritten with the w.
    """
    indptr, rated, values = users
    x_indptr, x_indices, x_data = x
    n_features = weights.shape[1]
    product = np.empty(n_features)
    for user in range(len(indptr) - 1):
        w = weights[user]
        residual = np.zeros(n_features)
        diagonal = np.full(n_features, reg)
        for j in range(indptr[user], indptr[user + 1]):
            for k in range(x_indptr[rated[j]], x_indptr[rated[j] + 1]):
                residual[x_indices[k]] += x_data[k] * values[j]
                diagonal[x_indices[k]] += x_data[k] * x_data[k]
        direction = residual / diagonal
        length = np.dot(residual, direction)
        enough = tolerance * tolerance * length
        # In exact arithmetic as many steps as features are enough; rounding may ask for some more.
        for _ in range(2 * n_features + 10):
            if length <= enough:
                break
            product[:] = reg * direction
            for j in range(indptr[user], indptr[user + 1]):
                along = 0.0
                for k in range(x_indptr[rated[j]], x_indptr[rated[j] + 1]):
                    along += x_data[k] * direction[x_indices[k]]
                for k in range(x_indptr[rated[j]], x_indptr[rated[j] + 1]):
                    product[x_indices[k]] += x_data[k] * along
            step = length / np.dot(direction, product)
            w += step * direction
            residual -= step * product
            scaled = residual / diagonal
            before, length = length, np.dot(residual, scaled)
            direction = scaled + (length / before) * direction
