"""Mean ranks of several algorithms, for the critical-difference diagram."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.stats

from recli.evaluation.significance._matched import matched, without_noise


@dataclass(frozen=True)
class AverageRanks:
    """How several algorithms rank on average over the same users or folds.

    Attributes:
        n: users or folds with a value of every algorithm
        n_left_out: those without
        ranks: each algorithm's mean rank, from 1, the best first
        friedman_p: p of the Friedman test that all mean ranks are equal
        critical_difference: mean ranks nearer than this do not differ at the level 0.05
    """

    n: int
    n_left_out: int
    ranks: dict[str, float]
    friedman_p: float
    critical_difference: float

    @property
    def cliques(self) -> list[tuple[str, ...]]:
        """Every largest group of algorithms whose mean ranks do not differ, best first.

        They are the bars of the diagram: groups overlap, none lies within another, and an
        algorithm that differs from all others is in none.
        """
        names, ranks = list(self.ranks), list(self.ranks.values())
        groups, reached = [], 0
        for first, rank in enumerate(ranks):
            end = first + sum(other - rank < self.critical_difference for other in ranks[first:])
            if end - first > 1 and end > reached:
                groups.append(tuple(names[first:end]))
                reached = end
        return groups


def average_ranks(values: Mapping[str, np.ndarray], greater_is_better: bool) -> AverageRanks:
    """Mean ranks over users or folds, the Friedman test, and Nemenyi's critical difference.

    CD = q √(k (k + 1) / (6 n)) for k algorithms over n users or folds, q the 95 % point of the
    studentized range of k means with infinite degrees of freedom, divided by √2 (Demšar,
    Statistical comparisons of classifiers over multiple data sets, JMLR 2006, section 3.2.2). The
    difference means something where the Friedman test rejects.

    Values that differ only in the last digits (less than 1e-12 of the largest) are ties. With fewer
    than two users or folds ranks, p and CD are NaN, and the order is that of `values`; with fewer
    than three algorithms p is (`paired` compares two), with one CD too. All tied everywhere: p is
    1.

    Args:
        values: per algorithm float64[n], at least one algorithm, the same users or folds in the
            same order; users or folds with a NaN are left out
        greater_is_better: whether the greatest value has rank 1; ties have the mean of their ranks

    Raises:
        UsageError: if the arrays differ in length

    >>> values = {"a": np.array([0.1, 0.3, 0.2]), "b": np.array([0.5, 0.9, 0.2])}
    >>> ranks = average_ranks(values | {"c": np.array([0.4, 0.2, 0.1])}, greater_is_better=True)
    >>> {name: round(rank, 3) for name, rank in ranks.ranks.items()}
    {'b': 1.167, 'a': 2.167, 'c': 2.667}
    >>> round(ranks.friedman_p, 3), round(ranks.critical_difference, 3), ranks.cliques
    (0.148, 1.914, [('b', 'a', 'c')])
    """
    table, n_left_out = matched(values.values())
    n, k = table.shape
    if n < 2:
        nowhere = dict.fromkeys(values, math.nan)
        return AverageRanks(n, n_left_out, nowhere, math.nan, math.nan)
    table = without_noise(table, table)
    ranks = scipy.stats.rankdata(-table if greater_is_better else table, axis=1)
    means = dict(zip(values, ranks.mean(axis=0).tolist(), strict=True))
    q = scipy.stats.studentized_range.ppf(0.95, k, math.inf) / math.sqrt(2) if k > 1 else math.nan
    return AverageRanks(
        n=n,
        n_left_out=n_left_out,
        ranks=dict(sorted(means.items(), key=lambda item: item[1])),
        friedman_p=_friedman(ranks),
        critical_difference=float(q * math.sqrt(k * (k + 1) / (6 * n))),
    )


def _friedman(ranks: np.ndarray) -> float:
    if ranks.shape[1] < 3:
        return math.nan
    if not np.ptp(ranks):
        return 1.0
    return float(scipy.stats.friedmanchisquare(*ranks.T).pvalue)
