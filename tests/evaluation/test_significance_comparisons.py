"""All pairs: Holm's adjustment against statsmodels, and who cannot be told from the best."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from recli.evaluation.significance import holm
from recli.evaluation.significance.comparisons import like_the_best

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


def test_at_the_level_itself_the_best_cannot_be_told_apart():
    means = {"svd": 0.95, "nmf": 0.96, "knn": 0.94, "slope-one": 0.97}
    adjusted = {
        ("svd", "nmf"): 0.001,
        ("svd", "knn"): 0.05,
        ("svd", "slope-one"): 0.001,
        ("nmf", "knn"): 0.049,
        ("nmf", "slope-one"): 0.9,
        ("knn", "slope-one"): 0.06,
    }
    assert like_the_best(means, adjusted, greater_is_better=False) == ["knn", "svd", "slope-one"]
    assert like_the_best(means, adjusted, greater_is_better=True) == ["slope-one", "nmf", "knn"]


def test_who_was_not_tested_is_not_said_to_be_like_the_best():
    means = {"a": 0.3, "b": 0.2, "c": 0.1, "none": math.nan}
    adjusted = {("a", "b"): math.nan, ("a", "c"): 0.2, ("a", "none"): math.nan}
    assert like_the_best(means, adjusted, greater_is_better=True) == ["a", "c"]


@pytest.mark.parametrize("names", [[], ["svd"]])
def test_nobody_to_compare_with(names):
    assert like_the_best(dict.fromkeys(names, 0.5), {}, greater_is_better=True) == names
