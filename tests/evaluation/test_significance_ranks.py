"""Mean ranks against the worked example of Demšar's paper and tables by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from recli import errors
from recli.evaluation.significance import AverageRanks, average_ranks

# Demšar 2006, table 6: AUC of C4.5 and three variants on 14 data sets. The paper ranks the two
# 0.975 of the last row but one as 2 and 3: they are equal only as printed.
AUC = np.array(
    [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.9754, 0.9746],
        [0.957, 0.978, 0.946, 0.970],
    ]
)
NAMES = ("C4.5", "C4.5+m", "C4.5+cf", "C4.5+m+cf")


@pytest.fixture
def auc():
    return dict(zip(NAMES, AUC.T, strict=True))


def test_the_papers_example(auc):
    ranks = average_ranks(auc, greater_is_better=True)
    assert (ranks.n, ranks.n_left_out) == (14, 0)
    assert list(ranks.ranks) == ["C4.5+m+cf", "C4.5+m", "C4.5+cf", "C4.5"]
    assert list(ranks.ranks.values()) == pytest.approx([1.964, 2.000, 2.893, 3.143], abs=5e-4)
    # By the paper's formula from the sums of ranks; it leaves out the correction for the ties of
    # two, two, two and four in a row.
    uncorrected = 12 * 14 / 20 * ((27.5**2 + 28**2 + 40.5**2 + 44**2) / 14**2 - 25)
    assert uncorrected == pytest.approx(9.28, abs=5e-3)
    statistic = uncorrected / (1 - (3 * 6 + 60) / (14 * 60))
    assert ranks.friedman_p == pytest.approx(scipy.stats.chi2.sf(statistic, 3), rel=1e-9)
    assert ranks.critical_difference == pytest.approx(1.25, abs=5e-3)
    assert ranks.cliques == [tuple(ranks.ranks)]


# Demšar 2006, table 5 (a), cut after three digits.
@pytest.mark.parametrize(
    ("k", "q"),
    [
        *((2, 1.960), (3, 2.343), (4, 2.569), (5, 2.728), (6, 2.850), (7, 2.949), (8, 3.031)),
        *((9, 3.102), (10, 3.164)),
    ],
)
def test_critical_difference_by_the_papers_table(k, q):
    values = {f"algorithm {i}": np.random.default_rng(i).random(30) for i in range(k)}
    ranks = average_ranks(values, greater_is_better=True)
    assert ranks.critical_difference == pytest.approx(q * math.sqrt(k * (k + 1) / 180), abs=1e-3)


def test_the_least_is_best_where_less_is_better(auc):
    most = average_ranks(auc, greater_is_better=True)
    least = average_ranks(auc, greater_is_better=False)
    assert least.ranks == pytest.approx({name: 5 - rank for name, rank in most.ranks.items()})
    assert list(least.ranks) == list(reversed(most.ranks))
    assert least.friedman_p == pytest.approx(most.friedman_p)


def test_order_of_folds_and_algorithms_changes_nothing(auc):
    order = np.random.default_rng(0).permutation(14)
    shuffled = {name: auc[name][order] for name in reversed(NAMES)}
    ranks, other = (average_ranks(values, greater_is_better=True) for values in (auc, shuffled))
    assert other.ranks == pytest.approx(ranks.ranks)
    assert other.friedman_p == pytest.approx(ranks.friedman_p)


def test_rows_with_a_nan_are_left_out(auc):
    holes = {name: column.copy() for name, column in auc.items()}
    holes["C4.5"][0] = holes["C4.5+cf"][0] = holes["C4.5+m"][5] = math.nan
    ranks = average_ranks(holes, greater_is_better=True)
    assert (ranks.n, ranks.n_left_out) == (12, 2)
    kept = {name: np.delete(column, [0, 5]) for name, column in auc.items()}
    assert ranks.ranks == average_ranks(kept, greater_is_better=True).ranks


def test_rounding_makes_no_ranks():
    values = {"a": np.array([0.3, 0.1 + 0.2]), "b": np.array([0.1 + 0.2, 0.3])}
    third = {"c": np.array([0.3, 0.9 / 3])}
    ranks = average_ranks(values | third, greater_is_better=True)
    assert ranks.ranks == {"a": 2, "b": 2, "c": 2}
    assert ranks.friedman_p == 1


CLIQUES = {
    "overlapping": ([1.2, 2.0, 2.9, 3.9], 1.75, ["abc", "cd"]),
    "none within another": ([1.0, 1.5, 2.0, 2.4, 6.0], 1.45, ["abcd"]),
    "all differ": ([1.0, 2.0, 3.0], 0.5, []),
    "at the critical difference": ([1.0, 2.0, 3.0], 1.0, []),
    "a chain": ([1.0, 2.0, 3.0, 4.0], 1.5, ["ab", "bc", "cd"]),
    "one stands alone": ([1.0, 3.0, 3.1, 3.2], 1.5, ["bcd"]),
    "ties": ([1.5, 1.5, 3.0], 0.1, ["ab"]),
}


@pytest.mark.parametrize(("ranks", "critical_difference", "groups"), CLIQUES.values(), ids=CLIQUES)
def test_cliques(ranks, critical_difference, groups):
    named = dict(zip("abcdef", ranks, strict=False))
    found = AverageRanks(50, 0, named, 0.01, critical_difference).cliques
    assert found == [tuple(group) for group in groups]


def test_two_algorithms_have_a_critical_difference_but_no_friedman_test():
    values = {"a": np.array([1.0, 2.0, 3.0, 4.0]), "b": np.array([2.0, 1.0, 3.0, 5.0])}
    ranks = average_ranks(values, greater_is_better=True)
    assert ranks.ranks == {"b": 1.375, "a": 1.625}
    assert math.isnan(ranks.friedman_p)
    # Two mean ranks differ as in a sign test by the normal distribution: |wins - losses| / √n.
    assert ranks.critical_difference == pytest.approx(1.96 / math.sqrt(4), rel=1e-4)


def test_one_algorithm_or_one_fold():
    alone = average_ranks({"a": np.array([0.1, 0.2])}, greater_is_better=True)
    assert (alone.ranks, alone.cliques) == ({"a": 1}, [])
    once = average_ranks({name: np.array([0.1, math.nan]) for name in "ab"}, greater_is_better=True)
    assert (once.n, once.n_left_out, list(once.ranks), once.cliques) == (1, 1, ["a", "b"], [])
    for ranks in (alone, once):
        assert math.isnan(ranks.friedman_p)
        assert math.isnan(ranks.critical_difference)
    assert np.isnan(list(once.ranks.values())).all()


def test_different_folds_cannot_be_ranked():
    with pytest.raises(errors.UsageError, match="Columns of 3 and 5 values cannot be matched"):
        average_ranks({"a": np.zeros(5), "b": np.zeros(3)}, greater_is_better=True)
