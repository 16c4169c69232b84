"""All pairs of several algorithms, with the p-values adjusted for their number."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from recli import errors
from recli.evaluation.significance._matched import matched
from recli.evaluation.significance.pairs import PairedTest, of_table, paired, resampled_means

ALPHA = 0.05
TESTS = ("t", "wilcoxon")


@dataclass(frozen=True)
class Comparisons:
    """Every pair of algorithms in one metric; a pair is named in the order of `means`.

    Attributes:
        test: whose p-values are adjusted, 't' or 'wilcoxon'
        means: each algorithm's mean over the users that it has a value for; NaN for none
        pairs: what `paired` found
        adjusted: p of `test` by Holm's method over all pairs
    """

    test: str
    means: dict[str, float]
    pairs: dict[tuple[str, str], PairedTest]
    adjusted: dict[tuple[str, str], float]

    def indistinguishable_from_best(self, greater_is_better: bool) -> list[str]:
        """The algorithms that do not differ from the best at the level 0.05, by mean, best first.

        The best is the one with the best mean, the first of several, and stands in the list. So
        does an algorithm that cannot be tested against it, having fewer than two users in common;
        one whose mean is NaN does not.

        Args:
            greater_is_better: whether the better of two values is the greater

        >>> values = {"a": np.array([0.1, 0.3, 0.2, 0.2]), "b": np.array([0.2, 0.3, 0.2, 0.2])}
        >>> compare_all(values, seed=0).indistinguishable_from_best(greater_is_better=True)
        ['b', 'a']
        """
        return like_the_best(self.means, self.adjusted, greater_is_better)


def compare_all(
    values: Mapping[str, np.ndarray],
    *,
    test: str = "t",
    n_bootstrap: int = 2000,
    seed: int,
) -> Comparisons:
    """Every pair of algorithms by `paired`, with Holm's adjustment over all pairs for one test.

    The t-test is the default, because it asks what the tables show: whether the means over users
    differ. Values per user are skewed and discrete, but the mean of hundreds is close to normal.
    The Wilcoxon test asks whether the differences are symmetric about zero: skewed ones are not,
    equal means or no, so it finds too much, the more so the more users there are (Ihemelandu and
    Ekstrand, Inference at scale: significance testing for large search and recommendation
    experiments, SIGIR 2023). With many users most differences are significant; `d_z` says whether
    they are large.

    One algorithm or none: no pairs.

    Args:
        values: per algorithm float64[n_users], the same users in the same order; NaN where there is
            no value. Every pair is compared over the users that both have a value for.
        test: 't' or 'wilcoxon'
        n_bootstrap: how many samples are drawn
        seed: what is drawn at random is drawn by it

    Raises:
        UsageError: for another test, and if the arrays differ in length

    >>> values = {"a": np.array([0.1, 0.3, 0.2, 0.2]), "b": np.array([0.5, 0.9, 0.5, 0.6])}
    >>> comparisons = compare_all(values | {"c": values["a"]}, seed=0)
    >>> {pair: round(p, 3) for pair, p in comparisons.adjusted.items()}
    {('a', 'b'): 0.02, ('a', 'c'): 1.0, ('b', 'c'): 0.02}
    """
    if test not in TESTS:
        raise errors.unknown("test", test, TESTS)
    pairs = _pairs(values, n_bootstrap, seed)
    p_values = [pair.t_p if test == "t" else pair.wilcoxon_p for pair in pairs.values()]
    return Comparisons(
        test=test,
        means={name: _mean(column) for name, column in values.items()},
        pairs=pairs,
        adjusted=dict(zip(pairs, holm(np.array(p_values)).tolist(), strict=True)),
    )


def like_the_best(
    means: Mapping[str, float], adjusted: Mapping[tuple[str, str], float], greater_is_better: bool
) -> list[str]:
    """The best mean's name, then those whose pair with it has no p below 0.05; best first.

    Args:
        means: NaN for a name that is left out
        adjusted: p by pair, in either order; NaN or none where a pair cannot be tested
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
    different = {
        name
        for pair, p in adjusted.items()
        if p < ALPHA and not set(best).isdisjoint(pair)
        for name in pair
    }
    return [name for name in ordered if name in best or name not in different]


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


def _pairs(
    values: Mapping[str, np.ndarray], n_bootstrap: int, seed: int
) -> dict[tuple[str, str], PairedTest]:
    names = list(values)
    pairs = list(itertools.combinations(range(len(names)), 2))
    absent = [np.isnan(column) for column in values.values()]
    if pairs and all(np.array_equal(absent[0], other) for other in absent):
        # All pairs have the same users: one resampling does for all.
        table, n_left_out = matched(values.values())
        means = resampled_means(table, n_bootstrap, seed)
        return {(names[a], names[b]): of_table(table, n_left_out, means, a, b) for a, b in pairs}
    return {
        (names[a], names[b]): paired(
            values[names[a]], values[names[b]], n_bootstrap=n_bootstrap, seed=seed
        )
        for a, b in pairs
    }


def _mean(column: np.ndarray) -> float:
    present = column[~np.isnan(column)]
    return float(present.mean()) if len(present) else math.nan
