"""All pairs: Holm's adjustment against statsmodels, and who cannot be told from the best."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from recli import errors
from recli.evaluation.significance import Comparisons, compare_all, holm, paired

P_VALUES = st.lists(st.floats(0, 1) | st.sampled_from([0.01, 0.04]), min_size=1, max_size=30)


def test_holm_by_hand():
    # Ascending 0.005, 0.01, 0.03, 0.04 by 4, 3, 2, 1: 0.02, 0.03, 0.06, 0.04 → 0.06.
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@pytest.mark.parametrize("n", [1, 2, 3, 10, 66])
def test_holm_is_statsmodels(n):
    p_values = np.random.default_rng(n).random(n).round(2) ** 3
    expected = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(expected, rel=1e-12)


@given(P_VALUES)
def test_holm_keeps_the_order_and_lowers_nothing(p_values):
    raw = np.array(p_values)
    adjusted = holm(raw)
    assert (adjusted >= raw).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(raw)]) >= 0).all()


@given(P_VALUES, st.lists(st.integers(0, 30), max_size=5))
def test_holm_does_not_count_nan(p_values, places):
    with_nan = np.insert(np.array(p_values), [min(at, len(p_values)) for at in places], np.nan)
    adjusted = holm(with_nan)
    assert np.array_equal(np.isnan(adjusted), np.isnan(with_nan))
    assert np.array_equal(adjusted[~np.isnan(adjusted)], holm(np.array(p_values)))


def test_holm_of_nothing():
    assert holm(np.array([])).shape == (0,)
    assert np.isnan(holm(np.array([np.nan, np.nan]))).all()


@pytest.fixture
def values():
    """nDCG of four algorithms for 500 users: two good, one poorer, one much poorer."""
    rng = np.random.default_rng(1)
    ease = rng.random(500)
    levels = {"ease": 0.5, "random": 0.1, "slim": 0.5, "popular": 0.4}
    return {
        name: np.clip(level * ease + rng.normal(0, 0.1, 500), 0, 1)
        for name, level in levels.items()
    }


@pytest.mark.parametrize("test", ["t", "wilcoxon"])
def test_all_pairs_with_holm_over_all(values, test):
    comparisons = compare_all(values, test=test, n_bootstrap=100, seed=7)
    assert comparisons.test == test
    assert list(comparisons.pairs) == [
        ("ease", "random"),
        ("ease", "slim"),
        ("ease", "popular"),
        ("random", "slim"),
        ("random", "popular"),
        ("slim", "popular"),
    ]
    for (a, b), pair in comparisons.pairs.items():
        assert pair == paired(values[a], values[b], n_bootstrap=100, seed=7)
    attribute = {"t": "t_p", "wilcoxon": "wilcoxon_p"}[test]
    raw = [getattr(pair, attribute) for pair in comparisons.pairs.values()]
    expected = multipletests(raw, method="holm")[1]
    assert list(comparisons.adjusted) == list(comparisons.pairs)
    assert list(comparisons.adjusted.values()) == pytest.approx(expected, rel=1e-12)


def test_means_and_who_is_among_the_best(values):
    comparisons = compare_all(values, n_bootstrap=100, seed=0)
    assert comparisons.means == pytest.approx({name: np.mean(v) for name, v in values.items()})
    best = sorted(("ease", "slim"), key=lambda name: -values[name].mean())
    assert comparisons.indistinguishable_from_best(greater_is_better=True) == best
    assert comparisons.indistinguishable_from_best(greater_is_better=False) == ["random"]


def test_at_the_level_itself_the_best_cannot_be_told_apart():
    comparisons = Comparisons(
        test="t",
        means={"svd": 0.95, "nmf": 0.96, "knn": 0.94, "slope-one": 0.97},
        pairs={},
        adjusted={
            ("svd", "nmf"): 0.001,
            ("svd", "knn"): 0.05,
            ("svd", "slope-one"): 0.001,
            ("nmf", "knn"): 0.049,
            ("nmf", "slope-one"): 0.9,
            ("knn", "slope-one"): 0.06,
        },
    )
    least = comparisons.indistinguishable_from_best(greater_is_better=False)
    assert least == ["knn", "svd", "slope-one"]
    greatest = comparisons.indistinguishable_from_best(greater_is_better=True)
    assert greatest == ["slope-one", "nmf", "knn"]


def test_without_values_or_without_users_in_common():
    nan = math.nan
    values = {
        "none": np.full(4, nan),
        "early": np.array([0.5, 0.602, nan, nan]),
        "late": np.array([nan, nan, 0.1, 0.3]),
        "all": np.array([0.1, 0.2, 0.2, 0.3]),
    }
    comparisons = compare_all(values, n_bootstrap=10, seed=0)
    assert math.isnan(comparisons.means["none"])
    assert comparisons.means["late"] == pytest.approx(0.2)
    # Two pairs can be tested, with differences 0.4 and 0.402, t = 401, and -0.1 and 0, t = -1.
    # With one degree of freedom p is 1 - 2 / π atan |t|; Holm doubles the smaller.
    tested = {pair: p for pair, p in comparisons.adjusted.items() if not math.isnan(p)}
    assert tested == pytest.approx(
        {("early", "all"): 2 * (1 - 2 / math.pi * math.atan(401)), ("late", "all"): 0.5}
    )
    assert comparisons.indistinguishable_from_best(greater_is_better=True) == ["early", "late"]


@pytest.mark.parametrize("names", [[], ["svd"]])
def test_nobody_to_compare_with(names):
    comparisons = compare_all({name: np.ones(3) for name in names}, seed=0)
    assert (comparisons.pairs, comparisons.adjusted) == ({}, {})
    assert comparisons.indistinguishable_from_best(greater_is_better=True) == names


def test_unknown_test():
    with pytest.raises(errors.UsageError, match="no test 'wilcox'. Did you mean 'wilcoxon'"):
        compare_all({}, test="wilcox", seed=0)


def test_resampled_together_is_as_resampled_pair_by_pair():
    rng = np.random.default_rng(5)
    values = {name: rng.random(40) for name in "abc"}
    for column in values.values():
        column[3] = np.nan
    together = compare_all(values, seed=2)
    for (a, b), test in together.pairs.items():
        alone = paired(values[a], values[b], seed=2)
        assert test.n_left_out == alone.n_left_out == 1
        np.testing.assert_allclose(test.interval, alone.interval, rtol=1e-9)
        assert (test.t_p, test.wilcoxon_p) == (alone.t_p, alone.wilcoxon_p)
