"""What several pairs together allow to be said."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from recli.evaluation.significance.pairs import ALPHA


def like_the_best(
    means: Mapping[str, float], adjusted: Mapping[tuple[str, str], float], greater_is_better: bool
) -> list[str]:
    """The best mean's name, then those whose pair with it has a p from 0.05 on; best first.

    So whoever was not tested against the best is not said to be like it.

    Args:
        means: NaN for a name that is left out
        adjusted: p by pair, in either order, of tests of the difference between these means; NaN or none
            where a pair cannot be tested
        greater_is_better: whether the better of two values is the greater

    >>> like_the_best({"a": 0.2, "b": 0.3, "c": 0.1}, {("a", "b"): 0.4, ("b", "c"): 0.01}, True)
    ['b', 'a']
    """
    sign = -1.0 if greater_is_better else 1.0
    ordered = sorted(
        (name for name, mean in means.items() if not math.isnan(mean)),
        key=lambda name: sign * means[name],
    )
    best = ordered[:1]
    alike = {
        name
        for pair, p in adjusted.items()
        if p >= ALPHA and not set(best).isdisjoint(pair)
        for name in pair
    }
    return [name for name in ordered if name in best or name in alike]


def holm(p_values: np.ndarray) -> np.ndarray:
    """p-values adjusted for their number by Holm's step-down method.

    The i-th smallest of m becomes max over j ≤ i of min(1, (m - j + 1) p_j); rejecting where it is
    at most α keeps the chance of any false rejection at most α, whatever the dependence (Holm, A
    simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 1979).

    Returns float64[n], in the order given.

    Args:
        p_values: float64[n], each from 0 to 1; NaN stays NaN and does not count in m

    >>> holm(np.array([0.01, 0.04, np.nan, 0.03]))
    array([0.03, 0.06,  nan, 0.06])
    """
    adjusted = np.full(len(p_values), np.nan)
    tested = np.flatnonzero(~np.isnan(p_values))
    order = tested[np.argsort(p_values[tested], kind="stable")]
    stepped = p_values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(stepped))
    return adjusted
