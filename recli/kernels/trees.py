"""What regression trees say."""

from __future__ import annotations

import numpy as np

from recli.compiled import njit


@njit(cache=True, nogil=True)
def sums_of_leaves(
    x: np.ndarray,
    roots: np.ndarray,
    features: np.ndarray,
    thresholds: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    values: np.ndarray,
) -> np.ndarray:
    """For each row the sum over trees of the leaf that it comes to.

    At a node a row goes left where its feature is at most the threshold, otherwise right. The nodes of
    all trees stand in one array.

    Args:
        x: float64[n_rows, n_features].
        roots: int64[n_trees], the node at which each tree begins.
        features: int64[n_nodes], the feature that a node asks for; -1 for a leaf.
        thresholds: float64[n_nodes].
        left: int64[n_nodes], the node to the left.
        right: int64[n_nodes], the node to the right.
        values: float64[n_nodes], of the leaves.

    Returns:
        float64[n_rows].
    """
    found = np.zeros(len(x))
    for row in range(len(x)):
        for node in roots:
            while features[node] >= 0:
                goes_left = x[row, features[node]] <= thresholds[node]
                node = left[node] if goes_left else right[node]  # noqa: PLW2901
            found[row] += values[node]
    return found
