"""Trees of LightGBM as arrays, so that they are stored and asked without the library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from recli import kernels
from recli.algorithms._contract.state import Floats, Indices, Layout, damaged

NAMES = ("roots", "features", "thresholds", "left", "right", "values")
"""Arguments of `kernels.trees.sums_of_leaves`, which says what they are."""


def as_arrays(trees: list[Mapping[str, Any]]) -> dict[str, np.ndarray]:
    """Trees with numerical splits and without missing values.

    Args:
        trees: The `tree_info` of what `lightgbm.Booster.dump_model` gives.

    Returns:
        An array for each of `NAMES`.
    """
    roots: list[int] = []
    nodes: list[tuple[int, float, int, int, float]] = []

    def add(node: Mapping[str, Any]) -> int:
        place = len(nodes)
        if "split_feature" not in node:
            nodes.append((-1, 0.0, -1, -1, float(node["leaf_value"])))
            return place
        nodes.append((-1, 0.0, -1, -1, 0.0))
        children = add(node["left_child"]), add(node["right_child"])
        nodes[place] = (node["split_feature"], float(node["threshold"]), *children, 0.0)
        return place

    for tree in trees:
        roots.append(add(tree["tree_structure"]))
    table = np.array(nodes, float).reshape(-1, 5)
    whole = table[:, [0, 2, 3]].astype(np.int64).T
    columns = (np.array(roots, np.int64), whole[0], table[:, 1], whole[1], whole[2], table[:, 4])
    return dict(zip(NAMES, map(np.ascontiguousarray, columns), strict=True))


def layout(n_features: int) -> Layout:
    """What stored trees are, see `Algorithm.layout`.

    Args:
        n_features: Columns of what they are asked about.
    """
    nodes = ("nodes",)
    return {
        "features": Indices(nodes, n_features, low=-1),
        "thresholds": Floats(nodes),
        "left": Indices(nodes, "nodes", low=-1),
        "right": Indices(nodes, "nodes", low=-1),
        "values": Floats(nodes),
        "roots": Indices(("trees",), "nodes"),
    }


def check_downward(trees: Mapping[str, np.ndarray]) -> None:
    """Refuse trees in which a node leads back, and so nowhere.

    Args:
        trees: What `as_arrays` gave, each node before those that it leads to.

    Raises:
        DataError: Where a node leads to one before it.
    """
    inner = np.flatnonzero(trees["features"] >= 0)
    for side in ("left", "right"):
        if (trees[side][inner] <= inner).any():
            raise damaged(f"{side} leads from nodes to nodes before them")


def predicted(trees: Mapping[str, np.ndarray], x: np.ndarray) -> np.ndarray:
    """The sum of what the trees say, as `lightgbm.Booster.predict` with `raw_score`.

    Args:
        trees: What `as_arrays` gave.
        x: float64[n, n_features].

    Returns:
        float64[n].
    """
    found: np.ndarray = kernels.trees.sums_of_leaves(x, *(trees[name] for name in NAMES))
    return found
