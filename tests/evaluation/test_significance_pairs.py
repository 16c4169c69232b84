"""Two algorithms: the tests against SciPy, tables by hand, and simulations."""

from __future__ import annotations

import dataclasses
import itertools
import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stnp
from statsmodels.stats.power import TTestPower

from recli import errors, registry
from recli.evaluation.predictions import Predictions
from recli.evaluation.significance import Influences, corrected_resampled_t
from recli.evaluation.significance import paired as of_influences

VALUES = st.floats(0, 1).map(lambda value: round(value, 9))


def paired(a, b):
    """The test of the difference of two means."""
    return of_influences(Influences.of_mean(a), Influences.of_mean(b))


@pytest.fixture
def hits():
    """nDCG of two algorithms that mostly miss, for 400 users: many zeros, many ties."""
    rng = np.random.default_rng(3)
    gains = np.array([1.0, 0.63, 0.5, 0.43])
    columns = [rng.choice(gains, 400) * (rng.random(400) < share) for share in (0.3, 0.25)]
    return columns[0], columns[1]


def test_t_is_scipys(hits):
    expected = scipy.stats.ttest_rel(*hits)
    test = paired(*hits)
    assert test.t == pytest.approx(expected.statistic, rel=1e-9)
    assert test.t_p == pytest.approx(expected.pvalue, rel=1e-9)


def test_difference_and_effect_size_by_hand():
    # Differences 3, 0, 2, -1: mean 1, sum of squared deviations 10, variance 10 / 3.
    test = paired(np.array([9.0, 5, 7, 4]), np.array([6.0, 5, 5, 5]))
    assert (test.n, test.difference) == (4, pytest.approx(1))
    assert test.d_z == pytest.approx(math.sqrt(3 / 10), rel=1e-12)
    assert test.t == pytest.approx(2 * math.sqrt(3 / 10), rel=1e-12)


def test_wilcoxon_for_many_users_is_the_normal_one_with_the_ranks_of_zeros_dropped(hits):
    differences = np.round(hits[0] - hits[1], 9)
    n, n_zero = len(differences), int(np.sum(differences == 0))
    assert 100 < n_zero < n
    ranks = scipy.stats.rankdata(np.abs(differences))
    # Under the hypothesis every nonzero difference has either sign, so its rank counts or not.
    counted = ranks[differences != 0]
    z = (ranks[differences > 0].sum() - counted.sum() / 2) / math.sqrt((counted**2).sum() / 4)
    expected = math.erfc(abs(z) / math.sqrt(2))
    assert paired(*hits).wilcoxon_p == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    "differences",
    [
        [0.11, -0.02, 0.05, 0.03, 0.17, -0.04, 0.08, 0.2],
        [0.5, 0.0, -0.5, 1.0, 0.5, 0.0, 1.0, 0.5, 0.0, -0.25],
        [0.0, 0.0, 1.0],
        [1.0, -1.0],
    ],
    ids=["distinct", "ties and zeros", "all but one zero", "even"],
)
def test_wilcoxon_for_a_few_users_counts_every_choice_of_signs(differences):
    ranks = scipy.stats.rankdata(np.abs(differences)) * (np.array(differences) != 0)
    observed = abs(np.sum(np.sign(differences) * ranks))
    choices = itertools.product((-1, 1), repeat=len(differences))
    expected = np.mean([abs(np.dot(signs, ranks)) >= observed - 1e-9 for signs in choices])
    test = paired(np.array(differences), np.zeros(len(differences)))
    assert test.wilcoxon_p == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("n", [20, 50, 51, 200])
def test_wilcoxon_without_ties_is_scipys(n):
    a, b = np.random.default_rng(n).random((2, n))
    expected = scipy.stats.wilcoxon(a + 0.1, b).pvalue
    assert paired(a + 0.1, b).wilcoxon_p == pytest.approx(expected, rel=1e-9)


def test_interval_of_a_mean_is_scipys(hits):
    expected = scipy.stats.ttest_rel(*hits).confidence_interval(0.95)
    assert paired(*hits).interval == pytest.approx((expected.low, expected.high), rel=1e-9)


def test_interval_covers_the_true_difference_19_times_of_20():
    # Of 1,000 intervals 950 ± 7 cover; those of 90 or 99 % do not come near these bounds.
    rng = np.random.default_rng(11)
    covered = 0
    for _ in range(1000):
        a = (rng.random(200) < 0.30) * rng.exponential(size=200)
        b = (rng.random(200) < 0.20) * rng.exponential(size=200)
        low, high = paired(a, b).interval
        covered += low <= 0.1 <= high
    assert 925 <= covered <= 968


def test_of_rmse_it_is_the_jackknife_of_all_ratings_together():
    """By hand: what the table shows, without each user in turn."""
    rng = np.random.default_rng(2)
    users = np.repeat(np.arange(12), rng.integers(1, 40, 12))
    truth = rng.integers(1, 6, len(users)).astype(float)
    estimates = [truth + rng.normal(0, spread, len(users)) for spread in (1.0, 1.1)]

    def shown(kept):
        one, other = (np.sqrt(np.mean((truth - e)[kept] ** 2)) for e in estimates)
        return one - other

    of_all = shown(np.ones(len(users), bool))
    without = np.array([shown(users != user) for user in range(12)])
    error = np.sqrt(11 / 12 * np.sum((of_all - without) ** 2))
    found = []
    for estimate in estimates:
        seen, metric = Predictions(truth, estimate, users), registry.get("metric", "rmse")()
        found.append(Influences.of_fold(metric(seen), metric.values(seen), metric.without(seen)))
    test = of_influences(*found)
    assert (test.n, test.difference) == (12, pytest.approx(of_all, rel=1e-12))
    assert test.error == pytest.approx(error, rel=1e-9)
    assert test.t_p == pytest.approx(2 * scipy.stats.t.sf(abs(of_all / error), 11), rel=1e-9)
    margin = scipy.stats.t.ppf(0.975, 11) * error
    assert test.interval == pytest.approx((of_all - margin, of_all + margin), rel=1e-9)


def test_detectable_is_found_four_times_of_five():
    rng = np.random.default_rng(4)
    detectable = paired(rng.normal(0, 1, 400), np.zeros(400)).detectable
    assert detectable == pytest.approx(2.8 / 20, rel=0.1)  # (1.96 + 0.84) / √400
    found = [paired(rng.normal(2.802 / 20, 1, 400), np.zeros(400)).t_p < 0.05 for _ in range(1000)]
    assert 0.76 < np.mean(found) < 0.84


def test_so_many_users_are_needed():
    """By statsmodels, whose power is that of the noncentral t, and by simulation."""
    rng = np.random.default_rng(5)
    test = paired(rng.normal(0, 1, 50), np.zeros(50))
    spread = test.error * math.sqrt(50)
    for difference in (0.9, 0.3, 0.05, -0.05):
        effect = abs(difference) / spread
        expected = TTestPower().solve_power(effect, power=0.8, alpha=0.05)
        assert test.users_needed(difference) == pytest.approx(expected, abs=1, rel=0.01)
    assert test.users_needed(test.detectable * 1.000001) == 50
    n = test.users_needed(0.3)
    found = [paired(rng.normal(0.3, spread, n), np.zeros(n)).t_p < 0.05 for _ in range(1000)]
    assert 0.76 < np.mean(found) < 0.84


@given(st.floats(1e-6, 1e3), st.floats(1e-3, 1e3))
@example(1e-6, 119.0)  # more than a test ever had
def test_fewer_users_would_not_do(difference, error):
    test = dataclasses.replace(paired(np.arange(9.0) ** 2, np.zeros(9)), error=error)
    n = test.users_needed(difference)

    def found_by(n):
        return scipy.stats.t.ppf([0.975, 0.8], float(n) - 1).sum() * error * math.sqrt(9 / n)

    assert found_by(n) <= difference * (1 + 1e-9)
    assert n == 2 or found_by(n - 1) >= difference * (1 - 1e-9)


def test_a_user_without_whom_there_is_no_number_leaves_nothing_to_test():
    alone = Influences.of_mean(np.array([0.5, math.nan, math.nan]))
    both = Influences.of_mean(np.array([0.2, 0.4, math.nan]))
    assert math.isnan(of_influences(alone, both).t_p)
    assert of_influences(both, alone).difference == pytest.approx(-0.2)


def test_over_folds_a_user_counts_once():
    """Two folds with other users in each: the variance of the mean, by hand."""
    rng = np.random.default_rng(3)
    first, second = rng.random(30), rng.random(20)
    folds = [Influences.of_mean(first), Influences.of_mean(second)]
    users = [np.arange(30), np.arange(20, 40)]  # ten are in both
    joint = Influences.over_folds(folds, users, 40)
    nothing = Influences(0.0, np.zeros(40))
    test = of_influences(joint, nothing)
    assert test.difference == pytest.approx((first.mean() + second.mean()) / 2)
    without = []
    for user in range(40):
        rest = [
            values[of != user].mean() for values, of in zip((first, second), users, strict=True)
        ]
        without.append(np.mean(rest))
    expected = np.sqrt(39 / 40 * np.sum((test.difference - np.array(without)) ** 2))
    assert test.error == pytest.approx(expected, rel=1e-9)


def test_swapping_changes_signs_only(hits):
    test, swapped = paired(*hits), paired(*reversed(hits))
    assert swapped.difference == pytest.approx(-test.difference, rel=1e-12)
    assert swapped.interval == pytest.approx((-test.interval[1], -test.interval[0]), rel=1e-9)
    assert (swapped.t, swapped.d_z) == pytest.approx((-test.t, -test.d_z), rel=1e-12)
    assert (swapped.t_p, swapped.wilcoxon_p) == pytest.approx((test.t_p, test.wilcoxon_p))


def numbers(test):
    """All that a test says."""
    found = {name: value for name, value in dataclasses.asdict(test).items() if name != "added"}
    return {**found, "wilcoxon_p": test.wilcoxon_p}


def test_order_of_the_users_changes_nothing(hits):
    order = np.random.default_rng(0).permutation(len(hits[0]))
    test, other = paired(*hits), paired(hits[0][order], hits[1][order])
    for name, value in numbers(test).items():
        assert numbers(other)[name] == pytest.approx(value, rel=1e-9)


def test_who_has_a_value_of_one_alone_has_a_part_in_its_mean():
    nan = math.nan
    a, b = np.array([nan, 0.9, 0.5, 0.2, nan]), np.array([0.1, 0.6, nan, 0.3, nan])
    test = paired(a, b)
    assert test.n == 4
    assert test.difference == pytest.approx(np.nanmean(a) - np.nanmean(b))


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_users_have_no_test(n):
    test = numbers(paired(np.r_[np.full(n, 0.5), math.nan], np.zeros(n + 1)))
    assert test.pop("n") == n + 1  # who has a value of one alone
    assert test.pop("difference") == pytest.approx(0.5) if n else True
    assert np.isnan([*test.pop("interval"), test["t_p"], test["error"]]).all()


def test_no_difference_at_all():
    test = paired(np.array([0.1, 0.2, 0.9]), np.array([0.1, 0.2, 0.9]))
    assert test.interval == (0, 0)
    assert (test.difference, test.t, test.d_z, test.t_p, test.wilcoxon_p) == (0, 0, 0, 1, 1)


@pytest.mark.parametrize("sign", [1, -1])
def test_same_difference_for_all(sign):
    b = np.array([0.1, 0.2, 0.3, 0.7, 0.6])
    test = paired(sign * (b + 0.1), sign * b)
    assert test.difference == pytest.approx(sign * 0.1)
    assert test.interval == pytest.approx((sign * 0.1, sign * 0.1))
    assert (test.t, test.d_z, test.t_p) == (sign * math.inf, sign * math.inf, 0)
    # All five of one sign: two of the 32 assignments.
    assert test.wilcoxon_p == pytest.approx(2 / 32)


def test_rounding_breaks_no_tie():
    tenths = np.random.default_rng(8).integers(0, 5, size=(2, 300))
    exact = paired(*tenths.astype(float))
    # a - b in tenths is the same number in many roundings: 0.3 - 0.1, 0.4 - 0.2 …
    rounded = paired(*tenths / 10)
    assert rounded.wilcoxon_p == pytest.approx(exact.wilcoxon_p, rel=1e-12)


@given(
    stnp.arrays(float, st.tuples(st.just(2), st.integers(0, 20)), elements=VALUES)
    | stnp.arrays(float, (2, 6), elements=st.sampled_from([0, 0.5, 1, math.nan]))
)
def test_whatever_the_values(table):
    test = paired(*table)
    known = ~np.isnan(table).all(axis=0)
    assert test.n == (known.sum() if not np.isnan(table).all(axis=1).any() else test.n)
    if not math.isnan(test.error):
        low, high = test.interval
        assert low <= test.difference <= high
        assert 0 <= test.t_p <= 1
        assert 0 < test.wilcoxon_p <= 1
        assert np.sign(test.t) == np.sign(test.d_z) == np.sign(test.difference)
        expected = np.nanmean(table[0]) - np.nanmean(table[1])
        assert test.difference == pytest.approx(expected, abs=1e-9)


def test_other_users_cannot_be_matched():
    with pytest.raises(errors.UsageError, match="Influences of 2 and 3 users cannot be matched"):
        paired(np.zeros(3), np.zeros(2))
    with pytest.raises(errors.UsageError, match="Columns of 2 and 3 values cannot be matched"):
        corrected_resampled_t(np.zeros(3), np.zeros(2), test_share=0.2)


def test_corrected_t_by_hand():
    # Differences 1, 2, 0, 2, 3: mean 1.6, variance 1.3; 1/5 + 0.2/0.8 = 0.45.
    a, b = np.array([4.0, 6, 5, 6, 8]), np.array([3.0, 4, 5, 4, 5])
    t = 1.6 / math.sqrt(0.45 * 1.3)
    # The distribution function of Student's t has a closed form for 4 degrees of freedom.
    scaled = 1 + t**2 / 4
    p = 1 - 3 / 4 * t / math.sqrt(scaled) * (1 - t**2 / (12 * scaled))
    test = corrected_resampled_t(a, b, test_share=0.2)
    assert (test.n, test.difference) == (5, pytest.approx(1.6))
    assert (test.t, test.t_p) == pytest.approx((t, p), rel=1e-9)
    swapped = corrected_resampled_t(b, a, test_share=0.2)
    assert (swapped.t, swapped.t_p) == pytest.approx((-t, p), rel=1e-9)


def test_corrected_t_is_the_paired_one_where_the_test_is_next_to_nothing():
    rng = np.random.default_rng(2)
    a, b = rng.random((2, 10))
    expected = scipy.stats.ttest_rel(a, b)
    test = corrected_resampled_t(a, b, test_share=1e-12)
    assert (test.t, test.t_p) == pytest.approx((expected.statistic, expected.pvalue), rel=1e-9)


def test_corrected_t_leaves_folds_without_a_value_out():
    a, b = np.array([0.3, math.nan, 0.5, 0.9]), np.array([0.2, 0.3, 0.2, 0.4])
    test = corrected_resampled_t(a, b, test_share=0.25)
    kept = [0, 2, 3]
    assert test == corrected_resampled_t(a[kept], b[kept], test_share=0.25)
    assert test.n == 3


def test_corrected_t_in_degenerate_cases():
    same = np.array([0.4, 0.5, 0.6])
    assert corrected_resampled_t(same, same, test_share=0.5).t_p == 1
    constant = corrected_resampled_t(same, same + 0.1, test_share=0.5)
    assert (constant.t, constant.t_p) == (-math.inf, 0)
    single = corrected_resampled_t(same[:1], same[1:2], test_share=0.5)
    assert single.n == 1
    assert np.isnan([single.difference, single.t, single.t_p]).all()


@pytest.mark.parametrize("share", [0, 1, -0.2, 5, math.nan])
def test_share_between_0_and_1(share):
    with pytest.raises(errors.UsageError, match=r"is not between 0 and 1\. Give 0\.2 for 5-fold"):
        corrected_resampled_t(np.zeros(3), np.ones(3), test_share=share)
